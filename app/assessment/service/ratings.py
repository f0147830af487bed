"""Rate, lock, declare a conflict of interest."""

from uuid import UUID

from app.assessment import queries
from app.assessment.models import ConflictOfInterest, Rating, RatingLock
from app.assessment.schemas import ConflictIn, LockIn, RatingIn
from app.assessment.service.panel import PanelBoard, panel_board
from app.assessment.service.scorecard import pin_of
from app.assessment.service.sources import evidence_beside
from app.assessment.service.steps import mark_scores
from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.core.numbers import is_number
from app.core.permissions import Action
from app.core.scoring import Criterion, Flag, Levels
from app.evaluations import service as evaluations
from app.evaluations.service import Access
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession


def rate(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: RatingIn) -> Rating | None:
    """Keep one's rating of a cell as a draft; without a value it is taken back and None returned.

    The rating remembers the evidence shown beside it, with its revisions. Raises `Forbidden` when the criterion
    is not the actor's to rate, `Conflict` after locking or with a conflict of interest, `Invalid` for a value
    that the criterion does not know.
    """
    access, board = _rating_access(session, actor, evaluation_id, entry.candidate_id)
    criterion = _criterion(board, entry.criterion)
    if entry.criterion not in board.duties.get(actor.id, ()):
        message = (
            f"{criterion.name} is rated by others: ask the lead for the role on the panel that rates it."
        )
        raise Forbidden("assessment.not_yours", message)
    row = queries.rating(session, entry.candidate_id, entry.criterion, actor.id)
    if entry.value is None:
        _take_back(session, access, row)
        return None
    value = checked_value(criterion, entry.value, "value")
    row = row or Rating(
        evaluation_id=evaluation_id,
        candidate_id=entry.candidate_id,
        criterion=entry.criterion,
        user_id=actor.id,
        value=value,
    )
    row.value, row.note = value, entry.note
    row.seen = evidence_beside(session, entry.candidate_id, criterion)
    session.add(row)
    # The value stays out of the record until it is locked: others read the record.
    told = {"candidate": entry.candidate_id, "criterion": entry.criterion}
    audit.record(session, actor, "assessment.rating.drafted", ("rating", row.id), after=told)
    session.flush()
    if not board.is_blind:
        mark_scores(session, actor, evaluation_id)
    return row


def lock_ratings(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: LockIn) -> RatingLock:
    """Finish one's ratings of a candidate; they count from now on and the others' become visible.

    Raises `Invalid` naming the criteria still without a rating, unless `leave_open` says that they stay so.
    """
    access, board = _rating_access(session, actor, evaluation_id, entry.candidate_id)
    duties = board.duties.get(actor.id, ())
    if not duties:
        raise Forbidden("assessment.not_a_rater", "You are not asked for ratings in this evaluation.")
    own = [r for r in board.ratings if (r.candidate_id, r.user_id) == (entry.candidate_id, actor.id)]
    open_ones = [name for name in duties if name not in {row.criterion for row in own}]
    if open_ones and not entry.leave_open:
        names = {criterion.id: criterion.name for criterion in board.scorecard.criteria}
        problems = [Problem("leave_open", f"{names[name]} is not rated yet.") for name in open_ones]
        raise Invalid("assessment.not_rated", problems)
    now = clock.now()
    for row in own:
        row.locked_at = now
        session.add(row)
        sealed = audit.sealed_digest(row.salt.encode(), {"value": row.value, "note": row.note})
        told = {"criterion": row.criterion, "digest": sealed}
        audit.record(session, actor, "assessment.rating.locked", ("rating", row.id), after=told)
    lock = RatingLock(
        evaluation_id=evaluation_id,
        candidate_id=entry.candidate_id,
        user_id=actor.id,
        rated=len(own),
        left_open=open_ones,
    )
    session.add(lock)
    audit.record(
        session,
        access.actor,
        "assessment.ratings.locked",
        ("rating_lock", lock.id),
        after={"candidate": entry.candidate_id, "rated": len(own), "left_open": open_ones},
    )
    session.flush()
    mark_scores(session, actor, evaluation_id)
    return lock


