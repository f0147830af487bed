"""Routes of the pages of running pilots."""

from app.runs.pages import questions, run, vendor

routers = (run.router, questions.router, vendor.router)
