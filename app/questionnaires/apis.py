"""Every API of this feature."""

from app.questionnaires import api, api_leading, library_api, link_api, sheets_api

routers = (api.router, api_leading.router, library_api.router, link_api.router, sheets_api.router)
