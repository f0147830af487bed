"""Routes of the pilot's pages."""

from app.pilots.pages import gallery, plan, results, uploads

routers = (plan.router, uploads.router, gallery.router, results.router)
