"""Routes of the pilot's pages."""

from app.pilots.pages import design, drafts, gallery, items, listing, offer, plan, results, uploads, waiting

routers = (
    design.router,
    plan.router,
    offer.router,
    uploads.router,
    listing.router,
    drafts.router,
    gallery.router,
    results.router,
    waiting.router,
    items.router,
)
