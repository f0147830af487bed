"""Reports for programs."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from app.kit import clock
from app.kit.actors import CurrentActor
from app.kit.pdf import render_pdf
from app.kit.requests import Read
from app.kit.templating import render_template
from app.reports import service
from app.reports.views.comparison import comparison_document, comparison_table
from app.reports.views.pilot import pilot_document

router = APIRouter(prefix="/api/v1", tags=["reports"])
PDF, EXCEL = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    "/evaluations/{evaluation_id}/reports/comparison",
    response_class=Response,
    responses={200: {"content": {PDF: {}, EXCEL: {}}}},
)
def comparison(
    session: Read, actor: CurrentActor, evaluation_id: UUID, format: Literal["pdf", "xlsx"] = "pdf"
) -> Response:
    """The comparison report, as PDF or as a workbook."""
    found, at = service.compared(session, actor, evaluation_id), clock.now()
    if format == "xlsx":
        return Response(comparison_table(found), media_type=EXCEL)
    document = comparison_document(found, at)
    html = render_template(document.template, {"page": document})
    pdf = render_pdf(html, title=f"Comparison report {found.evaluation.label}", created=at)
    return Response(pdf, media_type=PDF)


@router.get("/pilots/{pilot_id}/report", response_class=Response, responses={200: {"content": {PDF: {}}}})
def pilot(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The pilot report as PDF."""
    told, at = service.pilot_reported(session, actor, pilot_id), clock.now()
    document = pilot_document(told, at)
    html = render_template(document.template, {"page": document})
    return Response(
        render_pdf(html, title=f"Pilot report {told.evaluation.label}", created=at), media_type=PDF
    )
