"""Routes of the pilot's pages."""

from app.pilots.pages import gallery, items, offer, plan, results, uploads

routers = (plan.router, offer.router, uploads.router, gallery.router, results.router, items.router)
