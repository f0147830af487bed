"""Reviews, issues and decisions on the gold for programs; candidates by codes alone, within a review by its own."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import Read, Write
from app.pilots import service as pilots
from app.pilots.schemas import GoldOut
from app.reviews import queries, service
from app.reviews.models import GoldDecision, PilotIssue, PilotReview, ReviewTask
from app.reviews.schemas import (
    AcceptedPairOut,
    CommentIn,
    CommentOut,
    DecisionIn,
    DecisionOut,
    DisputeOut,
    IssueIn,
    IssueOut,
    ReviewIn,
    ReviewOut,
    ShareOut,
    SummaryOut,
    TaskOut,
    VerdictIn,
)
from app.reviews.service import Acceptance

router = APIRouter(prefix="/api/v1", tags=["pilot reviews"])


def _review(session: ReadSession, row: PilotReview) -> ReviewOut:
    session.flush()
    tasks = queries.tasks(session, row.id)
    values = row.model_dump(include=set(ReviewOut.model_fields) - {"codes"})
    values |= {"codes": sorted(row.codes), "candidates": row.shown_codes if row.told_at else {}}
    return ReviewOut(**values, tasks=len(tasks), judged=sum(one.verdict is not None for one in tasks))


def _task(row: ReviewTask) -> TaskOut:
    return TaskOut(**row.model_dump(include=set(TaskOut.model_fields)))


def _share(one: Acceptance) -> ShareOut:
    return ShareOut(
        code=one.code,
        items=one.items,
        first_pass=one.first_pass,
        low=one.low,
        high=one.high,
        fixed=one.fixed,
        rejected=one.rejected.value,
        rejected_low=one.rejected.low,
        rejected_high=one.rejected.high,
        usable=one.usable.value,
        usable_low=one.usable.low,
        usable_high=one.usable.high,
        faults={fault.value: count for fault, count in one.faults.items()},
        thumbs_up=one.thumbs_up,
        thumbs_down=one.thumbs_down,
    )


@router.get("/pilots/{pilot_id}/reviews")
def list_reviews(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[ReviewOut]:
    """The blind reviews of a pilot, newest first."""
    pilots.open_pilot(session, actor, pilot_id)
    return [_review(session, row) for row in queries.reviews(session, pilot_id)]


@router.post("/pilots/{pilot_id}/reviews", status_code=201, response_model=ReviewOut)
def start_review(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: ReviewIn
) -> Response:
    """Draw random items, the same of every candidate, and hand them to reviewers."""
    row = service.start_review(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return created(request, _review(session, row), f"/api/v1/reviews/{row.id}")


@router.get("/reviews/{review_id}")
def get_review(session: Read, actor: CurrentActor, review_id: UUID) -> ReviewOut:
    """One review and how far it has come."""
    return _review(session, service.open_review(session, actor, review_id).review)


@router.post("/reviews/{review_id}/close", response_model=ReviewOut)
def close_review(request: Request, session: Write, actor: CurrentActor, review_id: UUID) -> Response:
    """End a review."""
    row = service.close_review(session, actor=actor, review_id=review_id)
    return done(request, _review(session, row))


@router.post("/reviews/{review_id}/reopen", response_model=ReviewOut)
def reopen_review(request: Request, session: Write, actor: CurrentActor, review_id: UUID) -> Response:
    """Take a closed review up again."""
    row = service.reopen_review(session, actor=actor, review_id=review_id)
    return done(request, _review(session, row))


@router.get("/reviews/{review_id}/summary")
def get_summary(session: Read, actor: CurrentActor, review_id: UUID) -> SummaryOut:
    """First-pass acceptance by candidate, and how far reviewers agree.

    403 for a reviewer who still has items to judge.
    """
    found = service.summary_of(session, actor=actor, review_id=review_id)
    return SummaryOut(
        shares=[_share(one) for one in found.acceptances],
        pairs=[
            AcceptedPairOut(
                a=one.a,
                b=one.b,
                difference=one.value,
                low=one.low,
                high=one.high,
                p_value=one.p_value,
                p_adjusted=one.p_adjusted,
                distinguishable=one.distinguishable,
            )
            for one in found.pairs
        ],
        unblind=found.unblind,
        overlap_items=found.agreement.items,
        percent_agreement=found.agreement.percent,
        ac1=found.agreement.ac1.value,
        alpha=found.agreement.alpha.value,
    )


@router.get("/reviews/{review_id}/tasks")
def list_tasks(session: Read, actor: CurrentActor, review_id: UUID) -> list[TaskOut]:
    """One's own items of a review, in order."""
    return [_task(row) for row in service.tasks_for(session, actor=actor, review_id=review_id)]


