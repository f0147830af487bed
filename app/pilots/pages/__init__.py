"""Routes of the pilot's pages."""

from app.pilots.pages import drafts, gallery, listing, offer, plan, results, uploads

routers = (
    plan.router,
    offer.router,
    uploads.router,
    listing.router,
    drafts.router,
    gallery.router,
    results.router,
)
