"""What a review says: first-pass acceptance with its interval, faults, and how far reviewers agree."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from app.core import agreement
from app.core.pilots.statistics import wilson
from app.core.scoring.spec import EvidenceRef
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.spreadsheet import Cell
from app.reviews import queries
from app.reviews.models import Fault, PilotReview, ReviewTask, Thumb, Verdict
from app.reviews.service.review import open_review, require_summary

VERDICTS = tuple(Verdict)
Item = tuple[str, int]  # a candidate's code and the place of an item


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One candidate in a review. `first_pass` is the share of items accepted as they came.

    An item of two reviewers counts once, with the mean of both. Shares are None while nothing is judged.
    """

    code: str
    items: int
    given: int
    first_pass: float | None
    low: float | None
    high: float | None
    fixed: float | None
    rejected: float | None
    faults: Mapping[Fault, int]
    thumbs_up: int
    thumbs_down: int


@dataclass(frozen=True, slots=True)
class ReviewerAgreement:
    """How far two reviewers of the same items agree on the verdict; None where it is not defined."""

    items: int
    percent: float | None
    ac1: agreement.Coefficient
    alpha: agreement.Coefficient


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """The figures of a review."""

    judged: int
    tasks: int
    acceptances: tuple[Acceptance, ...]
    agreement: ReviewerAgreement


def summary_of(session: ReadSession, *, actor: Actor, review_id: UUID) -> ReviewSummary:
    """The figures of a review. Raises `Forbidden` for who still has items to judge in it."""
    found = open_review(session, actor, review_id)
    require_summary(session, actor, found)
    return summary(found.review.codes, queries.tasks(session, review_id))


def summary(codes: Sequence[str], tasks: Sequence[ReviewTask]) -> ReviewSummary:
    """The figures of these tasks, candidates in the order of `codes`."""
    return ReviewSummary(
        judged=sum(one.verdict is not None for one in tasks),
        tasks=len(tasks),
        acceptances=tuple(acceptance(code, [one for one in tasks if one.code == code]) for code in codes),
        agreement=_agreement(tasks),
    )


def acceptance(code: str, tasks: Sequence[ReviewTask]) -> Acceptance:
    """One candidate's first-pass acceptance with Wilson's interval over items."""
    by_item: dict[int, list[Verdict]] = defaultdict(list)
    for one in tasks:
        if one.verdict is not None:
            by_item[one.at].append(one.verdict)
    sums = {
        verdict: sum(given.count(verdict) / len(given) for given in by_item.values()) for verdict in VERDICTS
    }
    ends = wilson(sums[Verdict.ACCEPT], len(by_item)) or (None, None)
    shares = {verdict: sums[verdict] / len(by_item) if by_item else None for verdict in VERDICTS}
    return Acceptance(
        code=code,
        items=len(by_item),
        given=len({one.at for one in tasks}),
        first_pass=shares[Verdict.ACCEPT],
        low=ends[0],
        high=ends[1],
        fixed=shares[Verdict.FIX],
        rejected=shares[Verdict.REJECT],
        faults=Counter(one.fault for one in tasks if one.fault is not None),
        thumbs_up=sum(one.thumb is Thumb.UP for one in tasks),
        thumbs_down=sum(one.thumb is Thumb.DOWN for one in tasks),
    )


def twice_judged(tasks: Sequence[ReviewTask]) -> dict[Item, list[Verdict]]:
    """The verdicts on what two reviewers judged."""
    found: dict[Item, list[Verdict]] = defaultdict(list)
    for one in tasks:
        if one.verdict is not None:
            found[one.code, one.at].append(one.verdict)
    return {item: given for item, given in found.items() if len(given) > 1}


def _agreement(tasks: Sequence[ReviewTask]) -> ReviewerAgreement:
    pairs = twice_judged(tasks)
    table = np.array([[given.count(one) for one in VERDICTS] for given in pairs.values()], np.float64)
    counts = agreement.counts_of_table(table.reshape(-1, len(VERDICTS)))
    if not pairs:
        nothing = agreement.Coefficient(None)
        return ReviewerAgreement(0, None, nothing, nothing)
    return ReviewerAgreement(
        len(pairs), agreement.percent(counts), agreement.ac1(counts), agreement.alpha(counts, "nominal")
    )


def first_pass_of(
    session: ReadSession, candidate_id: UUID
) -> tuple[Acceptance, PilotReview, EvidenceRef] | None:
    """A candidate's first-pass acceptance in the newest review that judged some of its items."""
    judged = queries.judged_of(session, candidate_id)
    if not judged:
        return None
    review = judged[0][0]
    own = [task for one, task in judged if one.id == review.id]
    ref = EvidenceRef("pilot_review", str(review.id), sum(task.version for task in own))
    return acceptance(own[0].code, own), review, ref


def verdict_rows(
    session: ReadSession, *, actor: Actor, review_id: UUID, names: Mapping[str, str]
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and one row per given item, judged or not; reviewers are numbered, not named."""
    found = open_review(session, actor, review_id)
    require_summary(session, actor, found)
    tasks = queries.tasks(session, review_id)
    people = {one: f"reviewer {at}" for at, one in enumerate(dict.fromkeys(t.reviewer_id for t in tasks), 1)}
    header = ["candidate", "item", "reviewer", "verdict", "category", "thumb", "comment", "judged_at"]
    rows: list[list[Cell]] = [
        [
            names.get(one.code, one.code),
            one.item,
            people[one.reviewer_id],
            one.verdict.value if one.verdict else None,
            one.fault.value if one.fault else None,
            one.thumb.value if one.thumb else None,
            one.comment,
            one.judged_at.isoformat() if one.judged_at else None,
        ]
        for one in sorted(tasks, key=lambda one: (one.code, one.at, one.place))
    ]
    return header, rows
