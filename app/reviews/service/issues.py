"""Issues on items: something to settle, with a thread; resolved and reopened by people."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.service import PilotAccess, names_of, open_pilot, outcomes_of, result_of
from app.reviews import queries
from app.reviews.models import IssueComment, PilotIssue
from app.reviews.schemas import CommentIn, IssueIn
from app.reviews.service.review import TaskAccess, task_of


def issues_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> Sequence[PilotIssue]:
    """The issues of a pilot, newest first."""
    open_pilot(session, actor, pilot_id)
    return queries.issues(session, pilot_id)


def issue_of(
    session: ReadSession, *, actor: Actor, issue_id: UUID, changing: bool = False
) -> tuple[PilotIssue, PilotAccess]:
    """An issue and the access to its pilot; raises as `open_pilot`."""
    row = session.get(PilotIssue, issue_id)
    if row is None:
        raise NotFound("issue.not_found", "There is no such issue, or it is not shared with you.")
    action = Action.NOTE_WRITE if changing else Action.EVALUATION_READ
    return row, open_pilot(session, actor, row.pilot_id, action, changing=changing)


def issue_candidates(
    session: ReadSession, found: PilotAccess, rows: Iterable[PilotIssue]
) -> Mapping[UUID, tuple[str, str]]:
    """Issue -> code and name of the candidate it is about, both empty where it is about none.

    From a blind review it is the review's own code until its names are told, like everything of that review.
    """
    rows, names = list(rows), names_of(session, found)
    reviews = queries.reviews_among(session, (one.review_id for one in rows if one.review_id))
    out = {}
    for one in rows:
        review = reviews[one.review_id] if one.review_id else None
        code = review.shown_codes[one.code] if review else one.code
        hidden = f"Candidate {code}" if code else ""
        out[one.id] = code, hidden if review and not review.told_at else names.get(code, hidden)
    return out


def raise_issue(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: IssueIn) -> PilotIssue:
    """Open an issue on an item, with its first contribution if there is one.

    Raises `Conflict` while nothing is compared, `Invalid` for an unknown item or candidate.
    """
    found = open_pilot(session, actor, pilot_id, Action.NOTE_WRITE, changing=True)
    row = PilotIssue(
        pilot_id=pilot_id, item=entry.item, code=entry.code, title=entry.title, opened_by=actor.id
    )
    if entry.task is None:
        _require_compared(session, found, entry)
    else:
        task = _task_in(session, actor, pilot_id, entry.task).task
        row.item, row.code, row.review_id = task.item, task.code, task.review_id
    session.add(row)
    session.flush()
    audit.record(session, actor, "pilots.issue.raised", ("pilot_issue", row.id), after={"pilot": pilot_id})
    if entry.text:
        session.add(IssueComment(issue_id=row.id, author_id=actor.id, text=entry.text))
        session.flush()
    return row


def _require_compared(session: ReadSession, found: PilotAccess, entry: IssueIn) -> None:
    result = result_of(session, found.pilot)
    if result is None:
        raise Conflict("issue.no_result", "Nothing is compared yet; issues are raised on compared items.")
    outcomes = outcomes_of(session, result.id)
    problems = []
    if entry.item not in outcomes.items:
        problems.append(Problem("item", "The pilot has no such item; copy its name from the list of items."))
    if entry.code and entry.code not in outcomes.data["vendors"]:
        problems.append(Problem("code", "Choose a candidate that is compared here."))
    if problems:
        raise Invalid("issue.refused", problems)


def _task_in(session: ReadSession, actor: Actor, pilot_id: UUID, task_id: UUID) -> TaskAccess:
    found = task_of(session, actor=actor, task_id=task_id)
    if found.review.pilot_id != pilot_id:
        raise NotFound("review.no_task", "This item is of another pilot; raise the issue there.")
    return found


def comment_issue(session: WriteSession, *, actor: Actor, issue_id: UUID, entry: CommentIn) -> IssueComment:
    """Contribute to an issue, resolved or not."""
    issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    row = IssueComment(issue_id=issue_id, author_id=actor.id, text=entry.text)
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "pilots.issue.commented", ("pilot_issue", issue_id), after={"comment": row.id}
    )
    return row


def resolve_issue(session: WriteSession, *, actor: Actor, issue_id: UUID) -> PilotIssue:
    """Settle an issue; `reopen_issue` undoes it."""
    row, _ = issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    if row.resolved_at is None:
        row.resolved_at = clock.now()
        audit.record(session, actor, "pilots.issue.resolved", ("pilot_issue", issue_id))
    return row


def reopen_issue(session: WriteSession, *, actor: Actor, issue_id: UUID) -> PilotIssue:
    """Take a settled issue up again."""
    row, _ = issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    if row.resolved_at is not None:
        row.resolved_at = None
        audit.record(session, actor, "pilots.issue.reopened", ("pilot_issue", issue_id))
    return row
