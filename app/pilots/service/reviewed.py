"""What only a blind review measures, as the floor above says it: `wiring` registers who is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.core.pilots.results import Estimate
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots.models import Pilot

NOT_YET = "not reviewed yet"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a blind review says of one candidate: the share of items accepted as they came, with its interval.

    The share is None while nothing was judged or the reader may not know it; `note` then says why. `judged` of the
    `given` items of review `number` were judged, all of `delivery_id`, which came in `round`.
    """

    share: Estimate
    note: str = ""
    judged: int = 0
    given: int = 0
    number: int = 0
    review_id: UUID | None = None
    delivery_id: UUID | None = None
    round: int = 0


Look = Callable[[ReadSession, Actor, Pilot], Mapping[UUID, Reviewed]]
_LOOKS: list[Look] = []


def register_reviewed(look: Look) -> None:
    """Let `look(session, actor, pilot)` say what blind reviews found, by candidate. Called by the composition root."""
    _LOOKS[:] = [look]


def reviewed_of(session: ReadSession, actor: Actor, pilot: Pilot) -> Mapping[UUID, Reviewed]:
    """Candidate -> what the newest blind review says of it, as far as this reader may know; {} without reviews."""
    return _LOOKS[0](session, actor, pilot) if _LOOKS else {}
