"""The question log of a pilot: threads with each vendor, published answers, how vendors worked with us."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.permissions import Action
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx, paging
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.kit.ui import Option
from app.pilots import service as pilots
from app.pilots.frame import base_of
from app.runs import service
from app.runs.schemas import AdoptIn, OurQuestionIn, PublishAnswerIn, ReplyIn
from app.runs.service import Thread
from app.runs.views import questions as views
from app.runs.views.examples import example_views
from app.runs.views.questions import LogFilter
from app.runs.views.vendor import published_line

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)
NO_FILTER = LogFilter()
Choice = Annotated[str, Query(max_length=40)]


def _wanted(
    candidate: Choice = "",
    kind: Choice = "",
    state: Choice = "",
    item: Annotated[str, Query(max_length=300)] = "",
) -> LogFilter:
    return LogFilter(candidate, kind, state, item.strip())


Wanted = Annotated[LogFilter, Depends(_wanted)]


def _questions(
    session: ReadSession,
    actor: Actor,
    pilot_id: UUID,
    came_back: Mapping[str, FormState],
    wanted: LogFilter = NO_FILTER,
    page: int = 1,
) -> views.QuestionsPage:
    found = pilots.open_pilot(session, actor, pilot_id)
    zone, base = found.evaluation.time_zone, base_of(found.pilot)
    path, may_edit = f"{base}/questions", found.may(Action.PILOT_EDIT)
    names = _names(session, found)
    threads = _threads(session, found, wanted, names)
    worked = {} if found.is_blind else service.cooperation_of(session, found.pilot)
    return views.QuestionsPage(
        title="Questions",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        base=base,
        back=f"{base}/run" if may_edit else base,
        may_edit=may_edit,
        threads=tuple(
            views.log_line(one, name, zone, base, came_back, may_edit=may_edit)
            for one, name in threads[(page - 1) * paging.ROWS : page * paging.ROWS]
        ),
        filters=views.filter_views(wanted, dict(names.values())),
        item=wanted.item,
        path=path,
        csv_url=paging.link(f"{path}.csv", wanted.query()),
        pager=paging.pager(path, wanted.query(), page=page, total=len(threads)),
        is_filtered=wanted != NO_FILTER,
        published=tuple(published_line(one, zone) for one in service.published(session, pilot_id)),
        examples=example_views(
            service.examples_of(session, pilot_id), zone, pilots.scenes_of(session, pilot_id)
        ),
        cooperation=tuple(
            views.cooperation_row(worked[key], name) for key, (_, name) in names.items() if key in worked
        ),
        ask_form=came_back.get("ask", blank({"kind": "question"})),
        candidates=_askable(session, found, names),
    )


def _askable(
    session: ReadSession, found: pilots.PilotAccess, names: Mapping[UUID, tuple[str, str]]
) -> tuple[Option, ...]:
    """The vendors that a question may go to."""
    asked = [one.candidate.id for one in pilots.participants(session, found.pilot) if not one.is_in_house]
    return views.candidate_options([(key, names[key][1]) for key in asked])


def _names(session: ReadSession, found: pilots.PilotAccess) -> dict[UUID, tuple[str, str]]:
    """Candidate -> its code and what this reader may call it."""
    views_ = pilots.participants(session, found.pilot)
    return {one.candidate.id: (one.candidate.code, found.shown(one)) for one in views_}


def _threads(
    session: ReadSession, found: pilots.PilotAccess, wanted: LogFilter, names: Mapping[UUID, tuple[str, str]]
) -> list[tuple[Thread, str]]:
    """The threads that fit with the name of their vendor; none for who works blind."""
    if found.is_blind:
        return []
    rows = service.threads_of(session, actor=found.access.actor, pilot_id=found.pilot.id)
    named = [(one, *names.get(one.question.candidate_id, ("", "A vendor that left"))) for one in rows]
    return [(one, name) for one, code, name in named if wanted.fits(one, code)]


@router.get("/questions")
def show_questions(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    wanted: Wanted,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The question log."""
    return render(request, _questions(session, actor, pilot_id, {}, wanted, page))


@router.get("/questions.csv")
def questions_csv(session: Read, actor: CurrentActor, pilot_id: UUID, wanted: Wanted) -> Response:
    """The filtered log as CSV."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    rows = _threads(session, found, wanted, _names(session, found))
    content = write_csv(views.CSV_HEAD, [views.csv_row(one, name) for one, name in rows])
    headers = {"Content-Disposition": 'attachment; filename="pilot-questions.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


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
