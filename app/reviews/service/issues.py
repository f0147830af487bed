"""Issues on items: something to settle, with a thread; resolved and reopened by people."""

from collections.abc import Sequence
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.service import PilotAccess, open_pilot, outcomes_of, result_of
from app.reviews import queries
from app.reviews.models import IssueComment, PilotIssue
from app.reviews.schemas import CommentIn, IssueIn


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


def raise_issue(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: IssueIn) -> PilotIssue:
    """Open an issue on an item, with its first contribution if there is one.

    Raises `Conflict` while nothing is compared, `Invalid` for an unknown item or candidate.
    """
    found = open_pilot(session, actor, pilot_id, Action.NOTE_WRITE, changing=True)
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
    row = PilotIssue(
        pilot_id=pilot_id, item=entry.item, code=entry.code, title=entry.title, opened_by=actor.id
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "pilots.issue.raised", ("pilot_issue", row.id), after={"pilot": pilot_id})
    if entry.text:
        session.add(IssueComment(issue_id=row.id, author_id=actor.id, text=entry.text))
        session.flush()
    return row


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