def declare_conflict(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: ConflictIn
) -> ConflictOfInterest:
    """Take a person (oneself; for others the right to edit the panel is needed) off a candidate."""
    user_id = entry.user_id or actor.id
    wanted = Action.RATE if user_id == actor.id else Action.PANEL_EDIT
    evaluations.open_evaluation(session, actor, evaluation_id, wanted, changing=True)
    candidate_in(session, evaluation_id, entry.candidate_id)
    if queries.conflict(session, entry.candidate_id, user_id) is not None:
        raise Conflict(
            "assessment.conflict_known", "This conflict is on record already.", field="candidate_id"
        )
    row = ConflictOfInterest(
        evaluation_id=evaluation_id,
        candidate_id=entry.candidate_id,
        user_id=user_id,
        reason=entry.reason,
        declared_by=actor.id,
    )
    session.add(row)
    told = {"candidate": entry.candidate_id, "user": user_id}
    audit.record(session, actor, "assessment.conflict.declared", ("conflict_of_interest", row.id), after=told)
    session.flush()
    mark_scores(session, actor, evaluation_id)
    return row


def withdraw_conflict(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, conflict_id: UUID, reason: str
) -> None:
    """Undo a declaration that was wrong; the reason is on record. Needs the right to edit the panel."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.PANEL_EDIT, changing=True)
    row = session.get(ConflictOfInterest, conflict_id)
    if row is None or row.evaluation_id != evaluation_id:
        raise NotFound("assessment.no_conflict", "There is no such declaration; load the page again.")
    audit.record(
        session,
        actor,
        "assessment.conflict.withdrawn",
        ("conflict_of_interest", row.id),
        before={"candidate": row.candidate_id, "user": row.user_id},
        reason=reason,
    )
    session.delete(row)
    session.flush()
    mark_scores(session, actor, evaluation_id)


def candidate_in(session: ReadSession, evaluation_id: UUID, candidate_id: UUID) -> evaluations.CandidateView:
    """A candidate of this evaluation. Raises `NotFound`."""
    for view in evaluations.candidates_of(session, evaluation_id):
        if view.candidate.id == candidate_id:
            return view
    raise NotFound("candidate.not_found", "There is no such candidate in this evaluation.")


def checked_value(criterion: Criterion, value: object, where: str) -> str | float | int | bool:
    """The value as the criterion's scale knows it. Raises `Invalid` naming what it knows."""
    if isinstance(criterion.scale, Levels):
        label = str(value)
        if label in criterion.scale.points:
            return label
        known = ", ".join(criterion.scale.points)
        raise Invalid("assessment.level", [Problem(where, f"Choose one of the levels: {known}.")])
    if isinstance(criterion.scale, Flag):
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("yes", "true", "no", "false"):
            return str(value).lower() in ("yes", "true")
        raise Invalid("assessment.flag", [Problem(where, "Choose yes or no.")])
    try:
        number = float(str(value).replace(",", "").replace("−", "-"))
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not is_number(number):
        unit = f", in {criterion.unit}" if criterion.unit else ""
        raise Invalid("assessment.number", [Problem(where, f"Type a number{unit}.")])
    return int(number) if number.is_integer() else number


def _criterion(board: PanelBoard, name: str) -> Criterion:
    for criterion in board.scorecard.criteria:
        if criterion.id == name:
            return criterion
    raise NotFound("assessment.no_criterion", f"The scorecard has no criterion {name!r}.")


def _rating_access(
    session: WriteSession, actor: Actor, evaluation_id: UUID, candidate_id: UUID
) -> tuple[Access, PanelBoard]:
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RATE, changing=True)
    candidate_in(session, evaluation_id, candidate_id)
    board = panel_board(session, access.evaluation, pin_of(session, evaluation_id))
    if candidate_id not in {view.candidate.id for view in board.candidates}:
        raise Conflict("assessment.not_scored", "This candidate is not in the run; take it up again first.")
    if (candidate_id, actor.id) in board.conflicts:
        raise Conflict("assessment.conflicted", "You declared a conflict of interest with this candidate.")
    if board.is_locked(candidate_id, actor.id):
        raise Conflict("assessment.ratings_locked", "You locked your ratings of this candidate; they stand.")
    return access, board


def _take_back(session: WriteSession, access: Access, row: Rating | None) -> None:
    if row is None:
        return
    told = {"candidate": row.candidate_id, "criterion": row.criterion}
    audit.record(session, access.actor, "assessment.rating.taken_back", ("rating", row.id), before=told)
    session.delete(row)
    session.flush()
