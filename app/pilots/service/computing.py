"""From stored files to a kept comparison: which inputs count, whether they were computed, computing them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson

from app.audit import service as audit
from app.evaluations.models import Candidate
from app.jobs import service as jobs
from app.jobs.models import Job
from app.kit import canonical, child
from app.kit.actors import SYSTEM
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.storage import LocalStore
from app.pilots import queries
from app.pilots.comparing import ENGINE
from app.pilots.models import Delivery, GoldVersion, Pilot, PilotItems, PilotResult

TASK = "pilots.compare"


@dataclass(frozen=True, slots=True)
class Subset:
    """Some items of a comparison, every figure computed again on them alone; empty: all.

    `label`: items on which the gold holds the class. `stratum`: those of a stratum. `annotator`: those that this
    annotator of candidate `code` answered.
    """

    label: str = ""
    stratum: str = ""
    code: str = ""
    annotator: str = ""

    def __bool__(self) -> bool:
        return bool(self.label or self.stratum or self.annotator)


EVERYTHING = Subset()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one comparison is made of; equal digests give equal figures."""

    pilot: Pilot
    gold: GoldVersion
    deliveries: Mapping[str, Delivery]
    items: PilotItems | None
    subset: Subset
    digest: str


@dataclass(frozen=True, slots=True)
class Computed:
    """The bytes that the child gave back, and what they belong to."""

    digest: str
    gold_number: int
    subset: Subset
    report: bytes
    outcomes: bytes


