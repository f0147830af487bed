"""Which comparison a page shows: the gold version, the rounds and the items, from the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.core.errors import NotFound
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots import service
from app.pilots.service import PilotAccess, PilotComparison, Subset
from app.pilots.service.exports import names_of

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Gold version and highest round (None: the newest), and the items (`Subset`); `who` is code:annotator."""

    gold: int | None = None
    up_to: int | None = None
    label: str = ""
    stratum: str = ""
    who: str = ""

    @property
    def subset(self) -> Subset:
        """The items alone."""
        code, _, annotator = self.who.partition(":")
        return Subset(self.label, self.stratum, code if annotator else "", annotator)

    @property
    def query(self) -> dict[str, object]:
        """The scope as it stands in an address."""
        return {
            "gold": self.gold or "",
            "round": self.up_to or "",
            "class": self.label,
            "stratum": self.stratum,
            "who": self.who,
        }


def _scope(request: Request) -> Scope:
    told = request.query_params

    def number(name: str) -> int | None:
        text = told.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= _MOST else None

    return Scope(
        number("gold"),
        number("round"),
        told.get("class", "")[:500],
        told.get("stratum", "")[:500],
        told.get("who", "")[:300],
    )


Scoped = Annotated[Scope, Depends(_scope)]
Loaded = tuple[PilotAccess, PilotComparison, Mapping[str, str]]


def compared_in(
    session: ReadSession, pilot_id: UUID, scope: Scope, *, whole: bool = False
) -> PilotComparison | None:
    """The comparison of a scope (`whole`: of all its items); None while it is not computed."""
    subset = service.EVERYTHING if whole else scope.subset
    return service.comparison_of(session, pilot_id, scope.gold, up_to=scope.up_to, subset=subset)


def judged(
    session: ReadSession, actor: Actor, found: PilotAccess, compared: PilotComparison
) -> PilotComparison:
    """The comparison with what this reader may know of the blind review."""
    return service.with_reviewed(compared, service.reviewed_of(session, actor, found.pilot))


def loaded(session: ReadSession, actor: Actor, pilot_id: UUID, scope: Scope, *, whole: bool = True) -> Loaded:
    """Pilot, comparison and names for a page below the results. Raises `NotFound` while it is not computed."""
    found = service.open_pilot(session, actor, pilot_id)
    service.require_look(session, actor, found)
    compared = compared_in(session, pilot_id, scope, whole=whole)
    if compared is None:
        raise NotFound("pilot.no_result", "This comparison is not there yet; open the results page.")
    return found, compared, names_of(session, found)
