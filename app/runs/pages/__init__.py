"""Routes of the pages of running pilots."""

from app.runs.pages import errors, examples, progress, questions, run, status, vendor

routers = (
    run.router,
    questions.router,
    vendor.router,
    errors.router,
    examples.router,
    progress.router,
    status.router,
    status.public,
)
