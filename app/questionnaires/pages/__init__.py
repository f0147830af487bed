"""The pages of questionnaires: library, editor, discovery step, one response, a vendor's link."""

from app.questionnaires.pages import discovery, editor, library, response, vendor

routers = [library.router, editor.router, discovery.router, response.router, vendor.router]
