"""Routes of the pages of running pilots."""

from app.runs.pages import errors, progress, questions, run, vendor

routers = (run.router, questions.router, vendor.router, errors.router, progress.router)
