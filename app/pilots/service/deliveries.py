"""Take in gold and deliveries that were checked; nothing is overwritten, everything can be undone."""

from collections.abc import Sequence
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.evaluations.models import Candidate, Governance
from app.files import service as files
from app.files.models import File
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots import queries
from app.pilots.models import Delivery, DeliveryState, GoldVersion, Pilot, PilotState, identity_of
from app.pilots.service.access import PilotAccess, open_pilot
from app.pilots.service.checking import CheckedDelivery, CheckedGold
from app.pilots.service.computing import request_result
from app.pilots.service.due import late_words
from app.pilots.service.plan import lock_criteria, mark, missing_agreements

_AGAIN = "The pilot changed while your file was read. Send it again."


def upload_gold(
    session: WriteSession,
    *,
    actor: Actor,
    pilot_id: UUID,
    checked: CheckedGold,
    note: str = "",
    earlier: GoldVersion | None = None,
) -> GoldVersion:
    """A new version of the gold (or an `earlier` one again); the others stay, and everything is compared with it.

    Raises `Conflict` for the file that is the gold already, `Invalid` without a note once deliveries are in: results
    and report print why the gold was replaced.
    """
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    _require_fit(session, pilot_id, checked)
    present = queries.golds(session, pilot_id)
    if present and present[0].identity == identity_of(checked.upload.digest, checked.amendments):
        message = f"This very file is the gold already (version {present[0].number})."
        raise Conflict("gold.same", message, field="file")
    if present and not note.strip() and queries.accepted(session, pilot_id):
        message = "Deliveries are in: say why the gold is replaced. The results and the report print it."
        raise Invalid("gold.no_reason", [Problem("note", message)])
    gold = GoldVersion(
        pilot_id=row.id,
        number=checked.follows + 1,
        file_id=earlier.file_id if earlier else files.store(session, actor=actor, upload=checked.upload).id,
        digest=checked.upload.digest,
        items=checked.items,
        labels=checked.labels,
        classes=list(checked.classes),
        repairs=list(checked.repairs),
        note=note.strip()[:500],
        changes=checked.changes,
        amendments=dict(checked.amendments),
        added_by=actor.id,
    )
    session.add(gold)
    session.flush()
    facts = {"pilot": row.id, "number": gold.number, "digest": gold.digest, "items": gold.items}
    audit.record(session, actor, "pilots.gold.added", ("gold_version", gold.id), after=facts)
    request_result(session, row)
    return gold


def _require_fit(session: ReadSession, pilot_id: UUID, checked: CheckedGold) -> None:
    """Let pass, or raise because the pilot moved on since the gold was checked."""
    delivered = {one.digest for one in queries.accepted(session, pilot_id)}
    present, items = queries.golds(session, pilot_id), queries.items_file(session, pilot_id)
    follows, listed = present[0].number if present else 0, items.digest if items else ""
    if delivered - checked.fits or checked.follows != follows or checked.items_digest != listed:
        raise Conflict("gold.moved_on", _AGAIN, field="file")


