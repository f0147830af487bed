"""What vendors contest after the close, and what we answer each of them.

Who may contest what, and until when, is the run's part; here a contest is kept, joins the gold in doubt, and gets the
decision on its item as its answer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.models import Pilot
from app.pilots.service import participants
from app.reviews import queries
from app.reviews.models import GoldDecision, ItemContest

_ABOUT = "item_contest"


def contests_by_item(session: ReadSession, pilot_id: UUID) -> Mapping[str, tuple[ItemContest, ...]]:
    """Item -> who contests it, by code."""
    out: dict[str, list[ItemContest]] = defaultdict(list)
    for row in queries.contests(session, pilot_id):
        out[row.item].append(row)
    return {item: tuple(rows) for item, rows in out.items()}


def add_contest(
    session: WriteSession,
    actor: Actor,
    pilot: Pilot,
    *,
    candidate_id: UUID,
    code: str,
    item: str,
    reason: str,
    gold_number: int,
) -> ItemContest:
    """Keep that a candidate contests an item, for a verb that has checked the right and the item.

    Raises `Conflict` at `reason` for a second contest on one item.
    """
    if any(row.item == item for row in queries.contests(session, pilot.id, candidate_id)):
        message = "You contested this item already; withdraw that first to write it anew."
        raise Conflict("contest.twice", message, field="reason")
    row = ItemContest(
        pilot_id=pilot.id,
        candidate_id=candidate_id,
        code=code,
        item=item,
        reason=reason,
        gold_number=gold_number,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot.id, "candidate": candidate_id, "item": item, "gold": gold_number}
    audit.record(session, actor, "pilots.item.contested", (_ABOUT, row.id), after=facts)
    return row


def remove_contest(session: WriteSession, actor: Actor, row: ItemContest) -> None:
    """Forget a contest, for a verb that has checked the right. Raises `Conflict` once it is answered."""
    if row.answered_at is not None:
        raise Conflict("contest.answered", "This contest is answered; the answer stays.")
    facts = {"pilot": row.pilot_id, "candidate": row.candidate_id, "item": row.item}
    audit.record(session, actor, "pilots.item.contest_withdrawn", (_ABOUT, row.id), before=facts)
    session.delete(row)
    session.flush()


def require_answerable(
    session: ReadSession, pilot: Pilot, contests: Sequence[ItemContest], reason: str
) -> None:
    """A decision on a contested item is read by the vendors that contest it: it needs a reason that names nobody.

    Raises `Invalid` at `reason`.
    """
    if not contests:
        return
    if not reason:
        message = "A vendor contests this item and reads your reason: write one."
        raise Invalid("contest.reason", [Problem("reason", message)])
    names = [view.name for view in participants(session, pilot) if not view.is_in_house]
    told = [name for name in names if name.casefold() in reason.casefold()]
    if told:
        message = f"A vendor reads this reason: write it without the name {', '.join(told)}."
        raise Invalid("contest.names", [Problem("reason", message)])


def answer(
    session: WriteSession, actor: Actor, contests: Sequence[ItemContest], decision: GoldDecision | None
) -> None:
    """Answer contests with a decision on their item; None takes the answer back."""
    for row in contests:
        before = {"ruling": row.ruling}
        row.ruling = decision.ruling if decision else None
        row.answer = decision.reason if decision else ""
        row.answered_at = clock.now() if decision else None
        session.add(row)
        after = {"ruling": row.ruling}
        audit.record(
            session, actor, "pilots.item.contest_answered", (_ABOUT, row.id), before=before, after=after
        )
    session.flush()
