"""Routes of the pilot's pages."""

from app.pilots.pages import drafts, gallery, listing, plan, results, uploads

routers = (plan.router, uploads.router, listing.router, drafts.router, gallery.router, results.router)
