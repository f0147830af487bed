"""Take several candidates in at once: chosen in the register, pasted as names, or our own team."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import queries
from app.evaluations.models import Candidate
from app.evaluations.schemas import CandidateIn, CandidatesIn, NamesIn
from app.evaluations.service.access import open_evaluation
from app.evaluations.service.candidates import add_candidate, check_channel, refusal
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.vendors import service as vendors
from app.vendors.models import Vendor, VendorKind, VendorStatus
from app.vendors.schemas import VendorIn

MOST_NAMES = 200
_BULLET = re.compile(r"^(?:[-*•–]\s+|\d{1,3}[.)]\s+)")


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one pasted name.

    `outcome` is `take_in` (known), `add` (new: to the register first), `present` (a candidate already) or
    `refused` (on hold or archived, `note` says why).
    """

    name: str
    outcome: str
    note: str = ""
    vendor_id: UUID | None = None


def add_candidates(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: CandidatesIn
) -> list[Candidate]:
    """Take several vendors of the register in, all or none.

    Raises `Invalid` at `vendor_ids` with every vendor that cannot be taken in.
    """
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    present = {row.vendor_id for row in queries.candidates(session, evaluation_id)}
    wanted = [vendors.vendor_of(session, each) for each in dict.fromkeys(entry.vendor_ids)]
    problems = [Problem("vendor_ids", text) for vendor in wanted if (text := refusal(vendor, present))]
    if problems:
        raise Invalid("candidate.refused", problems)
    check_channel(entry.channel)
    return [
        add_candidate(
            session,
            actor=actor,
            evaluation_id=evaluation_id,
            entry=CandidateIn(vendor_id=vendor.id, channel=entry.channel, stage=entry.stage),
        )
        for vendor in wanted
    ]


def plan_names(session: ReadSession, *, actor: Actor, evaluation_id: UUID, text: str) -> list[Planned]:
    """What would become of each name of a pasted list; nothing is changed.

    One name a line; bullets and numbers before it are dropped, doubles count once. Raises `Invalid` at `names`
    with every line that cannot be a name.
    """
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    names = _names(text)
    known = vendors.vendors_named(session, names)
    present = {row.vendor_id for row in queries.candidates(session, evaluation_id)}
    return [_plan(name, known.get(vendors.fold(name)), present) for name in names]


def add_names(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: NamesIn) -> list[Candidate]:
    """Do what `plan_names` shows: add the new names to the register and take all in that are not refused.

    Raises `Invalid` at `names` when nothing would come of the list.
    """
    planned = plan_names(session, actor=actor, evaluation_id=evaluation_id, text=entry.names)
    check_channel(entry.channel)
    wanted = [item for item in planned if item.outcome in ("take_in", "add")]
    if not wanted:
        message = "Every vendor of this list is in already or cannot be taken in; add other names."
        raise Invalid("candidate.nothing_new", [Problem("names", message)])
    added = []
    for item in wanted:
        vendor_id = item.vendor_id
        if vendor_id is None:
            vendor_id = vendors.add_vendor(session, actor=actor, entry=VendorIn(name=item.name)).id
        taken = CandidateIn(vendor_id=vendor_id, channel=entry.channel, stage=entry.stage)
        added.append(add_candidate(session, actor=actor, evaluation_id=evaluation_id, entry=taken))
    return added


def add_in_house(session: WriteSession, *, actor: Actor, evaluation_id: UUID) -> Candidate:
    """Take our own team in as the yardstick; the register gets an 'In-house team' when it has none.

    Raises `Conflict` when it is in already.
    """
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    teams = vendors.in_house_teams(session)
    team = (
        teams[0]
        if teams
        else vendors.add_vendor(
            session, actor=actor, entry=VendorIn(name="In-house team", kind=VendorKind.IN_HOUSE)
        )
    )
    entry = CandidateIn(vendor_id=team.id, channel="in_house")
    return add_candidate(session, actor=actor, evaluation_id=evaluation_id, entry=entry)


def _names(text: str) -> Sequence[str]:
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        name = _BULLET.sub("", line.strip()).strip()
        if len(name) > 120:
            problems.append(
                Problem("names", f"Line {number} is too long for a name; put one name on a line.")
            )
        elif name and not vendors.fold(name):
            problems.append(Problem("names", f"Line {number} holds no name; remove it."))
        elif name:
            found.setdefault(vendors.fold(name), name)
    if len(found) > MOST_NAMES:
        problems.append(Problem("names", f"More than {MOST_NAMES} names at once; paste them in parts."))
    if not found and not problems:
        problems.append(Problem("names", "Paste at least one name, one a line."))
    if problems:
        raise Invalid("candidate.names", problems)
    return list(found.values())


def _plan(name: str, vendor: Vendor | None, present: set[UUID]) -> Planned:
    if vendor is None:
        return Planned(name, "add", "new: is added to the register")
    if vendor.id in present:
        return Planned(vendor.name, "present", "is a candidate already", vendor.id)
    if vendor.status is not VendorStatus.ACTIVE:
        word = vendor.status.replace("_", " ")
        return Planned(vendor.name, "refused", f"{word}: {vendor.status_reason}", vendor.id)
    return Planned(vendor.name, "take_in", "in the register", vendor.id)
