"""The record, for people: list, filters, CSV, and a walk along the chain on request."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.audit import queries, service, views
from app.audit.models import AuditEvent
from app.audit.queries import Filters
from app.core.permissions import Action
from app.kit import paging, wording
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.paging import ROWS
from app.kit.requests import Read
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.kit.ui import Chip, Option

router = APIRouter(include_in_schema=False)
_PATH = "/audit"
_MOST = 100_000  # rows of one CSV
_HEADER = ("seq", "at", "actor", "action", "subject_kind", "subject_id", "body", "hash")
Kind = Annotated[str, Query(max_length=40)]
Prefix = Annotated[str, Query(max_length=80)]
Text = Annotated[str, Query(max_length=64)]


def _filters(kind: str, subject: str, action: str, actor: str) -> Filters:
    try:
        who = UUID(actor) if actor else None
    except ValueError:
        who = None
    return Filters(subject_kind=kind, subject_id=subject, action=action.strip(), actor=who)


@router.get("/audit")
def show_audit(
    session: Read,
    request: Request,
    actor: CurrentActor,
    kind: Kind = "",
    subject: Text = "",
    action: Prefix = "",
    who: Text = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    verify: bool = False,
) -> Response:
    """Events, newest first."""
    actor.require(Action.AUDIT_READ)
    filters, names = _filters(kind, subject, action, who), queries.names(session)
    query = {"kind": kind, "subject": subject, "action": filters.action, "who": who}
    rows = queries.events(session, filters, limit=ROWS, offset=(page - 1) * ROWS)
    verdict, verdict_kind = _verdict(session) if verify else ("", "")
    shown = views.AuditPage(
        title="Audit log",
        events=tuple(views.event_line(row, names.get(row.actor_id, "")) for row in rows),
        pager=paging.pager(_PATH, query, page=page, total=queries.count(session, filters)),
        chips=_chips(query, names),
        kinds=tuple(Option(name, name.replace("_", " ")) for name in queries.subject_kinds(session)),
        kind=kind,
        actors=tuple(Option(str(key), name) for key, name in names.items()),
        actor=who,
        action=filters.action,
        csv_url=paging.link("/audit.csv", query),
        verify_url=paging.link(_PATH, query, verify="yes"),
        verdict=verdict,
        verdict_kind=verdict_kind,
    )
    return render(request, shown)


def _verdict(session: ReadSession) -> tuple[str, str]:
    check = service.verify(session)
    if check.fault:
        return f"The chain is broken: {check.fault}. Compare with a backup before anything else.", "bad"
    return f"Verified up to {check.head} ({wording.number(check.events)} events).", "ok"


def _chips(query: dict[str, str], names: dict[UUID, str]) -> tuple[Chip, ...]:
    by_text = {str(key): name for key, name in names.items()}
    labels = {"kind": "Subject", "subject": "Id", "action": "Action", "who": "By"}
    return tuple(
        Chip(f"{labels[name]}: {by_text.get(value, value)}", paging.link(_PATH, query, **{name: ""}))
        for name, value in query.items()
        if value
    )


@router.get("/audit.csv")
def export_audit(
    session: Read,
    actor: CurrentActor,
    kind: Kind = "",
    subject: Text = "",
    action: Prefix = "",
    who: Text = "",
) -> Response:
    """The same events with everything their hashes cover, at most 100,000."""
    actor.require(Action.AUDIT_READ)
    rows = queries.events(session, _filters(kind, subject, action, who), limit=_MOST)
    text = write_csv(_HEADER, _cells(rows, queries.names(session)))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(rows: Sequence[AuditEvent], names: dict[UUID, str]) -> list[tuple[str, ...]]:
    return [
        (
            str(row.seq),
            row.at.isoformat(),
            names.get(row.actor_id, str(row.actor_id)),
            row.action,
            row.subject_kind,
            row.subject_id,
            row.body,
            row.hash,
        )
        for row in rows
    ]
