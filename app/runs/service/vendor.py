"""What a vendor does and sees through its link: deliveries, receipts, and its own score against the threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.evaluations.models import Governance
from app.files.service import Upload
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.storage import LocalStore
from app.pilots import service as pilots
from app.pilots.models import Delivery, PilotOffer
from app.pilots.schemas import AT_MOST, LOWER, POINTS
from app.pilots.service import (
    CheckedDelivery,
    Promise,
    comparison_of,
    listing_of,
    read_checked,
    reading_of,
    take_in,
)
from app.runs import queries
from app.runs.models import PilotPart, PilotRun
from app.runs.service.packs import require_ready
from app.runs.service.parts import PartAccess, newest_instructions, part_access, require_signed
from app.runs.service.run import TAKES, has_confirmed, is_late, shown_round


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A figure beside the threshold it is held to; `value` is `coarse`."""

    metric: str
    value: float
    of: str
    bound: float
    met: bool


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A vendor's score of a round that was measured, of the promises alone."""

    round: int
    figures: tuple[OwnFigure, ...]


def own_deliveries(session: ReadSession, found: PartAccess) -> Sequence[Delivery]:
    """The vendor's deliveries, newest first, replaced ones among them."""
    rows = pilots.all_deliveries(session, found.pilot.id)
    return [one for one in rows if one.candidate_id == found.part.candidate_id]


def attempts_used(session: ReadSession, run: PilotRun, part: PilotPart) -> int:
    """How often a vendor delivered by its links in the present round; what we upload for it is no attempt."""
    links = queries.link_ids(session, part.id)
    rows = pilots.all_deliveries(session, part.pilot_id)
    return sum(row.round == run.round and row.uploaded_by in links for row in rows)


def attempts_left(session: ReadSession, found: PartAccess) -> int:
    """How often the vendor may still deliver by link in the present round."""
    return max(0, found.run.attempts - attempts_used(session, found.run, found.part))


def why_closed(session: ReadSession, found: PartAccess) -> str:
    """Why no delivery is taken by link now, in words for the vendor; '' while one is."""
    if found.stage not in TAKES:
        return f"No delivery is taken now: the pilot is {found.stage.value}."
    if found.part.errors_at is not None:
        return "You were shown your errors against our labels; no further round is open to you."
    if is_late(found.run, found.evaluation.time_zone):
        return "The last day of this round is over. Write to your contact person if you need more time."
    newest = newest_instructions(session, found)
    if newest is not None and found.part.instructions != newest.number:
        return f"Confirm version {newest.number} of the instructions first."
    formal = found.evaluation.governance is not Governance.SOLO
    if formal and found.pilot.criteria and not has_confirmed(session, found.pilot, found.part):
        return "Confirm the promises first."
    if not attempts_left(session, found):
        return f"All {found.run.attempts} attempts of this round were used. Write to your contact person."
    return ""


def check_by_link(
    store: Database,
    contents: LocalStore,
    *,
    actor: Actor,
    part_id: UUID,
    round_seen: int,
    upload: Upload,
    times: Upload | None,
    mapping: Mapping[str, str | None] | None = None,
    accept: bool = False,
) -> CheckedDelivery:
    """Read a vendor's delivery in a child process; takes no write session. `accept` applies the listed repairs,
    `mapping` says what its labels are called here (None: dropped).

    Raises as `deliver_by_link`, and `Invalid` at `file` or `times` with the places of all problems, at
    `label:NAME` for labels that the gold does not know.
    """
    with store.reading() as session:
        found = part_access(session, actor, part_id, changing=True)
        _require_taken(session, found, round_seen)
        reading = reading_of(session, found.pilot, found.part.candidate_id)
        listing = listing_of(session, found.pilot.id)
    try:
        return read_checked(
            contents, reading, found.part.candidate_id, upload, times, mapping=mapping, accept=accept
        )
    except Invalid as failure:
        if listing is None:
            raise
        problems = [Problem(one.where, listing.veiled(one.message)) for one in failure.problems]
        raise Invalid(failure.code, problems) from None


def _require_taken(session: ReadSession, found: PartAccess, round_seen: int) -> None:
    found.require_main()
    if round_seen != found.run.round:
        message = f"Name the round that is open: {found.run.round}."
        if round_seen:
            message = f"This is for round {round_seen}; round {found.run.round} is open. Load the page again."
        raise Conflict("delivery.round", message, field="file")
    if closed := why_closed(session, found):
        raise Conflict("delivery.closed", closed, field="file")
    require_signed(session, found.pilot, found.part.candidate_id)


def deliver_by_link(
    session: WriteSession, *, actor: Actor, part_id: UUID, round_seen: int, checked: CheckedDelivery
) -> Delivery:
    """Take in a vendor's own delivery for the present round, in place of its earlier attempt.

    Raises `NotFound` for another vendor's part, `Conflict` at `file` for another round, after the last day,
    once the attempts are used, before the confirmations, and for the same file twice.
    """
    found = part_access(session, actor, part_id, changing=True)
    _require_taken(session, found, round_seen)
    number = found.part.instructions
    return take_in(session, actor, found.pilot, checked, found.run.round, instructions=number)


def own_scores(session: ReadSession, found: PartAccess) -> tuple[OwnScore, ...]:
    """The vendor's score against the threshold, of rounds that were measured; never gold, never other vendors.

    The comparison holds each vendor's newest delivery alone: it is shown only while that is of a shown round.
    """
    shown = shown_round(session, found.pilot, found.run)
    if found.is_labeler or not shown:
        return ()
    compared = comparison_of(session, found.pilot.id)
    own = (
        next((one for one in compared.candidates if one.candidate_id == found.part.candidate_id), None)
        if compared
        else None
    )
    if own is None or own.round > shown:
        return ()
    kept = tuple(_figure(one) for one in own.promises if not one.label)
    return (OwnScore(own.round, kept),)


def _figure(one: Promise) -> OwnFigure:
    is_limit = one.metric in AT_MOST | LOWER
    step = 100 if one.metric not in POINTS else 1
    value = coarse(one.value, one.bound, one.met, is_limit=is_limit, steps=step)
    return OwnFigure(one.metric, value, one.of, one.bound, one.met)


def coarse(value: float, bound: float, met: bool, *, is_limit: bool, steps: int) -> float:
    """A figure to 1/`steps`, so that no single item can be read from it, on the side of the bound where it lies.

    >>> coarse(0.8958, 0.9, False, is_limit=False, steps=100), coarse(0.9583, 0.9, True, is_limit=False, steps=100)
    (0.89, 0.96)
    >>> coarse(0.0512, 0.05, False, is_limit=True, steps=100)
    0.06
    """
    near = round(value * steps)
    told = near / steps
    reads_met = told <= bound if is_limit else told >= bound
    if reads_met is not met:
        near += 1 if met is not is_limit else -1
    return near / steps


def why_no_pack(session: ReadSession, found: PartAccess) -> str:
    """Why the pack is not handed out now, in words for the vendor; '' while it is."""
    try:
        found.require_main()
        require_ready(session, found.pilot, found.part)
    except (Conflict, Forbidden, NotFound) as failure:
        return failure.message
    return ""


def own_fee(session: ReadSession, found: PartAccess) -> PilotOffer | None:
    """What the vendor itself offered; None where nothing is written down."""
    found.require_main()
    return pilots.offer(session, found.pilot.id, found.part.candidate_id)
