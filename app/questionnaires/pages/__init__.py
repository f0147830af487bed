"""The pages of questionnaires: library, editor, discovery step, one response, its call, a vendor's link."""

from app.questionnaires.pages import call, chasing, discovery, editor, library, link, response, vendor

routers = [
    library.router,
    editor.router,
    discovery.router,
    response.router,
    call.router,
    chasing.router,
    link.router,
    vendor.router,
]
