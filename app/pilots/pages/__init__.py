"""Routes of the pilot's pages."""

from app.pilots.pages import plan, questions, results, run, uploads, vendor

routers = (plan.router, uploads.router, results.router, run.router, questions.router, vendor.router)
