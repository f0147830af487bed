"""Uploads judged before any write session begins: read in a child process, against what the pilot holds.

What was checked carries the digests it was checked against; the verb compares them again inside the transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from app.core.errors import AssayError, Conflict, Invalid, Problem
from app.core.permissions import Action
from app.evaluations.models import OUT, Candidate
from app.files.service import ReceivedAnnotations, Upload
from app.kit.actors import Actor, CurrentActor
from app.kit.db import Database, ReadSession
from app.kit.requests import BodyRead, database
from app.kit.storage import LocalStore
from app.pilots import queries
from app.pilots.models import GoldVersion, Pilot, PilotItems, PilotTask
from app.pilots.service.access import open_pilot
from app.pilots.service.children import read_in_child
from app.pilots.service.computing import handed_of, placed, way_of, way_of_gold
from app.pilots.service.items import CheckedImages, CheckedItems, check_images, check_items
from app.pilots.service.mapping import mapping_of, numbered

Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class CheckedGold:
    """A gold file that can be read, with the digests of the deliveries that fit it and of the item list.

    `items` and `labels` count what is left of the file with its `amendments`.
    `changes` tells in words what differs from version `follows` of the gold; both are empty for the first.
    """

    upload: Upload
    fits: frozenset[str]
    items_digest: str
    items: int
    labels: int
    classes: tuple[str, ...]
    repairs: tuple[str, ...]
    follows: int
    changes: str
    amendments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedDelivery:
    """A delivery that can be read against the gold with this digest."""

    upload: Upload
    times: Upload | None
    candidate_id: UUID
    gold_digest: str
    items: int
    missing: int
    labels: int
    annotators: int | None
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]
    accepts_repairs: bool = False
    mapping: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending(Generic[Checked]):
    """An upload of this request, or why it was refused: told when the route asks, so that the form can show it."""

    found: Checked | None = None
    fault: AssayError | None = None

    def take(self) -> Checked:
        """What was checked. Raises the fault."""
        if self.fault is not None:
            raise self.fault
        if self.found is None:
            raise Invalid("file.missing", [Problem("file", "Choose a file.")])
        return self.found


def check_gold(
    store: Database,
    contents: LocalStore,
    *,
    actor: Actor,
    pilot_id: UUID,
    upload: Upload,
    amendments: Mapping[str, Any] | None = None,
) -> CheckedGold:
    """Read a gold file, with the `amendments` it comes with, in a child process, together with every accepted delivery.

    Takes no write session; call it before one begins. Raises `Invalid` at `file`, and as `open_pilot`.
    """
    with store.reading() as session:
        task = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot.task
        present = queries.accepted(session, pilot_id)
        codes = {row.id: session.get_one(Candidate, row.candidate_id).code for row in present}
        items = queries.items_file(session, pilot_id)
        newest = next(iter(queries.golds(session, pilot_id)), None)
    amended = _without_told(amendments or {}, newest)
    facts = read_in_child(
        "reading:check_gold",
        task=task.value,
        path=str(contents.path(upload.digest)),
        name=upload.name,
        deliveries=[
            {"name": f"{codes[row.id]}, round {row.round}", **way_of(contents, row)} for row in present
        ],
        handed=handed_of(contents, items),
        before=way_of_gold(contents, newest) if newest else None,
        amendments=placed(contents, amended),
    )
    return CheckedGold(
        upload=upload,
        fits=frozenset(row.digest for row in present),
        items_digest=items.digest if items else "",
        items=facts["items"],
        labels=facts["labels"],
        classes=tuple(facts["classes"]),
        repairs=tuple(facts["repairs"]),
        follows=newest.number if newest else 0,
        changes=facts["changes"],
        amendments=amended,
    )


def _without_told(amendments: Mapping[str, Any], newest: GoldVersion | None) -> dict[str, Any]:
    """The amendments with the items left out whose labels vendors read: no later version may score them again."""
    told = newest.amendments.get("told", []) if newest else []
    out = dict(amendments)
    if told:
        out |= {"excluded": sorted({*out.get("excluded", ()), *told}), "told": list(told)}
    return out


def check_delivery(
    store: Database,
    contents: LocalStore,
    *,
    actor: Actor,
    pilot_id: UUID,
    candidate_id: UUID,
    upload: Upload,
    times: Upload | None = None,
    mapping: Mapping[str, str | None] | None = None,
    accept: bool = False,
) -> CheckedDelivery:
    """Read a delivery in a child process against the gold; as `check_gold` otherwise, problems of the side file
    stand at `times`. Raises `Conflict` while there is no gold."""
    with store.reading() as session:
        pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
        reading = reading_of(session, pilot, candidate_id)
    return read_checked(contents, reading, candidate_id, upload, times, mapping=mapping, accept=accept)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery is read against: the task, the gold's digest and number, the candidate's code, the item list."""

    task: str
    gold: str
    number: int
    code: str
    items: PilotItems | None


