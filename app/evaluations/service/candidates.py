"""Take vendors in, move them along, and keep what was searched."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.evaluations import queries
from app.evaluations.models import (
    OUT,
    Candidate,
    Evaluation,
    SearchLogEntry,
    Stage,
    StepName,
    StepState,
)
from app.evaluations.schemas import CandidateIn, SearchLogIn
from app.evaluations.service.access import candidate_access, open_evaluation
from app.evaluations.service.codes import free_code
from app.evaluations.service.journey import mark_step
from app.kit import library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.vendors import service as vendors
from app.vendors.models import Vendor, VendorKind, VendorStatus

FAR = frozenset({Stage.SHORTLIST, Stage.PILOT, Stage.FINALIST, Stage.SELECTED, Stage.RESERVE})
_CHANNELS_BESIDE = frozenset({"past_evaluation", "in_house"})


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate with its vendor; `is_in_house` marks the yardstick, `is_out` declined or withdrawn."""

    candidate: Candidate
    vendor: Vendor

    @property
    def name(self) -> str:
        """The vendor's name."""
        return self.vendor.name

    @property
    def is_in_house(self) -> bool:
        """Whether this is our own team."""
        return self.vendor.kind is VendorKind.IN_HOUSE

    @property
    def is_out(self) -> bool:
        """Whether it no longer takes part."""
        return self.candidate.stage in OUT


def add_candidate(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: CandidateIn
) -> Candidate:
    """Take a vendor into the evaluation. Raises `Conflict` when it is in already or on hold."""
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    vendor = vendors.vendor_of(session, entry.vendor_id)
    check_channel(entry.channel)
    present = queries.candidates(session, evaluation_id)
    message = refusal(vendor, {row.vendor_id for row in present})
    if message:
        raise Conflict("candidate.refused", message, field="vendor_id")
    code = free_code(evaluation_id, {row.code for row in present})
    row = Candidate(
        evaluation_id=evaluation_id, vendor_id=vendor.id, code=code, channel=entry.channel, stage=entry.stage
    )
    session.add(row)
    audit.record(
        session,
        actor,
        "evaluations.candidate.added",
        ("candidate", row.id),
        label=vendor.name,
        after={
            "evaluation": evaluation_id,
            "vendor": vendor.id,
            "channel": entry.channel,
            "stage": entry.stage,
        },
    )
    session.flush()
    mark_counts(session, actor, evaluation_id)
    return row


def refusal(vendor: Vendor, present: Set[UUID]) -> str:
    """Why a vendor cannot be taken in, '' when it can; `present` are the vendors that are in."""
    if vendor.id in present:
        return f"{vendor.name} is a candidate already."
    if vendor.status is not VendorStatus.ACTIVE:
        return f"{vendor.name} is {vendor.status.replace('_', ' ')} in the register: {vendor.status_reason}"
    return ""


def check_channel(channel: str) -> None:
    """Raise `Invalid` at `channel` for a way that is not listed."""
    if channel not in library.taxonomy().search_channels and channel not in _CHANNELS_BESIDE:
        raise Invalid("candidate.channel", [Problem("channel", "Choose one of the listed channels.")])


def candidates_of(
    session: ReadSession, evaluation_id: UUID, *, with_out: bool = True
) -> Sequence[CandidateView]:
    """The candidates with their vendors, in the order they came in."""
    rows = queries.candidates(session, evaluation_id, with_out=with_out)
    found = vendors.vendors_of(session, [row.vendor_id for row in rows])
    return [CandidateView(row, found[row.vendor_id]) for row in rows]


def candidate_of(
    session: ReadSession, *, actor: Actor, candidate_id: UUID
) -> tuple[CandidateView, Evaluation]:
    """One candidate with its vendor and evaluation. Raises `NotFound`."""
    row, access = candidate_access(session, actor, candidate_id)
    return CandidateView(row, vendors.vendor_of(session, row.vendor_id)), access.evaluation


def candidacies_of(
    session: ReadSession, *, actor: Actor, vendor_id: UUID
) -> Sequence[tuple[Candidate, Evaluation]]:
    """Where a vendor is or was a candidate."""
    return queries.candidacies(session, actor, vendor_id)


def log_search(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: SearchLogIn
) -> SearchLogEntry:
    """Keep where and with which words was searched."""
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    if entry.channel not in library.taxonomy().search_channels:
        raise Invalid("search.channel", [Problem("channel", "Choose one of the listed channels.")])
    row = SearchLogEntry(evaluation_id=evaluation_id, actor_id=actor.id, **entry.model_dump())
    session.add(row)
    audit.record(
        session, actor, "evaluations.search.logged", ("evaluation", evaluation_id), after=entry.model_dump()
    )
    session.flush()
    return row


def search_log(session: ReadSession, evaluation_id: UUID) -> Sequence[SearchLogEntry]:
    """Searches that were made, newest first."""
    return queries.search_log(session, evaluation_id)


def mark_counts(session: WriteSession, actor: Actor, evaluation_id: UUID) -> None:
    """Keep the figures beside 'search' and 'shortlist' true."""
    rows = queries.candidates(session, evaluation_id)
    listed = sum(row.stage in FAR for row in rows)
    for step, count in ((StepName.SEARCH, len(rows)), (StepName.SHORTLIST, listed)):
        state = StepState.DONE if count else StepState.TODO
        note = str(count) if count else ""
        mark_step(session, actor=actor, evaluation_id=evaluation_id, step=step, state=state, note=note)
