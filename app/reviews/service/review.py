"""Blind review: random items of every candidate in the hands of reviewers, and their verdicts.

Every candidate gives the same items, and a reviewer has an item of all candidates, so that a strict reviewer is
strict to all. Candidates go by codes that are drawn for this review alone, because those of the pilot stand beside the
names on pages of leads, and leads review too; names are told, and figures count elsewhere, once it is closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random, SystemRandom
from uuid import UUID

from app.accounts import service as accounts
from app.audit import service as audit
from app.core import permissions
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots.service import PilotAccess, inputs_of, names_of, open_pilot, outcomes_of, result_of
from app.reviews import queries
from app.reviews.models import PilotReview, ReviewTask
from app.reviews.schemas import ReviewIn, VerdictIn

_LETTERS = "BCDFGHJKLMNPQRTVWXZ"  # no vowels, no words


@dataclass(frozen=True, slots=True)
class ReviewAccess:
    """A review the actor may know of, with the pilot it belongs to."""

    review: PilotReview
    pilot: PilotAccess


@dataclass(frozen=True, slots=True)
class TaskAccess:
    """A task in its reviewer's hands; `next_id` is the reviewer's next task to judge after it."""

    task: ReviewTask
    review: PilotReview
    pilot: PilotAccess
    place: int
    total: int
    judged: int
    next_id: UUID | None

    @property
    def candidate_code(self) -> str:
        """The candidate's code in the pilot, under which its delivery is read. Not for a reviewer's eyes."""
        return self.review.codes[self.task.code]


def reviewers_of(session: ReadSession, evaluation: Evaluation) -> Mapping[UUID, str]:
    """Who may be given items: everybody who may rate in this evaluation and know of it, by name."""
    panel = {
        row.user_id: frozenset(map(Role, row.roles)) for row in evaluations.panel_of(session, evaluation.id)
    }
    formal = evaluation.governance is Governance.FORMAL
    able = {}
    for one in accounts.active_people(session):
        roles = one.role_set() | panel.get(one.id, frozenset())
        knows = not formal or one.id in panel or one.id == evaluation.created_by or Role.ADMIN in roles
        if knows and permissions.may(roles, Action.RATE):
            able[one.id] = one.name
    return able


def start_review(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: ReviewIn) -> PilotReview:
    """Draw the items and hand them out; earlier reviews stay.

    Raises `Conflict` while nothing is compared, `Invalid` at `reviewers` for somebody who may not rate here and
    at `size` for more items than there are.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    result, inputs = result_of(session, found.pilot), inputs_of(session, found.pilot)
    if result is None or inputs is None:
        message = "Nothing is compared yet; start the review once the results are there."
        raise Conflict("review.no_result", message, field="size")
    names = outcomes_of(session, result.id).items
    _check(session, found, entry, len(names))
    row = PilotReview(
        pilot_id=pilot_id,
        result_id=result.id,
        number=max((one.number for one in queries.reviews(session, pilot_id)), default=0) + 1,
        size=entry.size,
        overlap=entry.overlap,
        seed=entry.seed,
        shows_gold=entry.shows_gold,
        codes=_own_codes(inputs.deliveries),
        started_by=actor.id,
    )
    session.add(row)
    session.flush()
    whose = {own: inputs.deliveries[code].candidate_id for own, code in row.codes.items()}
    _hand_out(session, row, entry, names, whose)
    facts = {
        "pilot": pilot_id,
        "number": row.number,
        "result": result.revision,
        **entry.model_dump(mode="json"),
    }
    audit.record(session, actor, "pilots.review.started", ("pilot_review", row.id), after=facts)
    session.flush()
    return row


def _own_codes(candidates: Iterable[str]) -> dict[str, str]:
    """Two random letters for every candidate: unlike the pilot's codes, and not to be computed from anything."""
    present = list(candidates)
    length = 2 if len(present) <= len(_LETTERS) else 3
    every = ["".join(one) for one in permutations(_LETTERS, length)]
    return dict(zip(SystemRandom().sample(every, len(present)), present, strict=True))


def _hand_out(
    session: WriteSession, row: PilotReview, entry: ReviewIn, names: Sequence[str], whose: Mapping[str, UUID]
) -> None:
    for reviewer, drawn in _handed_out(entry, len(names), sorted(row.codes)).items():
        session.add_all(
            ReviewTask(
                review_id=row.id,
                reviewer_id=reviewer,
                candidate_id=whose[code],
                code=code,
                at=at,
                item=names[at],
                place=place,
            )
            for place, (at, code) in enumerate(drawn)
        )


def _check(session: ReadSession, found: PilotAccess, entry: ReviewIn, items: int) -> None:
    problems = []
    if set(entry.reviewers) - set(reviewers_of(session, found.evaluation)):
        message = "Choose people who may rate in this evaluation; put others on its panel first."
        problems.append(Problem("reviewers", message))
    if entry.size > items:
        problems.append(Problem("size", f"There are {items} items; choose at most as many."))
    if problems:
        raise Invalid("review.refused", problems)


def _handed_out(entry: ReviewIn, items: int, codes: Sequence[str]) -> dict[UUID, list[tuple[int, str]]]:
    """Reviewer -> (item, code) in a random order of its own; the first `overlap` items go to two reviewers."""
    drawn = Random(f"review:{entry.seed}").sample(range(items), entry.size)
    people = sorted(entry.reviewers)
    hands: dict[UUID, list[tuple[int, str]]] = {one: [] for one in people}
    for number, at in enumerate(drawn):
        for turn in range(2 if number < entry.overlap else 1):
            hands[people[(number + turn) % len(people)]] += [(at, code) for code in codes]
    for turn, mine in enumerate(hands.values()):
        Random(f"order:{entry.seed}:{turn}").shuffle(mine)
    return hands


