"""Every look into the tables of reviews, issues and decisions on the gold."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from app.kit.db import ReadSession
from app.reviews.models import GoldDecision, IssueComment, ItemContest, PilotIssue, PilotReview, ReviewTask


def reviews(session: ReadSession, pilot_id: UUID) -> Sequence[PilotReview]:
    """The reviews of a pilot, newest first."""
    wanted = select(PilotReview).where(PilotReview.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotReview.number).desc())).all()


def reviews_among(session: ReadSession, ids: Iterable[UUID]) -> Mapping[UUID, PilotReview]:
    """These reviews by id."""
    wanted = select(PilotReview).where(col(PilotReview.id).in_(set(ids)))
    return {one.id: one for one in session.exec(wanted)}


def tasks(session: ReadSession, review_id: UUID) -> Sequence[ReviewTask]:
    """All tasks of a review, by reviewer and place."""
    wanted = select(ReviewTask).where(ReviewTask.review_id == review_id)
    return session.exec(wanted.order_by(col(ReviewTask.reviewer_id), col(ReviewTask.place))).all()


def own_tasks(session: ReadSession, review_id: UUID, reviewer_id: UUID) -> Sequence[ReviewTask]:
    """One reviewer's tasks, in order."""
    wanted = select(ReviewTask).where(
        ReviewTask.review_id == review_id, ReviewTask.reviewer_id == reviewer_id
    )
    return session.exec(wanted.order_by(col(ReviewTask.place))).all()


def judged_of(session: ReadSession, candidate_id: UUID) -> Sequence[tuple[PilotReview, ReviewTask]]:
    """A candidate's judged tasks with their reviews, of those whose names are told."""
    wanted = (
        select(PilotReview, ReviewTask)
        .join(ReviewTask, col(ReviewTask.review_id) == col(PilotReview.id))
        .where(ReviewTask.candidate_id == candidate_id, col(ReviewTask.verdict).is_not(None))
        .where(col(PilotReview.told_at).is_not(None))
        .order_by(col(PilotReview.id).desc())
    )
    return session.exec(wanted).all()


def issues(session: ReadSession, pilot_id: UUID) -> Sequence[PilotIssue]:
    """The issues of a pilot, newest first."""
    wanted = select(PilotIssue).where(PilotIssue.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotIssue.id).desc())).all()


def threads(session: ReadSession, issue_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[IssueComment]]:
    """Issue -> its thread, oldest first; issues without any are left out."""
    wanted = select(IssueComment).where(col(IssueComment.issue_id).in_(set(issue_ids)))
    out: dict[UUID, list[IssueComment]] = {}
    for one in session.exec(wanted.order_by(col(IssueComment.id))):
        out.setdefault(one.issue_id, []).append(one)
    return out


def decisions(session: ReadSession, pilot_id: UUID, gold_number: int) -> Sequence[GoldDecision]:
    """What was decided about one gold version, by item."""
    wanted = select(GoldDecision).where(
        GoldDecision.pilot_id == pilot_id, GoldDecision.gold_number == gold_number
    )
    return session.exec(wanted.order_by(col(GoldDecision.item))).all()


def decision(session: ReadSession, pilot_id: UUID, gold_number: int, item: str) -> GoldDecision | None:
    """What was decided about an item, if so."""
    wanted = select(GoldDecision).where(
        GoldDecision.pilot_id == pilot_id,
        GoldDecision.gold_number == gold_number,
        GoldDecision.item == item,
    )
    return session.exec(wanted).first()


def all_decisions(session: ReadSession, pilot_id: UUID) -> Sequence[GoldDecision]:
    """Every decision about a pilot's gold, the oldest version first."""
    wanted = select(GoldDecision).where(GoldDecision.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(GoldDecision.gold_number), col(GoldDecision.item))).all()


def contests(session: ReadSession, pilot_id: UUID, candidate_id: UUID | None = None) -> Sequence[ItemContest]:
    """What vendors (or one of them) contest in a pilot, by item."""
    wanted = select(ItemContest).where(ItemContest.pilot_id == pilot_id)
    if candidate_id is not None:
        wanted = wanted.where(ItemContest.candidate_id == candidate_id)
    return session.exec(wanted.order_by(col(ItemContest.item), col(ItemContest.code))).all()
