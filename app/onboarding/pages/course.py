"""The list, the board of one onboarding, and what moves it as a whole."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import clock, forms, htmx
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import rejecting
from app.kit.pdf import render_pdf
from app.kit.requests import RawForm, Read, Write, database
from app.kit.templating import render, render_template
from app.kit.ui import Toast
from app.onboarding import queries, service, views
from app.onboarding.models import OnboardingState
from app.onboarding.pages.common import board, download, people_of, place_of, startable
from app.onboarding.schemas import KickoffIn, OnboardingStateIn, StartIn
from app.onboarding.views import ListFilters
from app.onboarding.views.words import count

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Query(max_length=80)]
_UNDOES = {
    OnboardingState.STARTED: OnboardingState.PLANNED,
    OnboardingState.DONE: OnboardingState.STARTED,
    OnboardingState.CANCELLED: OnboardingState.PLANNED,
}
_TOLD = {
    OnboardingState.PLANNED: "The onboarding is planned again.",
    OnboardingState.STARTED: "The onboarding has started.",
    OnboardingState.DONE: "The onboarding is complete.",
    OnboardingState.CANCELLED: "The onboarding is cancelled.",
}


@router.get("/onboarding")
def list_onboardings(
    request: Request,
    session: Read,
    actor: CurrentActor,
    q: Word = "",
    state: Word = "",
    trouble: Word = "",
    sort: Word = "kickoff",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every onboarding the actor may know of."""
    found = service.all_standings(session, actor=actor)
    return render(request, views.list_view(found, ListFilters(q.strip(), state, trouble, sort), page))


@router.get("/onboarding.csv")
def export_onboardings(
    session: Read,
    actor: CurrentActor,
    q: Word = "",
    state: Word = "",
    trouble: Word = "",
    sort: Word = "kickoff",
) -> Response:
    """The filtered list as CSV."""
    found = service.all_standings(session, actor=actor)
    rows = ListFilters(q.strip(), state, trouble, sort).apply(found)
    return download(views.list_csv(rows).encode(), "text/csv; charset=utf-8", "onboarding.csv")


@router.get("/evaluations/{evaluation_id}/onboarding")
def show_onboarding(
    request: Request,
    session: Read,
    actor: CurrentActor,
    evaluation_id: UUID,
    vendor: UUID | None = None,
    show: Word = "",
) -> Response:
    """The onboarding of an evaluation; with several, the one asked for or the first."""
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    rows = queries.of_evaluation(session, evaluation_id)
    if not rows:
        frame = evaluation_frame(session, access, StepName.ONBOARDING)
        return render(request, views.none_view(frame, startable(session, evaluation_id), access))
    chosen = next((row for row in rows if vendor in (None, row.id)), None)
    if chosen is None:
        raise NotFound("onboarding.not_found", "This evaluation has no such onboarding.")
    return render(request, board(session, place_of(session, actor, chosen.id), show=show))


def _start_page(
    session: ReadSession, actor: CurrentActor, candidate_id: UUID, state: forms.FormState | None = None
) -> views.FormPage:
    row, access = evaluations.candidate_access(session, actor, candidate_id, Action.ONBOARDING_EDIT)
    view, _ = evaluations.candidate_of(session, actor=actor, candidate_id=candidate_id)
    frame = evaluation_frame(session, access, StepName.ONBOARDING)
    return views.start_form(frame, row, view.name, state)


@router.get("/candidates/{candidate_id}/onboarding")
def start_form(request: Request, session: Read, actor: CurrentActor, candidate_id: UUID) -> Response:
    """The form to start with."""
    return render(request, _start_page(session, actor, candidate_id))


@router.post("/candidates/{candidate_id}/onboarding")
def start_onboarding(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, candidate_id: UUID
) -> Response:
    """Lay out the tasks."""
    with rejecting(request, form, lambda state: _start_page(session, actor, candidate_id, state)):
        entry = forms.parse(StartIn, form)
        row = service.start_onboarding(session, actor=actor, candidate_id=candidate_id, entry=entry)
    place = place_of(session, actor, row.id)
    return htmx.redirect(request, place.here, toast=f"{count(len(place.found.tasks), 'task')} laid out.")


