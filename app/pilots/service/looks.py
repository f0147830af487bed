"""A look at random items before any figure: figures miss what a look finds."""

from random import Random
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict
from app.evaluations.models import Governance
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots import queries
from app.pilots.models import PilotLook, PilotTask
from app.pilots.service.access import PilotAccess, open_pilot
from app.pilots.service.computing import result_of
from app.pilots.service.outcomes import outcomes_of

LOOK_ITEMS = 30  # convention of the library's pilot plan


def has_looked(session: ReadSession, actor: Actor, found: PilotAccess) -> bool:
    """Whether this person has looked at the random items of the pilot."""
    return queries.look(session, found.pilot.id, actor.id) is not None


def hides_figures(session: ReadSession, actor: Actor, found: PilotAccess) -> bool:
    """Whether figures stay hidden from this person: in a formal evaluation, until they have looked.

    What only people judge has no figures without their look.
    """
    if found.pilot.task is PilotTask.REVIEW_ONLY:
        return False
    return found.evaluation.governance is Governance.FORMAL and not has_looked(session, actor, found)


def require_look(session: ReadSession, actor: Actor, found: PilotAccess) -> None:
    """Let pass, or raise `Conflict` while figures stay hidden from this person."""
    if hides_figures(session, actor, found):
        message = "Look at the random items first: in a formal evaluation the figures come after that."
        raise Conflict("pilot.look_first", message)


def look_items(items: int, seed: int) -> tuple[int, ...]:
    """The places of the random items to look at, the same for everybody.

    >>> len(look_items(500, 7)), look_items(2, 7) == look_items(2, 7), sorted(look_items(2, 7))
    (30, True, [0, 1])
    """
    return tuple(Random(f"look:{seed}").sample(range(items), min(items, LOOK_ITEMS)))


def record_look(session: WriteSession, *, actor: Actor, pilot_id: UUID) -> PilotLook:
    """Write down that the actor looked; a second time changes nothing. Raises `Conflict` without a result."""
    found = open_pilot(session, actor, pilot_id)
    present = queries.look(session, found.pilot.id, actor.id)
    if present is not None:
        return present
    result = result_of(session, found.pilot)
    if result is None:
        raise Conflict("pilot.no_result", "The comparison is not computed yet; look again in a moment.")
    shown = look_items(len(outcomes_of(session, result.id).items), found.pilot.seed)
    row = PilotLook(pilot_id=found.pilot.id, person_id=actor.id, items=len(shown))
    session.add(row)
    session.flush()
    facts = {"items": row.items, "result": result.revision}
    audit.record(session, actor, "pilots.items.looked_at", ("pilot", found.pilot.id), after=facts)
    return row