def inputs_of(
    session: ReadSession,
    pilot: Pilot,
    gold: int | None = None,
    *,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> Inputs | None:
    """The newest gold (or version `gold`) and every candidate's newest round (of those until `up_to`), by code.

    None while either is missing.
    """
    versions = queries.golds(session, pilot.id)
    golds = [one for one in versions if gold in (None, one.number)]
    newest: dict[UUID, Delivery] = {}
    for row in queries.accepted(session, pilot.id):  # in the order of rounds
        if up_to is None or row.round <= up_to:
            newest[row.candidate_id] = row
    if not golds or not newest:
        return None
    by_code = {session.get_one(Candidate, key).code: row for key, row in newest.items()}
    ordered = dict(sorted(by_code.items()))
    items = queries.items_file(session, pilot.id)
    digest = _digest(pilot, versions, golds[0], ordered, items, subset)
    return Inputs(pilot, golds[0], ordered, items, subset, digest)


def _digest(
    pilot: Pilot,
    versions: Sequence[GoldVersion],
    gold: GoldVersion,
    deliveries: Mapping[str, Delivery],
    items: PilotItems | None,
    subset: Subset,
) -> str:
    told: dict[str, Any] = {
        "engine": ENGINE,
        "task": pilot.task,
        "iou": pilot.iou,
        "seed": pilot.seed,
        "gold": gold.identity,
        "deliveries": {
            code: [row.digest, row.times_digest, row.accepts_repairs, row.mapping]
            for code, row in deliveries.items()
        },
    }
    if any(one.identity == gold.identity and one.number < gold.number for one in versions):
        # an earlier version came back: decisions and contests go by the number, so it has a result of its own
        told["gold_number"] = gold.number
    if items is not None:
        told["items"] = items.digest
    if pilot.mix:
        told["mix"] = pilot.mix
    if subset:
        told["subset"] = asdict(subset)
    return canonical.digest(told)


def result_of(session: ReadSession, pilot: Pilot) -> PilotResult | None:
    """The comparison of what counts now; None while it is not computed."""
    inputs = inputs_of(session, pilot)
    return queries.result(session, pilot.id, inputs.digest) if inputs else None


def request_result(
    session: WriteSession,
    pilot: Pilot,
    gold: int | None = None,
    *,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> UUID | None:
    """Have what counts now computed by a job (or another gold, earlier rounds, some items alone); None where
    nothing is to do."""
    inputs = inputs_of(session, pilot, gold, up_to=up_to, subset=subset)
    if inputs is None or queries.result(session, pilot.id, inputs.digest) is not None:
        return None
    return jobs.enqueue(
        session,
        TASK,
        dedupe=_key(pilot, inputs.digest),
        pilot_id=pilot.id,
        gold=gold,
        up_to=up_to,
        subset=asdict(subset) if subset else None,
    )


def catch_up(session: WriteSession) -> int:
    """Have every pilot computed whose figures are not those of today's engine; how many jobs that made.

    After an upgrade the same files may give other figures: nobody shall have to press a button for each.
    """
    made = [request_result(session, pilot) for pilot in queries.every_pilot(session)]
    return sum(job is not None for job in made)


def job_of(
    session: ReadSession,
    pilot: Pilot,
    gold: int | None = None,
    *,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> Job | None:
    """The job that computes what counts now (or as `request_result` was asked), if there is one."""
    inputs = inputs_of(session, pilot, gold, up_to=up_to, subset=subset)
    return queries.job(session, _key(pilot, inputs.digest)) if inputs else None


def _key(pilot: Pilot, digest: str) -> str:
    return f"{TASK}:{pilot.id}:{digest}"


def compute(
    database: Database,
    contents: LocalStore,
    pilot_id: UUID,
    gold: int | None = None,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> Computed | None:
    """The comparison of what counts now (or as `request_result` asked), in a child process outside any transaction.

    None where nothing is to do. Raises `Invalid` when the stored files cannot be compared.
    """
    with database.reading() as session:
        pilot = session.get(Pilot, pilot_id)
        inputs = inputs_of(session, pilot, gold, up_to=up_to, subset=subset) if pilot else None
        if inputs is None or queries.result(session, pilot_id, inputs.digest) is not None:
            return None
        arguments = {
            "task": inputs.pilot.task.value,
            "gold": str(contents.path(inputs.gold.digest)),
            "deliveries": [_named(contents, code, row) for code, row in inputs.deliveries.items()],
            "iou": inputs.pilot.iou / 10_000,
            "seed": inputs.pilot.seed,
            "amendments": placed(contents, inputs.gold.amendments),
            "handed": handed_of(contents, inputs.items),
            "mix": inputs.pilot.mix,
            "subset": asdict(subset) if subset else None,
        }
        digest, number = inputs.digest, inputs.gold.number
    report, _, outcomes = child.run("app.pilots.comparing:compared", arguments).partition(b"\n")
    return Computed(digest, number, subset, report, outcomes)


def _named(contents: LocalStore, code: str, row: Delivery) -> dict[str, Any]:
    times = str(contents.path(row.times_digest)) if row.times_digest else ""
    return {"code": code, "times": times, **way_of(contents, row)}


def way_of(contents: LocalStore, row: Delivery) -> dict[str, Any]:
    """How a delivery's file is read, as `reading` takes it."""
    path = str(contents.path(row.digest))
    return {"path": path, "mapping": row.mapping, "accept": row.accepts_repairs}


def way_of_gold(contents: LocalStore, gold: GoldVersion) -> dict[str, Any]:
    """How a version of the gold is read as it counts, as `reading` takes it."""
    return {"path": str(contents.path(gold.digest)), "amendments": placed(contents, gold.amendments)}


def placed(contents: LocalStore, amendments: Mapping[str, Any]) -> dict[str, Any]:
    """The amendments with the places of the deliveries whose answers were taken."""
    taken = {
        item: {**one, "path": str(contents.path(one["digest"]))}
        for item, one in amendments.get("taken", {}).items()
    }
    return {**amendments, **({"taken": taken} if taken else {})}


def handed_of(contents: LocalStore, row: PilotItems | None) -> dict[str, str] | None:
    """How the item list is read, as `reading` takes it; None where there is none."""
    if row is None:
        return None
    return {"path": str(contents.path(row.digest)), "name": f"item list {row.number}", "seal": row.seal}


def keep(session: WriteSession, pilot_id: UUID, computed: Computed | None) -> None:
    """Store a comparison as the pilot's next revision; one that is there already stays."""
    if computed is None or queries.result(session, pilot_id, computed.digest) is not None:
        return
    row = PilotResult(
        pilot_id=pilot_id,
        revision=queries.last_revision(session, pilot_id) + 1,
        digest=computed.digest,
        engine=ENGINE,
        gold_number=computed.gold_number,
        report=orjson.loads(computed.report),
        outcomes=computed.outcomes,
        subset=asdict(computed.subset) if computed.subset else {},
    )
    session.add(row)
    session.flush()
    after = {"revision": row.revision, "inputs": row.digest, "report": canonical.digest(row.report)}
    audit.record(session, SYSTEM, "pilots.result.computed", ("pilot", pilot_id), after=after)


def compute_now(database: Database, contents: LocalStore, pilot_ids: Sequence[UUID]) -> None:
    """Compute and keep without waiting for a worker: for commands and the demonstration."""
    for pilot_id in pilot_ids:
        computed = compute(database, contents, pilot_id)
        with database.writing() as session:
            keep(session, pilot_id, computed)
