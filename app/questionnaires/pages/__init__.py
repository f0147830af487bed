"""The pages of questionnaires: library, editor, spreadsheets, discovery step, one response, a vendor's link."""

from app.questionnaires.pages import discovery, editor, library, response, sheets, vendor

# Spreadsheets first: their addresses would otherwise be read as names of questionnaires.
routers = [
    sheets.router,
    library.router,
    editor.router,
    discovery.router,
    response.router,
    vendor.router,
]
