"""Reports to read and to download."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.evaluations.frame import address
from app.kit import clock
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.pdf import render_pdf
from app.kit.pdf.parts import Preview
from app.kit.requests import Read
from app.kit.templating import render_template
from app.reports import service
from app.reports.views.comparison import comparison_document, comparison_table
from app.reports.views.document import ComparisonDocument, PilotReportDocument
from app.reports.views.pilot import pilot_document

router = APIRouter(include_in_schema=False)
_PRIVATE = {"Cache-Control": "private, no-store"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def comparison_pdf(session: ReadSession, actor: Actor, evaluation_id: UUID, at: datetime) -> bytes:
    """The comparison report as PDF."""
    found = service.compared(session, actor, evaluation_id)
    html = _html(comparison_document(found, at))
    return render_pdf(html, title=f"Comparison report {found.evaluation.label}", created=at)


def comparison_excel(session: ReadSession, actor: Actor, evaluation_id: UUID, at: datetime) -> bytes:
    """The comparison as a workbook; figures are the report's of the same moment."""
    del at  # a workbook carries no date of ours
    return comparison_table(service.compared(session, actor, evaluation_id))


def _html(document: ComparisonDocument | PilotReportDocument) -> str:
    return render_template(document.template, {"page": document})


def download(content: bytes, kind: str, name: str) -> Response:
    """A report to keep."""
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


@router.get("/evaluations/{evaluation_id}/reports/comparison.pdf")
def comparison_as_pdf(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The comparison report as PDF."""
    return download(
        comparison_pdf(session, actor, evaluation_id, clock.now()), "application/pdf", "comparison.pdf"
    )


@router.get("/evaluations/{evaluation_id}/reports/comparison.xlsx")
def comparison_as_excel(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The comparison as a workbook."""
    return download(comparison_excel(session, actor, evaluation_id, clock.now()), EXCEL, "comparison.xlsx")


@router.get("/evaluations/{evaluation_id}/reports/comparison")
def comparison_page(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The comparison report as a page."""
    found = service.compared(session, actor, evaluation_id)
    base = address(evaluation_id)
    preview = Preview(f"{base}/result", "Result", f"{base}/reports/comparison.pdf")
    return HTMLResponse(_html(comparison_document(found, clock.now(), preview=preview)), headers=_PRIVATE)


@router.get("/pilots/{pilot_id}/report.pdf")
def pilot_as_pdf(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The pilot report as PDF."""
    at = clock.now()
    told = service.pilot_reported(session, actor, pilot_id)
    html = _html(pilot_document(told, at))
    pdf = render_pdf(html, title=f"Pilot report {told.evaluation.label}", created=at)
    return download(pdf, "application/pdf", f"pilot-{told.evaluation.label}.pdf")


@router.get("/pilots/{pilot_id}/report")
def pilot_page(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The pilot report as a page."""
    told = service.pilot_reported(session, actor, pilot_id)
    preview = Preview(f"{address(told.evaluation.id)}/pilot", "Pilot", f"/pilots/{pilot_id}/report.pdf")
    return HTMLResponse(_html(pilot_document(told, clock.now(), preview=preview)), headers=_PRIVATE)
