"""Routes of the pilot's pages."""

from app.pilots.pages import design, gallery, items, offer, plan, results, uploads

routers = (
    design.router,
    plan.router,
    offer.router,
    uploads.router,
    gallery.router,
    results.router,
    items.router,
)
