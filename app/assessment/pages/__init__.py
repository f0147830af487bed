"""The pages of scoring."""

from app.assessment.pages import judging, result, scorecard, scores

routers = (judging.router, result.router, scorecard.router, scores.router)
