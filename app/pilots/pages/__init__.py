"""Routes of the pilot's pages."""

from app.pilots.pages import adjudication, gallery, issues, plan, results, review, uploads

routers = (
    plan.router,
    uploads.router,
    gallery.router,
    results.router,
    review.router,
    adjudication.router,
    issues.router,
)
