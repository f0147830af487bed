"""What the pages of scoring share."""

from collections.abc import Mapping

from fastapi import Response

from app.assessment.views.result import MissingPage
from app.core.errors import Conflict
from app.evaluations.frame import EvaluationFrame

EVALUATION = "/evaluations/{evaluation_id}"
# Code of what is missing -> heading, label of the remedy, where below the evaluation it is.
_REMEDIES: Mapping[str, tuple[str, str, str]] = {
    "assessment.not_pinned": ("No scorecard yet", "Choose a scorecard", "/scorecard"),
    "assessment.price_open": ("The price cannot be scored yet", "Set target and cap", "/scorecard#price"),
    "assessment.no_candidates": ("No candidates yet", "Take vendors in", "/candidates"),
    "assessment.blind": ("Your own ratings come first", "Rate", "/scores"),
}


def missing_for(failure: Conflict, frame: EvaluationFrame, title: str) -> MissingPage:
    """The page that says what is missing; any other conflict is raised again."""
    if failure.code not in _REMEDIES:
        raise failure
    heading, action, place = _REMEDIES[failure.code]
    return MissingPage(title, frame, heading, failure.message, action, frame.base + place)


def download(content: bytes, kind: str, name: str) -> Response:
    """A file that the browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
