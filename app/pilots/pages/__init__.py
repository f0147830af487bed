"""Routes of the pilot's pages."""

from app.pilots.pages import (
    adjudication,
    gallery,
    issues,
    plan,
    questions,
    results,
    review,
    run,
    uploads,
    vendor,
)

routers = (
    plan.router,
    uploads.router,
    gallery.router,
    results.router,
    review.router,
    adjudication.router,
    issues.router,
    run.router,
    questions.router,
    vendor.router,
)
