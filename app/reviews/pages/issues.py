"""Issues on items: the list, raising one, its thread."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts import service as accounts
from app.core.permissions import Action
from app.kit import htmx, paging, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, parse, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.kit.ui import Crumb, NoteRow, Option, Toast
from app.pilots import service as pilots
from app.pilots.frame import base_of, below
from app.pilots.service import names_of
from app.reviews import queries, service
from app.reviews.models import PilotIssue
from app.reviews.schemas import CommentIn, IssueIn
from app.reviews.views import adjudication as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/issues", include_in_schema=False)
_STATES = (Option("open", "Open"), Option("resolved", "Resolved"))
State = Annotated[str, Query(max_length=20)]


def _list_page(
    session: ReadSession,
    found: pilots.PilotAccess,
    shown: list[PilotIssue],
    state: str,
    form: FormState,
    *,
    about: str = "",
) -> views.IssuesPage:
    path, names = f"{base_of(found.pilot)}/issues", names_of(session, found)
    inputs = pilots.inputs_of(session, found.pilot)
    codes = list(inputs.deliveries) if inputs else []
    return views.IssuesPage(
        title="Issues",
        frame=below(session, found),
        path=path,
        states=_STATES,
        state=state,
        rows=views.issue_rows(shown, service.issue_candidates(session, found, shown), path),
        csv_url=paging.link(f"{path}/all.csv", {"state": state}),
        form=form,
        may_raise=found.may(Action.NOTE_WRITE) and found.is_open and bool(codes),
        candidates=tuple(Option(code, names[code]) for code in codes),
        about=about,
    )


def _rows(session: ReadSession, actor: CurrentActor, pilot_id: UUID, state: str) -> list[PilotIssue]:
    found = service.issues_of(session, actor=actor, pilot_id=pilot_id)
    return [one for one in found if not state or (one.resolved_at is not None) == (state == "resolved")]


@router.get("")
def list_issues(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    state: State = "",
    item: int | None = None,
    code: State = "",
    task: UUID | None = None,
) -> Response:
    """The issues of the pilot; `item` (its place) and `code`, or one's own `task` of a review, fill the form."""
    found = pilots.open_pilot(session, actor, pilot_id)
    result = pilots.result_of(session, found.pilot)
    name = ""
    if item is not None and result is not None:
        name = pilots.outcomes_of(session, result.id).line(item).name
    form = blank({"item": name, "code": code, "task": task or ""})
    rows, about = _rows(session, actor, pilot_id, state), _about(session, actor, task)
    return render(request, _list_page(session, found, rows, state, form, about=about))


def _about(session: ReadSession, actor: Actor, task_id: UUID | None) -> str:
    """What one was given in a review, in words; never by name."""
    if task_id is None:
        return ""
    one = service.task_of(session, actor=actor, task_id=task_id)
    return f"{one.task.item} of candidate {one.task.code}, blind review {one.review.number}"


@router.get("/all.csv")
def issues_csv(session: Read, actor: CurrentActor, pilot_id: UUID, state: State = "") -> Response:
    """The filtered issues as CSV."""
    found = pilots.open_pilot(session, actor, pilot_id)
    issues = _rows(session, actor, pilot_id, state)
    about = service.issue_candidates(session, found, issues)
    rows = [
        [one.item, about[one.id][1], one.title, "resolved" if one.resolved_at else "open"] for one in issues
    ]
    headers = {"Content-Disposition": 'attachment; filename="pilot-issues.csv"'}
    content = write_csv(("item", "candidate", "issue", "state"), rows)
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("")
def raise_issue(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Raise an issue."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.NOTE_WRITE, changing=True)
    rows = _rows(session, actor, pilot_id, "")
    about = _about(session, actor, _id_in(form.get("task")))
    with rejecting(request, form, lambda state: _list_page(session, found, rows, "", state, about=about)):
        row = service.raise_issue(session, actor=actor, pilot_id=pilot_id, entry=parse(IssueIn, form))
    return htmx.redirect(request, f"{base_of(found.pilot)}/issues/{row.id}", toast="The issue is raised.")


def _id_in(value: object) -> UUID | None:
    """What a field holds, if it is an id at all; what it is wrong with is said where the form is parsed."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _page(
    session: ReadSession, found: pilots.PilotAccess, row: PilotIssue, form: FormState
) -> views.IssuePage:
    comments = queries.threads(session, [row.id]).get(row.id, ())
    names = accounts.names_of(session, {one.author_id for one in comments})
    path = f"{base_of(found.pilot)}/issues"
    _, candidate = service.issue_candidates(session, found, [row])[row.id]
    return views.IssuePage(
        title=row.title,
        frame=below(session, found, Crumb("Issues", path)),
        subtitle=" · ".join(part for part in (row.item, candidate, wording.day(row.created_at)) if part),
        word="resolved" if row.resolved_at else "open",
        kind="ok" if row.resolved_at else "warn",
        thread=tuple(
            NoteRow(
                names.get(one.author_id, "somebody"),
                wording.moment(one.created_at, found.evaluation.time_zone),
                one.created_at.isoformat(),
                one.text,
                "comment",
            )
            for one in comments
        ),
        form=form,
        path=f"{path}/{row.id}",
        may_write=found.may(Action.NOTE_WRITE) and found.is_open,
        is_resolved=row.resolved_at is not None,
    )


@router.get("/{issue_id}")
def show_issue(session: Read, request: Request, actor: CurrentActor, issue_id: UUID) -> Response:
    """One issue with its thread."""
    row, found = service.issue_of(session, actor=actor, issue_id=issue_id)
    return render(request, _page(session, found, row, blank()))


@router.post("/{issue_id}")
def comment(session: Write, request: Request, actor: CurrentActor, form: RawForm, issue_id: UUID) -> Response:
    """Contribute to the thread."""
    row, found = service.issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    with rejecting(request, form, lambda state: _page(session, found, row, state)):
        service.comment_issue(session, actor=actor, issue_id=issue_id, entry=parse(CommentIn, form))
    return htmx.redirect(request, f"{base_of(found.pilot)}/issues/{issue_id}")


@router.post("/{issue_id}/resolve")
def resolve(session: Write, request: Request, actor: CurrentActor, issue_id: UUID) -> Response:
    """Settle the issue."""
    _, found = service.issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    service.resolve_issue(session, actor=actor, issue_id=issue_id)
    path = f"{base_of(found.pilot)}/issues/{issue_id}"
    return htmx.redirect(request, path, toast=Toast("The issue is resolved.", undo_url=f"{path}/reopen"))


@router.post("/{issue_id}/reopen")
def reopen(session: Write, request: Request, actor: CurrentActor, issue_id: UUID) -> Response:
    """Take the issue up again."""
    _, found = service.issue_of(session, actor=actor, issue_id=issue_id, changing=True)
    service.reopen_issue(session, actor=actor, issue_id=issue_id)
    return htmx.redirect(
        request, f"{base_of(found.pilot)}/issues/{issue_id}", toast="The issue is open again."
    )
