"""What a vendor does and sees through its link: deliveries, receipts, and its own score against the threshold."""

from collections.abc import Sequence
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
from app.pilots.service import (
    CheckedDelivery,
    Promise,
    comparison_of,
    listing_of,
    read_checked,
    reading_of,
    take_in,
)
from app.runs.service.packs import require_ready
from app.runs.service.parts import PartAccess, newest_instructions, part_access, require_signed
from app.runs.service.run import TAKES, has_confirmed, is_late


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A vendor's score of a round that was measured: each figure beside the threshold it is held to."""

    round: int
    promises: tuple[Promise, ...]


def own_deliveries(session: ReadSession, found: PartAccess) -> Sequence[Delivery]:
    """The vendor's deliveries, newest first, replaced ones among them."""
    rows = pilots.all_deliveries(session, found.pilot.id)
    return [one for one in rows if one.candidate_id == found.part.candidate_id]


def attempts_left(session: ReadSession, found: PartAccess) -> int:
    """How often the vendor may still deliver by link in the present round."""
    used = sum(one.round == found.run.round for one in own_deliveries(session, found))
    return max(0, found.run.attempts - used)


def why_closed(session: ReadSession, found: PartAccess) -> str:
    """Why no delivery is taken by link now, in words for the vendor; '' while one is."""
    if found.stage not in TAKES:
        return f"No delivery is taken now: the pilot is {found.stage.value}."
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
    accept: bool = False,
) -> CheckedDelivery:
    """Read a vendor's delivery in a child process; takes no write session. `accept` applies the listed repairs.

    Raises as `deliver_by_link`, and `Invalid` at `file` or `times` with the places of all problems.
    """
    with store.reading() as session:
        found = part_access(session, actor, part_id, changing=True)
        _require_taken(session, found, round_seen)
        reading = reading_of(session, found.pilot, found.part.candidate_id)
        listing = listing_of(session, found.pilot.id)
    try:
        return read_checked(contents, reading, found.part.candidate_id, upload, times, accept=accept)
    except Invalid as failure:
        if listing is None:
            raise
        problems = [Problem(one.where, listing.veiled(one.message)) for one in failure.problems]
        raise Invalid(failure.code, problems) from None


def _require_taken(session: ReadSession, found: PartAccess, round_seen: int) -> None:
    found.require_main()
    if round_seen != found.run.round:
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
    if found.is_labeler or not found.run.shown_round:
        return ()
    compared = comparison_of(session, found.pilot.id)
    own = (
        next((one for one in compared.candidates if one.candidate_id == found.part.candidate_id), None)
        if compared
        else None
    )
    if own is None or own.round > found.run.shown_round:
        return ()
    kept = tuple(one for one in own.promises if not one.label)
    return (OwnScore(own.round, kept),)


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
