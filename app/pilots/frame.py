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


def below(session: ReadSession, found: PilotAccess, *more: Crumb) -> EvaluationFrame:
    """The frame of a page below a pilot."""
    frame = evaluation_frame(session, found.access, StepName.PILOT)
    return replace(frame, crumbs=(*frame.crumbs, Crumb("Pilot", base_of(found.pilot)), *more))
