"""Routes of the pilot's pages."""

from app.pilots.pages import plan, results, review, uploads

routers = (plan.router, uploads.router, results.router, review.router)
