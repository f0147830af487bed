"""Routes of the pilot's pages."""

from app.pilots.pages import plan, questions, results, review, run, uploads, vendor

routers = (
    plan.router,
    uploads.router,
    results.router,
    review.router,
    run.router,
    questions.router,
    vendor.router,
)
