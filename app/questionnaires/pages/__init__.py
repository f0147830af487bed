"""The pages of questionnaires: library, discovery step, one response, a vendor's link."""

from app.questionnaires.pages import discovery, library, response, vendor

routers = [library.router, discovery.router, response.router, vendor.router]