def open_review(
    session: ReadSession,
    actor: Actor,
    review_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> ReviewAccess:
    """A review; raises as `open_pilot`, and with `changing` `Conflict` once it is closed."""
    row = session.get(PilotReview, review_id)
    if row is None:
        raise NotFound("review.not_found", "There is no such review, or it is not shared with you.")
    found = open_pilot(session, actor, row.pilot_id, action, changing=changing)
    if changing and row.closed_at is not None:
        raise Conflict("review.closed", "This review is closed; reopen it before changing a verdict.")
    return ReviewAccess(row, found)


def close_review(session: WriteSession, *, actor: Actor, review_id: UUID) -> PilotReview:
    """End a review and tell whose is whose; what was not judged stays out of its figures."""
    found = open_review(session, actor, review_id, Action.PILOT_EDIT)
    if found.review.closed_at is None:
        found.review.closed_at = clock.now()
        found.review.told_at = found.review.told_at or found.review.closed_at
        audit.record(session, actor, "pilots.review.closed", ("pilot_review", review_id))
    return found.review


def reopen_review(session: WriteSession, *, actor: Actor, review_id: UUID) -> PilotReview:
    """Take a closed review up again. Names stay told: what is judged from then on is not blind, and pages say so."""
    found = open_review(session, actor, review_id, Action.PILOT_EDIT)
    if found.review.closed_at is not None:
        found.review.closed_at = None
        audit.record(session, actor, "pilots.review.reopened", ("pilot_review", review_id))
    return found.review


def candidates_in(session: ReadSession, found: ReviewAccess) -> Mapping[str, str]:
    """Code of `PilotReview.shown_codes` -> what the reader may call the candidate: by name once names are told."""
    if found.review.told_at is None:
        return {own: f"Candidate {own}" for own in found.review.codes}
    return names_of(session, found.pilot)


def own_name(session: ReadSession, found: TaskAccess) -> str:
    """What the reviewer may call the candidate of a task: 'Candidate QX', once names are told with the name."""
    return names_told(session, ReviewAccess(found.review, found.pilot))[found.task.code]


def names_told(session: ReadSession, found: ReviewAccess) -> Mapping[str, str]:
    """Own code -> 'Candidate QX', once names are told 'Candidate QX: Harbor'."""
    names, review = candidates_in(session, found), found.review
    if review.told_at is None:
        return names
    return {own: f"Candidate {own}: {names[code]}" for own, code in review.codes.items()}


def tasks_for(session: ReadSession, *, actor: Actor, review_id: UUID) -> Sequence[ReviewTask]:
    """What the actor was given in a review, in order."""
    open_review(session, actor, review_id)
    return queries.own_tasks(session, review_id, actor.id)


def task_of(session: ReadSession, *, actor: Actor, task_id: UUID, changing: bool = False) -> TaskAccess:
    """One of the actor's own tasks. Raises `NotFound` for anybody else's: reviewers do not see each other."""
    row = session.get(ReviewTask, task_id)
    if row is None or row.reviewer_id != actor.id:
        raise NotFound(
            "review.no_task", "This item was not given to you; open your own items from the review."
        )
    found = open_review(session, actor, row.review_id, Action.RATE, changing=changing)
    own = queries.own_tasks(session, row.review_id, actor.id)
    later = [*own[row.place + 1 :], *own[: row.place]]
    return TaskAccess(
        task=row,
        review=found.review,
        pilot=found.pilot,
        place=row.place,
        total=len(own),
        judged=sum(one.verdict is not None for one in own),
        next_id=next((one.id for one in later if one.verdict is None), None),
    )


def judge(
    session: WriteSession, *, actor: Actor, task_id: UUID, entry: VerdictIn, seen: int | None
) -> ReviewTask:
    """Give a verdict on an item of one's own, or change it.

    Raises `Conflict` when it was judged since it was shown (another window), or the review is closed.
    """
    row = task_of(session, actor=actor, task_id=task_id, changing=True).task
    unchanged(row, seen, entry.model_dump())
    before = _facts(row)
    row.verdict, row.fault, row.thumb = entry.verdict, entry.fault, entry.thumb
    row.comment, row.judged_at = entry.comment, clock.now()
    _told(session, actor, row, "judged", before)
    return row


def undo_verdict(session: WriteSession, *, actor: Actor, task_id: UUID) -> ReviewTask:
    """Take a verdict of one's own back; the item is to be judged again."""
    row = task_of(session, actor=actor, task_id=task_id, changing=True).task
    if row.verdict is not None:
        before = _facts(row)
        row.verdict = row.fault = row.thumb = row.judged_at = None
        row.comment = ""
        _told(session, actor, row, "unjudged", before)
    return row


def _facts(row: ReviewTask) -> dict[str, object]:
    return {"verdict": row.verdict, "fault": row.fault, "thumb": row.thumb, "comment": bool(row.comment)}


def _told(session: WriteSession, actor: Actor, row: ReviewTask, verb: str, before: dict[str, object]) -> None:
    facts = {"task": row.id, "code": row.code, "item": row.at}
    subject = ("pilot_review", row.review_id)
    changed = audit.changes(before, _facts(row))
    audit.record(
        session, actor, f"pilots.item.{verb}", subject, before=facts | changed[0], after=facts | changed[1]
    )


def require_summary(session: ReadSession, actor: Actor, found: ReviewAccess) -> None:
    """Let pass who may read the figures of a review: nobody who still has items to judge in it."""
    own = queries.own_tasks(session, found.review.id, actor.id)
    is_open = found.review.closed_at is None
    if is_open and any(one.verdict is None for one in own):
        message = "Judge your own items first: what others found would colour what you see."
        raise Forbidden("review.own_first", message)
