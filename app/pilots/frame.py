"""Where the pages of a pilot stand, for the packages that add to them."""

from dataclasses import replace

from app.evaluations.frame import EvaluationFrame, evaluation_frame
from app.evaluations.models import StepName
from app.kit.db import ReadSession
from app.kit.ui import Crumb
from app.pilots.models import Pilot
from app.pilots.service import PilotAccess


def base_of(pilot: Pilot) -> str:
    """Where the pages of a pilot begin."""
    return f"/evaluations/{pilot.evaluation_id}/pilot/{pilot.id}"


# Pages that need the comparison: what they are called while it is waited for, and where they are.
WAITING = {
    "adjudication": "adjudication",
    "gallery": "results/gallery",
    "items": "results/items",
    "look": "results/look",
}


def waiting_at(pilot: Pilot, to: str) -> str:
    """Where a page (of `WAITING`) waits for the comparison that it needs."""
    return f"{base_of(pilot)}/results/waiting/{to}"


def below(session: ReadSession, found: PilotAccess, *more: Crumb) -> EvaluationFrame:
    """The frame of a page below a pilot."""
    frame = evaluation_frame(session, found.access, StepName.PILOT)
    return replace(frame, crumbs=(*frame.crumbs, Crumb("Pilot", base_of(found.pilot)), *more))
