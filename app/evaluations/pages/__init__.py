"""The pages of evaluations."""

from app.evaluations.pages import candidates, intake, listing, overview

# The fixed addresses stand before those with an id in their place.
routers = (listing.router, overview.router, intake.router, candidates.router)
