"""The result and its downloads."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.assessment import service
from app.assessment.pages.common import EVALUATION, download, missing_for
from app.assessment.views.result import result_view
from app.assessment.views.what_if import weights_from
from app.core.errors import Conflict
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit.actors import CurrentActor
from app.kit.requests import Read
from app.kit.templating import render

router = APIRouter(prefix=EVALUATION, include_in_schema=False)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/result")
def show_result(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Who leads and why, or what is missing for that."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    frame = evaluation_frame(session, access, StepName.RESULT)
    try:
        found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    except Conflict as failure:
        return render(request, missing_for(failure, frame, "Result"))
    query = request.query_params
    weights = weights_from(query, found)
    trial = service.what_if(found, weights) if weights else None
    compared = (query.get("a", ""), query.get("b", ""))
    page = result_view(found, frame, trial=trial, trial_weights=weights, compared=compared)
    return render(request, page)


@router.get("/result.xlsx")
def result_excel(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The result as a workbook whose formulas compute the totals again."""
    found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    return download(service.result_workbook(found), EXCEL, f"{found.evaluation.label}-result.xlsx")


@router.get("/result.csv")
def result_csv(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The ranking as CSV."""
    found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    content = service.result_csv(found).encode()
    return download(content, "text/csv; charset=utf-8", f"{found.evaluation.label}-result.csv")


@router.get("/case.yaml")
def case_file(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The inputs as a case file that `assay rank` computes to the same result."""
    found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    return download(
        service.case_yaml(found).encode(), "application/yaml", f"{found.evaluation.label}-case.yaml"
    )