def reading_of(session: ReadSession, pilot: Pilot, candidate_id: UUID) -> Reading:
    """What a candidate's delivery is read against. Raises `Conflict` while there is no gold."""
    code = _code(session.get(Candidate, candidate_id), pilot)
    newest = _newest_gold(session, pilot)
    items = queries.items_file(session, pilot.id)
    return Reading(pilot.task.value, newest.digest, newest.number, code, items)


def read_checked(
    contents: LocalStore,
    reading: Reading,
    candidate_id: UUID,
    upload: Upload,
    times: Upload | None,
    *,
    mapping: Mapping[str, str | None] | None = None,
    accept: bool = False,
) -> CheckedDelivery:
    """Read a delivery in a child process, for a caller that has checked the right. Raises `Invalid`."""
    facts = read_in_child(
        "reading:check_delivery",
        task=reading.task,
        gold=str(contents.path(reading.gold)),
        path=str(contents.path(upload.digest)),
        name=upload.name,
        times=str(contents.path(times.digest)) if times else "",
        times_name=times.name if times else "",
        code=reading.code,
        gold_name=f"version {reading.number}",
        mapping=mapping or {},
        accept=accept,
        handed=handed_of(contents, reading.items),
    )
    facts |= {name: tuple(facts[name]) for name in ("repairs", "warnings")}
    return CheckedDelivery(
        upload=upload,
        times=times,
        candidate_id=candidate_id,
        gold_digest=reading.gold,
        accepts_repairs=accept,
        mapping=mapping or {},
        **facts,
    )


def _newest_gold(session: ReadSession, pilot: Pilot) -> GoldVersion:
    golds = queries.golds(session, pilot.id)
    if not golds:
        what = "list of items" if pilot.task is PilotTask.REVIEW_ONLY else "gold"
        message = f"Upload the {what} first: a delivery is read against it."
        raise Conflict("pilot.no_gold", message, field="file")
    return golds[0]


def _code(candidate: Candidate | None, pilot: Pilot) -> str:
    if candidate is None or candidate.evaluation_id != pilot.evaluation_id:
        message = "Choose a candidate of this evaluation."
        raise Invalid("delivery.candidate", [Problem("candidate_id", message)])
    if candidate.stage in OUT:
        message = "This candidate was declined or withdrew; take it back first."
        raise Invalid("delivery.candidate", [Problem("candidate_id", message)])
    return candidate.code


def pending(check: Callable[[], Checked | None]) -> Pending[Checked]:
    """What a check gives, or why it refused, kept until the route asks."""
    try:
        return Pending(found=check())
    except AssayError as failure:
        return Pending(fault=failure)


def _receive_gold(
    request: Request, received: ReceivedAnnotations, actor: CurrentActor, pilot_id: UUID
) -> Pending[CheckedGold]:
    contents: LocalStore = request.app.state.contents
    return pending(
        lambda: check_gold(
            database(request), contents, actor=actor, pilot_id=pilot_id, upload=received.one("file")
        )
    )


def _receive_delivery(
    request: Request, received: ReceivedAnnotations, form: BodyRead, actor: CurrentActor, pilot_id: UUID
) -> Pending[CheckedDelivery]:
    contents: LocalStore = request.app.state.contents

    def check() -> CheckedDelivery:
        return check_delivery(
            database(request),
            contents,
            actor=actor,
            pilot_id=pilot_id,
            candidate_id=_candidate_id(form.get("candidate_id") if form else None),
            upload=received.one("file"),
            times=received.maybe("times"),
            mapping=mapping_of(form),
            accept=form is not None and form.get("accept") == "yes",
        )

    told = pending(check)
    return replace(told, fault=numbered(told.fault, form)) if told.fault else told


def _receive_items(
    request: Request, received: ReceivedAnnotations, actor: CurrentActor, pilot_id: UUID
) -> Pending[CheckedItems]:
    contents: LocalStore = request.app.state.contents
    return pending(
        lambda: check_items(
            database(request), contents, actor=actor, pilot_id=pilot_id, upload=received.one("file")
        )
    )


def _receive_images(
    request: Request, received: ReceivedAnnotations, actor: CurrentActor, pilot_id: UUID
) -> Pending[CheckedImages]:
    contents: LocalStore = request.app.state.contents
    return pending(
        lambda: check_images(
            database(request), contents, actor=actor, pilot_id=pilot_id, upload=received.one("images")
        )
    )


def _candidate_id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        problem = Problem("candidate_id", "Choose whose delivery this is.")
        raise Invalid("delivery.candidate", [problem]) from None


# In a route these stand before `session: Write`: reading a file may not hold the write slot.
ReceivedGold = Annotated[Pending[CheckedGold], Depends(_receive_gold)]
ReceivedDelivery = Annotated[Pending[CheckedDelivery], Depends(_receive_delivery)]
ReceivedItems = Annotated[Pending[CheckedItems], Depends(_receive_items)]
ReceivedImages = Annotated[Pending[CheckedImages], Depends(_receive_images)]