@router.put("/review-tasks/{task_id}/verdict", response_model=TaskOut)
def judge(
    request: Request, session: Write, actor: CurrentActor, task_id: UUID, entry: VerdictIn, seen: IfMatch
) -> Response:
    """Give a verdict on one's own item, or change it."""
    row = service.judge(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    session.flush()
    return done(request, _task(row))


@router.delete("/review-tasks/{task_id}/verdict", response_model=TaskOut)
def undo_verdict(request: Request, session: Write, actor: CurrentActor, task_id: UUID) -> Response:
    """Take one's own verdict back."""
    row = service.undo_verdict(session, actor=actor, task_id=task_id)
    session.flush()
    return done(request, _task(row))


@router.put("/pilots/{pilot_id}/look", status_code=204)
def record_look(session: Write, actor: CurrentActor, pilot_id: UUID) -> None:
    """Say that one looked at the random items before any figure."""
    pilots.record_look(session, actor=actor, pilot_id=pilot_id)


def _issues(session: ReadSession, actor: CurrentActor, rows: Sequence[PilotIssue]) -> list[IssueOut]:
    """These issues of one pilot."""
    if not rows:
        return []
    session.flush()
    about = service.issue_candidates(session, pilots.open_pilot(session, actor, rows[0].pilot_id), rows)
    threads = queries.threads(session, [row.id for row in rows])
    return [
        IssueOut(
            **row.model_dump(include=set(IssueOut.model_fields) - {"comments", "code"}),
            code=about[row.id][0],
            comments=[
                CommentOut(**one.model_dump(include=set(CommentOut.model_fields)))
                for one in threads.get(row.id, ())
            ],
        )
        for row in rows
    ]


def _issue(session: ReadSession, actor: CurrentActor, row: PilotIssue) -> IssueOut:
    (out,) = _issues(session, actor, [row])
    return out


@router.get("/pilots/{pilot_id}/issues")
def list_issues(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[IssueOut]:
    """The issues on items of a pilot with their threads, newest first."""
    return _issues(session, actor, service.issues_of(session, actor=actor, pilot_id=pilot_id))


@router.post("/pilots/{pilot_id}/issues", status_code=201, response_model=IssueOut)
def raise_issue(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: IssueIn
) -> Response:
    """Raise an issue on an item."""
    row = service.raise_issue(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return created(request, _issue(session, actor, row), f"/api/v1/pilot-issues/{row.id}")


@router.get("/pilot-issues/{issue_id}")
def get_issue(session: Read, actor: CurrentActor, issue_id: UUID) -> IssueOut:
    """One issue with its thread."""
    return _issue(session, actor, service.issue_of(session, actor=actor, issue_id=issue_id)[0])


@router.post("/pilot-issues/{issue_id}/comments", response_model=IssueOut)
def comment_issue(
    request: Request, session: Write, actor: CurrentActor, issue_id: UUID, entry: CommentIn
) -> Response:
    """Contribute to an issue."""
    service.comment_issue(session, actor=actor, issue_id=issue_id, entry=entry)
    return done(request, _issue(session, actor, service.issue_of(session, actor=actor, issue_id=issue_id)[0]))


@router.post("/pilot-issues/{issue_id}/resolve", response_model=IssueOut)
def resolve_issue(request: Request, session: Write, actor: CurrentActor, issue_id: UUID) -> Response:
    """Settle an issue."""
    return done(
        request, _issue(session, actor, service.resolve_issue(session, actor=actor, issue_id=issue_id))
    )


@router.post("/pilot-issues/{issue_id}/reopen", response_model=IssueOut)
def reopen_issue(request: Request, session: Write, actor: CurrentActor, issue_id: UUID) -> Response:
    """Take a settled issue up again."""
    return done(
        request, _issue(session, actor, service.reopen_issue(session, actor=actor, issue_id=issue_id))
    )


def _decision(row: GoldDecision) -> DecisionOut:
    return DecisionOut(**row.model_dump(include=set(DecisionOut.model_fields)))


@router.get("/pilots/{pilot_id}/disputes")
def list_disputes(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[DisputeOut]:
    """Items where candidates agree against the gold or people disagree, open ones first."""
    pilots.require_look(session, actor, pilots.open_pilot(session, actor, pilot_id))
    return [
        DisputeOut(
            item=one.item,
            at=one.at,
            reasons=list(one.reasons),
            instead=one.instead,
            agreeing=one.agreeing,
            decision=_decision(one.decision) if one.decision else None,
        )
        for one in service.queue_of(session, actor=actor, pilot_id=pilot_id).doubts
    ]


@router.put("/pilots/{pilot_id}/gold/decisions", response_model=DecisionOut)
def decide(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: DecisionIn, seen: IfMatch
) -> Response:
    """Decide about an item of the newest gold; changing a decision needs its ETag in If-Match."""
    row = service.decide(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    session.flush()
    return done(request, _decision(row))


@router.delete("/gold-decisions/{decision_id}", status_code=204)
def withdraw(session: Write, actor: CurrentActor, decision_id: UUID) -> None:
    """Take a decision back that no gold version holds yet."""
    service.withdraw(session, actor=actor, decision_id=decision_id)


@router.post("/pilots/{pilot_id}/gold/publish", status_code=201, response_model=GoldOut)
def publish(request: Request, session: Write, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Make a new gold version from the decisions; everything is compared again, earlier results stay."""
    row = service.publish(session, actor=actor, pilot_id=pilot_id)
    out = GoldOut(**row.model_dump(include=set(GoldOut.model_fields)))
    return created(request, out, f"/api/v1/pilots/{pilot_id}/gold")
