"""Routes of the pages of reviews."""

from app.reviews.pages import adjudication, issues, review

routers = (review.router, adjudication.router, issues.router)