def upload_delivery(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, checked: CheckedDelivery, replaces: bool = False
) -> Delivery:
    """A candidate's labels as the next round, or with `replaces` in place of the newest round.

    The first delivery locks the criteria and starts the pilot. Raises `Conflict` at `file` for a file that was
    delivered before, and at `candidate_id` in a formal evaluation while agreements for the data are missing.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    _require_agreements(session, found, checked.candidate_id)
    own = [one for one in queries.accepted(session, pilot_id) if one.candidate_id == checked.candidate_id]
    newest = own[-1].round if own else 0
    number = newest if replaces and own else newest + 1
    return take_in(session, actor, found.pilot, checked, number)


def take_in(
    session: WriteSession,
    actor: Actor,
    row: Pilot,
    checked: CheckedDelivery,
    number: int,
    *,
    instructions: int | None = None,
) -> Delivery:
    """A checked delivery as round `number`, in place of the candidate's delivery of that round if there is one,
    for a verb that has checked the right. `instructions` is the version that the team had confirmed."""
    golds = queries.golds(session, row.id)
    if not golds or golds[0].digest != checked.gold_digest:
        raise Conflict("delivery.moved_on", _AGAIN, field="file")
    present = queries.accepted(session, row.id)
    _refuse_twice(session, present, checked, by_link=actor.kind == "link")
    for one in present:
        if (one.candidate_id, one.round) == (checked.candidate_id, number):
            _set_state(session, actor, one, DeliveryState.REPLACED)
    session.flush()
    delivery = _delivery(session, actor, row, checked, number, instructions)
    if row.criteria_locked_at is None:
        lock_criteria(session, actor, row, "first delivery")
    if row.state is PilotState.PLANNED:
        row.state = PilotState.RUNNING
        audit.record(session, actor, "pilots.pilot.started", ("pilot", row.id), after={"state": row.state})
    session.flush()
    _changed(session, actor, row)
    return delivery


def _delivery(
    session: WriteSession,
    actor: Actor,
    row: Pilot,
    checked: CheckedDelivery,
    number: int,
    instructions: int | None,
) -> Delivery:
    stored = files.store(session, actor=actor, upload=checked.upload)
    times = files.store(session, actor=actor, upload=checked.times) if checked.times else None
    late = late_words(session, row)
    delivery = Delivery(
        pilot_id=row.id,
        candidate_id=checked.candidate_id,
        round=number,
        file_id=stored.id,
        digest=stored.digest,
        times_file_id=times.id if times else None,
        times_digest=times.digest if times else "",
        items=checked.items,
        missing=checked.missing,
        labels=checked.labels,
        annotators=checked.annotators,
        repairs=list(checked.repairs),
        warnings=[*late, *checked.warnings],
        is_late=bool(late),
        accepts_repairs=checked.accepts_repairs,
        mapping=dict(checked.mapping),
        received_at=clock.now(),
        uploaded_by=actor.id,
        instructions=instructions,
    )
    session.add(delivery)
    session.flush()
    names = {"pilot_id", "candidate_id", "round", "digest", "instructions", "mapping", "accepts_repairs"}
    facts = delivery.model_dump(include=names)
    facts |= {"times": delivery.times_digest, "gold": checked.gold_digest}
    audit.record(session, actor, "pilots.delivery.received", ("delivery", delivery.id), after=facts)
    return delivery


def _require_agreements(session: ReadSession, found: PilotAccess, candidate_id: UUID) -> None:
    """In a formal evaluation no data leave before the papers are signed; elsewhere the pages warn."""
    if found.evaluation.governance is not Governance.FORMAL:
        return
    lacking = missing_agreements(session, found.pilot).get(candidate_id)
    if lacking:
        message = f"Not signed yet for this data class: {', '.join(lacking)}. Enter them at the vendor first."
        raise Conflict("delivery.agreements", message, field="candidate_id")


def _refuse_twice(
    session: ReadSession, present: Sequence[Delivery], checked: CheckedDelivery, *, by_link: bool
) -> None:
    """A vendor learns of its own deliveries alone; that another one sent the very file is told to nobody outside."""
    for one in present:
        if one.digest != checked.upload.digest:
            continue
        times = checked.times.digest if checked.times else ""
        if one.candidate_id == checked.candidate_id and one.times_digest != times:
            continue  # the same labels with their times this time
        if by_link and one.candidate_id != checked.candidate_id:
            message = "This file cannot be taken in. Write to your contact person."
            raise Conflict("delivery.refused", message, field="file")
        if by_link:
            message = f"This very file is here already, as round {one.round}."
            raise Conflict("delivery.twice", message, field="file")
        code = session.get_one(Candidate, one.candidate_id).code
        message = f"This very file is here already: candidate {code}, round {one.round}."
        raise Conflict("delivery.twice", message, field="file")


def remove_delivery(session: WriteSession, *, actor: Actor, delivery_id: UUID) -> Delivery:
    """Take a delivery out of the comparison; `restore_delivery` undoes it."""
    row, found = delivery_of(session, actor, delivery_id, Action.PILOT_EDIT, changing=True)
    if row.state is DeliveryState.ACCEPTED:
        _set_state(session, actor, row, DeliveryState.REPLACED)
        session.flush()
        _changed(session, actor, found.pilot)
    return row


def restore_delivery(session: WriteSession, *, actor: Actor, delivery_id: UUID) -> Delivery:
    """Let a replaced delivery count again, in place of the one that took its round.

    Raises `Conflict` when the gold changed since, because it may not fit any more.
    """
    row, found = delivery_of(session, actor, delivery_id, Action.PILOT_EDIT, changing=True)
    if row.state is DeliveryState.ACCEPTED:
        return row
    golds = queries.golds(session, row.pilot_id)
    if golds[0].created_at > row.received_at:
        message = "The gold changed since this delivery was replaced; upload the file again instead."
        raise Conflict("delivery.older_gold", message)
    for other in queries.accepted(session, row.pilot_id):
        if (other.candidate_id, other.round) == (row.candidate_id, row.round):
            _set_state(session, actor, other, DeliveryState.REPLACED)
    session.flush()
    _set_state(session, actor, row, DeliveryState.ACCEPTED)
    session.flush()
    _changed(session, actor, found.pilot)
    return row


def _set_state(session: WriteSession, actor: Actor, row: Delivery, state: DeliveryState) -> None:
    before, row.state = row.state, state
    audit.record(
        session,
        actor,
        f"pilots.delivery.{'restored' if state is DeliveryState.ACCEPTED else 'replaced'}",
        ("delivery", row.id),
        before={"state": before},
        after={"state": state},
    )


def _changed(session: WriteSession, actor: Actor, row: Pilot) -> None:
    mark(session, actor, row)
    request_result(session, row)


def delivery_of(
    session: ReadSession,
    actor: Actor,
    delivery_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> tuple[Delivery, PilotAccess]:
    """A delivery and the access to its pilot; raises as `open_pilot`."""
    row = session.get(Delivery, delivery_id)
    if row is None:
        raise NotFound("delivery.not_found", "There is no such delivery, or it is not shared with you.")
    return row, open_pilot(session, actor, row.pilot_id, action, changing=changing)


def file_of(session: ReadSession, *, actor: Actor, file_id: UUID, pilot_id: UUID) -> File:
    """A gold or delivery file of a pilot, for whoever sets pilots up: file names may tell whose they are."""
    open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    known = {one.file_id for one in queries.golds(session, pilot_id)}
    for one in queries.all_deliveries(session, pilot_id):
        known |= {one.file_id} | ({one.times_file_id} if one.times_file_id else set())
    if file_id not in known:
        raise NotFound("file.not_found", "This file is not there, or it is not yours to see.")
    return session.get_one(File, file_id)
