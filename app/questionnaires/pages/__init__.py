"""The pages of questionnaires: library, discovery step, one response, its call, a vendor's link and what is behind it."""

from app.questionnaires.pages import call, chasing, discovery, library, link, response, vendor

routers = [
    library.router,
    discovery.router,
    response.router,
    call.router,
    chasing.router,
    link.router,
    vendor.router,
]
