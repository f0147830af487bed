"""The ways in: the register with the need as the filter, a pasted list, our own team."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.frame import address, evaluation_frame
from app.evaluations.models import Stage, StepName
from app.evaluations.schemas import CandidatesIn, NamesIn
from app.evaluations.service import Access
from app.evaluations.views.intake import AddPage, PastePage, add_view, paste_view
from app.evaluations.views.match import Match
from app.evaluations.views.terms import term_names
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.paging import ROWS
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.vendors import service as vendors
from app.vendors.schemas import FACETS

router = APIRouter(prefix="/evaluations/{evaluation_id}/candidates", include_in_schema=False)
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
_START = {"channel": "web_search", "stage": Stage.LONGLIST}


@router.get("/add")
def find_vendors(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, page: PageNumber = 1
) -> Response:
    """The register, best match to the need first."""
    return render(request, _add(request, session, actor, evaluation_id, blank(_START), page))


@router.post("/add")
def add_candidates(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    evaluation_id: UUID,
    page: PageNumber = 1,
) -> Response:
    """Take the ticked vendors in."""
    with rejecting(request, form, lambda state: _add(request, session, actor, evaluation_id, state, page)):
        entry = forms.parse(CandidatesIn, form)
        rows = service.add_candidates(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return _taken_in(request, evaluation_id, len(rows))


@router.get("/paste")
def paste_form(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The form for a list of names."""
    return render(request, _paste(session, actor, evaluation_id, blank(_START)))


@router.post("/paste/check")
def check_names(
    request: Request, session: Read, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Show what would become of each name; nothing is changed yet."""
    with rejecting(request, form, lambda state: _paste(session, actor, evaluation_id, state)):
        entry = forms.parse(NamesIn, form)
        planned = service.plan_names(session, actor=actor, evaluation_id=evaluation_id, text=entry.names)
    frame = evaluation_frame(session, _may_add(session, actor, evaluation_id), StepName.SEARCH)
    return render(request, paste_view(frame, blank(entry.model_dump()), planned))


@router.post("/paste")
def add_names(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Take the names in; unknown ones are added to the register."""
    with rejecting(request, form, lambda state: _paste(session, actor, evaluation_id, state)):
        entry = forms.parse(NamesIn, form)
        rows = service.add_names(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return _taken_in(request, evaluation_id, len(rows))


@router.post("/in-house")
def add_in_house(request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Take our own team in as the yardstick."""
    service.add_in_house(session, actor=actor, evaluation_id=evaluation_id)
    told = "Your own team is in, as the yardstick of the comparison."
    return htmx.redirect(request, f"{address(evaluation_id)}/candidates", toast=told)


def _taken_in(request: Request, evaluation_id: UUID, count: int) -> Response:
    told = "One candidate taken in." if count == 1 else f"{count} candidates taken in."
    return htmx.redirect(request, f"{address(evaluation_id)}/candidates", toast=told)


def _may_add(session: ReadSession, actor: Actor, evaluation_id: UUID) -> Access:
    return service.open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)


def _paste(session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState) -> PastePage:
    access = _may_add(session, actor, evaluation_id)
    return paste_view(evaluation_frame(session, access, StepName.SEARCH), form)


def _add(
    request: Request,
    session: ReadSession,
    actor: Actor,
    evaluation_id: UUID,
    form: FormState,
    page: int,
) -> AddPage:
    access = _may_add(session, actor, evaluation_id)
    text = request.query_params.get("q", "").strip()[:200]
    at_least = request.query_params.get("at_least", "")
    need = service.need_of(access.evaluation).facets()
    size = sum(len(values) for values in need.values())
    found, total = vendors.match_page(
        session,
        actor=actor,
        filters=vendors.Filters(text=text),
        need=need,
        without=[view.vendor.id for view in service.candidates_of(session, evaluation_id)],
        at_least={"some": min(size, 1), "all": size}.get(at_least, 0),
        page=page,
        rows=ROWS,
    )
    return add_view(
        evaluation_frame(session, access, StepName.SEARCH),
        [(vendor, Match(*vendors.need_match(offered, need))) for vendor, offered in found],
        total,
        text=text,
        at_least=at_least if at_least in ("some", "all") else "",
        page=page,
        wanted=_in_words(need),
        offers={vendor.id: _in_words(_shared(offered, need)) for vendor, offered in found},
        form=form,
    )


def _shared(offered: dict[str, list[str]], need: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        facet: [value for value in values if value in offered.get(facet, ())]
        for facet, values in need.items()
    }


def _in_words(values: dict[str, list[str]]) -> str:
    return ", ".join(term_names(FACETS[facet], listed) for facet, listed in values.items() if listed)
