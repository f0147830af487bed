"""Routes of the pilot's pages."""

from app.pilots.pages import gallery, plan, results, review, uploads

routers = (plan.router, uploads.router, gallery.router, results.router, review.router)
