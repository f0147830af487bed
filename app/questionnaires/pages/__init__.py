"""The pages of questionnaires: library, editor, spreadsheets, discovery step, response, its call, vendor's link."""

from app.questionnaires.pages import (
    call,
    chasing,
    discovery,
    editor,
    library,
    link,
    response,
    sheets,
    vendor,
)

# Spreadsheets first: their addresses would otherwise be read as names of questionnaires.
routers = [
    sheets.router,
    library.router,
    editor.router,
    discovery.router,
    response.router,
    call.router,
    chasing.router,
    link.router,
    vendor.router,
]
