"""The pages of scoring."""

from app.assessment.pages import result

routers = (result.router,)
