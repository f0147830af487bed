"""Saving from the form, for us and for vendors alike: one answer by htmx, a section without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.questionnaire import Question
from app.files.service import Received
from app.kit import forms, htmx
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.forms import FormRejected
from app.kit.templating import Page, render, render_page
from app.questionnaires import service
from app.questionnaires.views import fields
from app.questionnaires.views.fields import Fields
from app.questionnaires.views.fill import ConflictView, Filling
from app.questionnaires.views.response import saved_part


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: who fills in which response, the form's address, and how its whole page is built."""

    actor: Actor
    response_id: UUID
    base: str
    page: Callable[[Filling], Page]


def filling(
    session: ReadSession,
    place: Place,
    *,
    sent: Fields | None = None,
    problems: tuple[Problem, ...] = (),
    more: str = "",
    conflict: tuple[str, ConflictView] | None = None,
) -> Filling:
    """What the form is made from, read now."""
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    return Filling(
        held=held,
        base=place.base,
        files=service.files_of(session, held.access),
        nonce=forms.blank().nonce,
        sent=sent or {},
        problems=problems,
        more=more,
        conflict=conflict,
    )


def save_answer(
    request: Request, session: WriteSession, place: Place, form: FormData, question_id: str
) -> Response:
    """Save one question. htmx gets the parts that change, a plain browser goes back to the question."""
    sent = forms.text_values(form)
    before = service.response_of(session, actor=place.actor, response_id=place.response_id)
    question = before.access.question(question_id)
    whole = bool({"_remove", "_more", "_overwrite"} & set(sent))
    try:
        _store(session, place, question, sent)
    except (Invalid, Conflict) as failure:
        _refuse(request, session, place, question, sent, failure, whole=whole)
    now = filling(session, place, more=question_id if "_more" in sent else "")
    if not htmx.is_htmx(request):
        rows = f"?more={question_id}" if "_more" in sent else ""
        return htmx.redirect(request, f"{place.base}{rows}#q-{question_id}")
    changed = tuple(
        name for name, applies in now.held.applies.items() if bool(applies) != bool(before.applies[name])
    )
    return render(request, saved_part(now, question_id, changed, whole=whole))


def show_question(request: Request, session: ReadSession, place: Place, question_id: str) -> Response:
    """One question as it is stored now, for somebody who leaves the stored answer."""
    now = filling(session, place)
    now.held.access.question(question_id)
    if not htmx.is_htmx(request):
        return htmx.redirect(request, f"{place.base}#q-{question_id}")
    return render(request, saved_part(now, question_id, (), whole=True))


def _store(session: WriteSession, place: Place, question: Question, sent: Fields) -> None:
    service.save_answer(
        session,
        actor=place.actor,
        response_id=place.response_id,
        question_id=question.id,
        entry=fields.entry_of(question, sent),
        seen=fields.seen_revision(question, sent),
    )


def _refuse(
    request: Request,
    session: ReadSession,
    place: Place,
    question: Question,
    sent: Fields,
    failure: Invalid | Conflict,
    *,
    whole: bool,
) -> None:
    """Give the form back with what was typed; raises always."""
    problems = failure.problems if isinstance(failure, Invalid) else ()
    conflict = None
    if isinstance(failure, Conflict):
        if not failure.theirs:
            raise failure
        if not htmx.is_htmx(request):
            raise failure
        held = service.response_of(session, actor=place.actor, response_id=place.response_id)
        texts = (failure.theirs[question.text], failure.yours[question.text])
        conflict = (question.id, ConflictView(*texts, str(held.rows[question.id].revision)))
    back = filling(session, place, sent=sent, problems=problems, conflict=conflict)
    status = 409 if conflict else 422
    page = saved_part(back, question.id, (), whole=whole) if htmx.is_htmx(request) else place.page(back)
    raise FormRejected(render_page(request, page), status) from failure


def save_section(
    request: Request, session: WriteSession, place: Place, form: FormData, section_id: str
) -> Response:
    """Save every question of a section that the form carried, or none of them."""
    sent = forms.text_values(form)
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    section = next((each for each in held.access.template.sections if each.id == section_id), None)
    if section is None:
        raise NotFound("section.not_found", "This questionnaire has no such section.")
    problems: list[Problem] = []
    for question in section.questions:
        if not fields.posted(question, sent):
            continue
        try:
            _store(session, place, held.access.question(question.id), sent)
        except Invalid as failure:
            problems += failure.problems
    if problems:
        page = place.page(filling(session, place, sent=sent, problems=tuple(problems)))
        raise FormRejected(render_page(request, page), 422)
    name = _table_of(sent)
    if name:
        more = f"?more={name}" if "_more" in sent else ""
        return htmx.redirect(request, f"{place.base}{more}#q-{name}")
    return htmx.redirect(request, f"{place.base}#s-{section_id}", toast=f"{section.title}: saved.")


def _table_of(sent: Fields) -> str:
    named = sent.get("_more") or sent.get("_remove") or ("",)
    name = named[0].partition(".")[0]
    return name if name.isidentifier() and name.isascii() else ""


def save_files(
    request: Request, session: WriteSession, place: Place, received: Received, question_id: str
) -> Response:
    """Attach the files of the field `file` to a question."""
    try:
        uploads = received.several("file")
        if not uploads:
            raise Invalid("file.missing", [Problem("file", "Choose a file first.")])
        service.add_files(
            session,
            actor=place.actor,
            response_id=place.response_id,
            question_id=question_id,
            uploads=uploads,
        )
    except Invalid as failure:
        problems = tuple(Problem(question_id, item.message.rstrip(".")) for item in failure.problems)
        page = place.page(filling(session, place, problems=problems))
        raise FormRejected(render_page(request, page), 422) from failure
    return htmx.redirect(request, f"{place.base}#q-{question_id}", toast="File attached.")