@router.get("/onboardings/{onboarding_id}/kickoff")
def kickoff_form(request: Request, session: Read, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """The form for another kickoff day."""
    place = place_of(session, actor, onboarding_id)
    place.access.require(Action.ONBOARDING_EDIT)
    return render(request, views.kickoff_form(place.frame, place.found))


@router.post("/onboardings/{onboarding_id}/kickoff")
def set_kickoff(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, onboarding_id: UUID
) -> Response:
    """Move the kickoff; the toast undoes it."""
    place = place_of(session, actor, onboarding_id)
    with rejecting(request, form, lambda state: views.kickoff_form(place.frame, place.found, state)):
        entry = forms.parse(KickoffIn, form)
        if "holidays" in form and entry.holidays is None:
            entry = entry.model_copy(update={"holidays": []})
        seen = forms.seen_version(form)
        move = service.set_kickoff(session, actor=actor, onboarding_id=onboarding_id, entry=entry, seen=seen)
    back = urlencode({"to": move.before.isoformat(), "holidays": " ".join(move.holidays_before)})
    stays = f" {count(move.by_hand, 'date')} set by hand stayed." if move.by_hand else ""
    text = f"Kickoff moved; {count(move.moved, 'due date')} went with it.{stays}"
    toast = Toast(text, undo_url=f"/onboardings/{onboarding_id}/kickoff/back?{back}")
    return htmx.redirect(request, place.here, toast=toast)


@router.post("/onboardings/{onboarding_id}/kickoff/back")
def undo_kickoff(
    request: Request,
    session: Write,
    actor: CurrentActor,
    onboarding_id: UUID,
    to: Annotated[str, Query(max_length=10)],
    holidays: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Set the former day again."""
    entry = KickoffIn.model_validate({"kickoff": to, "holidays": holidays})
    service.set_kickoff(session, actor=actor, onboarding_id=onboarding_id, entry=entry)
    here = place_of(session, actor, onboarding_id).here
    return htmx.redirect(request, here, toast="The kickoff is back where it was.")


@router.post("/onboardings/{onboarding_id}/state")
def set_state(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, onboarding_id: UUID
) -> Response:
    """Start, complete or take up again; the toast undoes it where that is possible."""
    place = place_of(session, actor, onboarding_id)
    entry = forms.parse(OnboardingStateIn, form)
    service.set_state(session, actor=actor, onboarding_id=onboarding_id, entry=entry)
    return htmx.redirect(request, place.here, toast=_toast(onboarding_id, entry.state))


@router.post("/onboardings/{onboarding_id}/state/{state}")
def undo_state(
    request: Request, session: Write, actor: CurrentActor, onboarding_id: UUID, state: OnboardingState
) -> Response:
    """Go back to a former state."""
    entry = OnboardingStateIn(state=state)
    service.set_state(session, actor=actor, onboarding_id=onboarding_id, entry=entry)
    return htmx.redirect(request, place_of(session, actor, onboarding_id).here, toast=_TOLD[state])


def _toast(onboarding_id: UUID, state: OnboardingState) -> Toast:
    former = _UNDOES.get(state)
    return Toast(_TOLD[state], undo_url=f"/onboardings/{onboarding_id}/state/{former}" if former else "")


@router.get("/onboardings/{onboarding_id}/cancel")
def cancel_form(request: Request, session: Read, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """The form that asks for the reason."""
    place = place_of(session, actor, onboarding_id)
    place.access.require(Action.ONBOARDING_EDIT)
    return render(request, views.cancel_form(place.frame, place.found))


@router.post("/onboardings/{onboarding_id}/cancel")
def cancel_onboarding(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, onboarding_id: UUID
) -> Response:
    """Cancel with a reason; the toast undoes it."""
    place = place_of(session, actor, onboarding_id)
    with rejecting(request, form, lambda state: views.cancel_form(place.frame, place.found, state)):
        reason = (forms.text_values(form).get("reason") or ("",))[0]
        entry = OnboardingStateIn(state=OnboardingState.CANCELLED, reason=reason)
        seen = forms.seen_version(form)
        service.set_state(session, actor=actor, onboarding_id=onboarding_id, entry=entry, seen=seen)
    return htmx.redirect(request, place.here, toast=_toast(onboarding_id, entry.state))


@router.get("/onboardings/{onboarding_id}/tasks.csv")
def export_tasks(session: Read, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """Every task as CSV."""
    found = service.standing_of(session, actor=actor, onboarding_id=onboarding_id)
    text = views.tasks_csv(found, people_of(session, found))
    return download(text.encode(), "text/csv; charset=utf-8", "onboarding-tasks.csv")


@router.get("/onboardings/{onboarding_id}/calendar.ics")
def export_calendar(request: Request, session: Read, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """Kickoff and open tasks for a calendar program."""
    found = service.standing_of(session, actor=actor, onboarding_id=onboarding_id)
    text = views.calendar(found, str(request.base_url).rstrip("/"))
    return download(text.encode(), "text/calendar; charset=utf-8", "onboarding.ics")


@router.get("/onboardings/{onboarding_id}/checklist.pdf")
def print_checklist(request: Request, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """The checklist as it stands, printed after the session ended: printing takes a second."""
    made = clock.now()
    with database(request).reading() as session:
        found = service.standing_of(session, actor=actor, onboarding_id=onboarding_id)
        page = views.document_view(found, people_of(session, found), made)
    html = render_template(page.template, {"page": page})
    content = render_pdf(html, title=f"{page.head.kind}: {page.head.title}", created=made)
    return download(content, "application/pdf", "onboarding-checklist.pdf")
