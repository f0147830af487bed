"""How large a pilot is to be, and what its strata weigh in production."""

from uuid import UUID

from app.audit import service as audit
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.core.pilots.planner import Plan, plan_pilot
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import queries
from app.pilots.models import Pilot, PilotTask
from app.pilots.schemas import MixIn, SizingIn
from app.pilots.service.access import open_pilot
from app.pilots.service.computing import request_result, result_of


def planned(entry: SizingIn) -> Plan:
    """The size that these assumptions ask for. Raises `Invalid` where no pilot can show the difference."""
    found = plan_pilot(entry.difference, entry.discordant, entry.vendors, entry.power)
    if found.items is None:
        message = "Two candidates that differ on fewer items than this cannot differ by so much; choose less."
        raise Invalid("planner.impossible", [Problem("difference", message)])
    return found


def set_sizing(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: SizingIn, seen: int | None
) -> Pilot:
    """Take the planner's number over into the plan, kept with its assumptions."""
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    after = {**entry.model_dump(), "items": planned(entry).items}
    unchanged(row, seen, {"sizing": after})
    before, row.sizing = row.sizing, after
    audit.record(session, actor, "pilots.size.planned", ("pilot", row.id), before=before, after=after)
    session.flush()
    return row


def mix_names(session: ReadSession, pilot: Pilot) -> tuple[str, ...]:
    """What a production mix may weigh: the gold's strata; of a classification without strata, its classes."""
    result = result_of(session, pilot)
    strata = tuple(result.report["extra"]["filters"]["strata"]) if result and "extra" in result.report else ()
    golds = queries.golds(session, pilot.id)
    classes = tuple(golds[0].classes) if golds and pilot.task is PilotTask.CLASSIFICATION else ()
    # With classes weighed, the engine itself calls them strata.
    return strata or classes


def set_mix(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: MixIn, seen: int | None) -> Pilot:
    """Write down what strata weigh in production; everything is compared again. Empty: as in the pilot.

    Raises `Invalid` for a stratum the gold does not know, and where every weight is 0.
    """
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    unchanged(row, seen, {"mix": entry.mix})
    known = mix_names(session, row)
    problems = [
        Problem(
            "mix",
            f"“{name[:80]}” is not a stratum of the gold; use {', '.join(known) or 'a column stratum'}.",
        )
        for name in entry.mix
        if name not in known
    ]
    if entry.mix and not any(entry.mix.values()):
        problems.append(Problem("mix", "Give at least one stratum a weight above 0."))
    if problems:
        raise Invalid("pilot.mix", problems)
    before, row.mix = row.mix, dict(sorted(entry.mix.items()))
    audit.record(
        session, actor, "pilots.mix.set", ("pilot", row.id), before={"mix": before}, after={"mix": row.mix}
    )
    session.flush()
    request_result(session, row)
    return row
