"""The pages of decisions."""

from app.decisions.pages import approve, decision, memos

routers = (decision.router, memos.router, approve.router)
