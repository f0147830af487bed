"""What a review says: first-pass acceptance with its interval, faults, and how far reviewers agree."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from app.core import agreement
from app.core.formats.shapes import Floats
from app.core.pilots.cost import Share
from app.core.pilots.results import Estimate, Pair
from app.core.pilots.statistics import wilson
from app.core.pilots.verdicts import accepted_pairs
from app.core.scoring.spec import EvidenceRef
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.spreadsheet import Cell
from app.pilots import service as pilots
from app.pilots.models import Pilot
from app.pilots.schemas import REVIEWED, CriterionIn
from app.pilots.service import ListedWork
from app.reviews import queries
from app.reviews.models import Fault, PilotReview, ReviewTask, Thumb, Verdict
from app.reviews.service.review import candidates_in, open_review, require_summary

VERDICTS = tuple(Verdict)
Item = tuple[str, int]  # a candidate's code and the place of an item


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One candidate in a review. `first_pass` is the share of items accepted as they came.

    `usable` is accepted as it came or after a fix. An item of two reviewers counts once, with the mean of both.
    Shares are None while nothing is judged.
    """

    code: str
    items: int
    given: int
    first_pass: float | None
    low: float | None
    high: float | None
    fixed: float | None
    usable: Estimate
    rejected: Estimate
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
    """The figures of a review; `pairs` compare first-pass acceptance on the `common` items judged of everybody.

    `unblind` verdicts were given after names were told, in a review that was opened again.
    """

    judged: int
    tasks: int
    acceptances: tuple[Acceptance, ...]
    pairs: tuple[Pair, ...]
    common: int
    agreement: ReviewerAgreement
    unblind: int


def summary_of(session: ReadSession, *, actor: Actor, review_id: UUID) -> ReviewSummary:
    """The figures of a review. Raises `Forbidden` for who still has items to judge in it."""
    found = open_review(session, actor, review_id)
    require_summary(session, actor, found)
    return summary(found.review, queries.tasks(session, review_id))


def summary(review: PilotReview, tasks: Sequence[ReviewTask]) -> ReviewSummary:
    """The figures of a review by `PilotReview.shown_codes`."""
    shown = review.shown_codes
    accepted = {shown[own]: shares for own, shares in accepted_by_item(tasks, list(shown)).items()}
    return ReviewSummary(
        judged=sum(one.verdict is not None for one in tasks),
        tasks=len(tasks),
        acceptances=tuple(
            acceptance(code, [one for one in tasks if one.code == own]) for own, code in shown.items()
        ),
        pairs=accepted_pairs(accepted),
        common=min((len(one) for one in accepted.values()), default=0),
        agreement=_agreement(tasks),
        unblind=unblind(review, tasks),
    )


def unblind(review: PilotReview, tasks: Sequence[ReviewTask]) -> int:
    """How many verdicts were given, or changed, after names were told."""
    told = review.told_at
    return sum(bool(told and one.judged_at and one.judged_at > told) for one in tasks)


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
        usable=_share(sums[Verdict.ACCEPT] + sums[Verdict.FIX], len(by_item)),
        rejected=_share(sums[Verdict.REJECT], len(by_item)),
        faults=Counter(one.fault for one in tasks if one.fault is not None),
        thumbs_up=sum(one.thumb is Thumb.UP for one in tasks),
        thumbs_down=sum(one.thumb is Thumb.DOWN for one in tasks),
    )


def _share(count: float, items: int) -> Estimate:
    ends = wilson(count, items)
    return Estimate(count / items, *ends) if ends else Estimate(None)


def accepted_by_item(tasks: Sequence[ReviewTask], codes: Sequence[str]) -> Mapping[str, Floats]:
    """Code -> share of its reviewers who accepted each item as it came, on the items judged of all these candidates."""
    given: dict[Item, list[bool]] = defaultdict(list)
    for one in tasks:
        if one.verdict is not None:
            given[one.code, one.at].append(one.verdict is Verdict.ACCEPT)
    places = {code: {at for own, at in given if own == code} for code in codes}
    judged = [code for code in codes if places[code]]
    common = sorted(set.intersection(*(places[code] for code in judged))) if judged else []
    return {code: np.array([np.mean(given[code, at]) for at in common], np.float64) for code in judged}


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


def newest_of(session: ReadSession, pilot_id: UUID, *, told: bool = False) -> PilotReview | None:
    """The newest review of a pilot that somebody judged in, else the newest; with `told` of those that told names."""
    found = [one for one in queries.reviews(session, pilot_id) if one.told_at or not told]
    judged = (
        one for one in found if any(task.verdict is not None for task in queries.tasks(session, one.id))
    )
    return next(judged, found[0] if found else None)


def promise_of(pilot: Pilot) -> CriterionIn | None:
    """What was promised of first-pass acceptance: judged here, because only a review measures it."""
    return next((one for one in pilots.criteria_of(pilot) if one.metric in REVIEWED), None)


def work_of(session: ReadSession, pilot: Pilot, found: ReviewSummary) -> Mapping[str, ListedWork]:
    """What came back in a pilot that only people judge, with the cost of what a review accepted as it came."""
    shares = {
        one.code: Share(one.first_pass, one.low, one.high)
        for one in found.acceptances
        if one.first_pass is not None and one.low is not None and one.high is not None
    }
    return pilots.listed_work(session, pilot, shares)


def first_pass_of(
    session: ReadSession, candidate_id: UUID
) -> tuple[Acceptance, PilotReview, EvidenceRef] | None:
    """A candidate's first-pass acceptance in the newest review that judged some of its items and told names.

    A review that is still blind counts nowhere else: beside its figures by code they would tell whose is whose.
    """
    judged = queries.judged_of(session, candidate_id)
    if not judged:
        return None
    review = judged[0][0]
    own = [task for one, task in judged if one.id == review.id]
    ref = EvidenceRef("pilot_review", str(review.id), sum(task.version for task in own))
    return acceptance(review.codes[own[0].code], own), review, ref


def verdict_rows(
    session: ReadSession, *, actor: Actor, review_id: UUID
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and one row per given item, judged or not; reviewers are numbered, not named, and so are candidates
    by code until names are told."""
    found = open_review(session, actor, review_id)
    require_summary(session, actor, found)
    tasks, names = queries.tasks(session, review_id), candidates_in(session, found)
    people = {one: f"reviewer {at}" for at, one in enumerate(dict.fromkeys(t.reviewer_id for t in tasks), 1)}
    header = ["candidate", "code", "item", "reviewer", "verdict", "category", "thumb", "comment", "judged_at"]
    rows: list[list[Cell]] = [
        [
            names[found.review.shown_codes[one.code]],
            one.code,
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
