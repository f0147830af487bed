"""The question log of a pilot: threads with each vendor, published answers, how vendors worked with us."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.permissions import Action
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.pilots import service as pilots
from app.pilots.frame import base_of
from app.runs import service
from app.runs.schemas import AdoptIn, OurQuestionIn, PublishAnswerIn, ReplyIn
from app.runs.views import run as views
from app.runs.views.vendor import published_line

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)


def _questions(
    session: ReadSession, actor: Actor, pilot_id: UUID, came_back: Mapping[str, FormState]
) -> views.QuestionsPage:
    found = pilots.open_pilot(session, actor, pilot_id)
    zone, base = found.evaluation.time_zone, base_of(found.pilot)
    may_edit = found.may(Action.PILOT_EDIT)
    names = {view.candidate.id: found.shown(view) for view in pilots.participants(session, found.pilot)}
    threads = service.threads_of(session, actor=actor, pilot_id=pilot_id) if not found.is_blind else []
    worked = {} if found.is_blind else service.cooperation_of(session, found.pilot)
    asked = [one.candidate.id for one in pilots.participants(session, found.pilot) if not one.is_in_house]
    return views.QuestionsPage(
        title="Questions",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        base=base,
        back=f"{base}/run" if may_edit else base,
        may_edit=may_edit,
        threads=tuple(
            views.log_line(
                one, names.get(one.question.candidate_id, "A vendor that left"), zone, base, came_back,
                may_edit=may_edit,
            )
            for one in threads
        ),
        published=tuple(published_line(one, zone) for one in service.published(session, pilot_id)),
        cooperation=tuple(
            views.cooperation_row(worked[key], name) for key, name in names.items() if key in worked
        ),
        ask_form=came_back.get("ask", blank({"kind": "question"})),
        candidates=views.candidate_options([(key, names[key]) for key in asked]),
    )  # fmt: skip


@router.get("/questions")
def show_questions(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The question log."""
    return render(request, _questions(session, actor, pilot_id, {}))


@router.post("/questions")
def ask_vendor(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Ask one vendor."""
    with rejecting(request, form, lambda state: _questions(session, actor, pilot_id, {"ask": state})):
        entry = forms.parse(OurQuestionIn, form)
        service.ask_vendor(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return _back(session, request, actor, pilot_id, "Asked. The vendor reads it on its page.")


@router.post("/questions/{question_id}/reply")
def reply(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, question_id: UUID
) -> Response:
    """Our next turn."""
    key = f"reply:{question_id}"
    with rejecting(request, form, lambda state: _questions(session, actor, pilot_id, {key: state})):
        service.reply(session, actor=actor, question_id=question_id, entry=forms.parse(ReplyIn, form))
    return _back(session, request, actor, pilot_id, "Sent to the vendor's page.")


@router.post("/questions/{question_id}/publish")
def publish_answer(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, question_id: UUID
) -> Response:
    """Let every vendor read question and answer."""
    key = f"publish:{question_id}"
    with rejecting(request, form, lambda state: _questions(session, actor, pilot_id, {key: state})):
        service.publish_answer(
            session,
            actor=actor,
            question_id=question_id,
            entry=forms.parse(PublishAnswerIn, form),
            seen=forms.seen_version(form),
        )
    return _back(session, request, actor, pilot_id, "Published to every vendor, without who asked.")


@router.post("/questions/{question_id}/adopt")
def adopt(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, question_id: UUID
) -> Response:
    """Say what became of an edge case or a proposal."""
    service.adopt(session, actor=actor, question_id=question_id, entry=forms.parse(AdoptIn, form))
    return _back(session, request, actor, pilot_id, "Noted.")


def _back(session: ReadSession, request: Request, actor: Actor, pilot_id: UUID, told: str) -> Response:
    found = pilots.open_pilot(session, actor, pilot_id)
    return htmx.redirect(request, f"{base_of(found.pilot)}/questions", toast=told)
