"""The last day of a round, as the floor above knows it: `wiring` registers who is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from app.kit import clock, wording
from app.kit.db import ReadSession
from app.pilots.models import Pilot


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of the present round, and the moment from which a delivery is late."""

    day: date
    ends: datetime


Look = Callable[[ReadSession, Pilot], LastDay | None]
_LOOKS: list[Look] = []


def register_last_day(look: Look) -> None:
    """Let `look(session, pilot)` say the last day of the present round. Called by the composition root."""
    _LOOKS[:] = [look]


def late_words(session: ReadSession, pilot: Pilot) -> tuple[str, ...]:
    """What is written on a delivery that comes now, where the present round's last day is over."""
    found = _LOOKS[0](session, pilot) if _LOOKS else None
    if found is None or clock.now() < found.ends:
        return ()
    return (f"Came after the last day of the round, {wording.day(found.day)}.",)
