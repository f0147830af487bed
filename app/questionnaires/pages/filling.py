"""Saving from the form, for us and for vendors alike: one answer by htmx, a section without JavaScript."""

import json
from collections.abc import Callable, Mapping
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
from app.kit.ui import Toast
from app.questionnaires import service
from app.questionnaires.schemas import FlagIn
from app.questionnaires.views import fields
from app.questionnaires.views.fields import Fields
from app.questionnaires.views.fill import ConflictView, Filling
from app.questionnaires.views.response import saved_part

LATE = Toast("Kept as a late draft. Your contact person decides whether it counts.", "warn")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: who fills in which response, the form's address, and how its whole page is built.

    `by_section`: every section has a page of its own, as vendors see it.
    """

    actor: Actor
    response_id: UUID
    base: str
    page: Callable[[Filling, str], Page]
    by_section: bool = False


def filling(
    session: ReadSession,
    place: Place,
    *,
    sent: Fields | None = None,
    problems: tuple[Problem, ...] = (),
    more: str = "",
    conflicts: Mapping[str, ConflictView] | None = None,
) -> Filling:
    """What the form is made from, read now."""
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    returned = service.returns_of(session, actor=place.actor, response_id=place.response_id)
    flags = (
        frozenset[str]()
        if held.access.is_vendor
        else frozenset(service.call_of(session, actor=place.actor, response_id=place.response_id).follow_ups)
    )
    return Filling(
        held=held,
        base=place.base,
        files=service.files_of(session, held.access),
        nonce=forms.blank().nonce,
        sent=sent or {},
        problems=problems,
        more=more,
        conflicts=conflicts or {},
        by_section=place.by_section,
        drafts=service.late_values(session, held.access),
        returned={each.question_id: each.reason for each in returned},
        flags=flags,
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
        return htmx.redirect(request, _back(now, question.section, question_id, sent))
    changed = tuple(
        name for name, applies in now.held.applies.items() if bool(applies) != bool(before.applies[name])
    )
    return render(request, saved_part(now, question_id, changed, whole=whole))


def _back(now: Filling, section: str, question_id: str, sent: Fields) -> str:
    page, _, mark = now.page_url(section, question_id).partition("#")
    return f"{page}{f'?more={question_id}' if '_more' in sent else ''}#{mark}"


def show_question(request: Request, session: ReadSession, place: Place, question_id: str) -> Response:
    """One question as it is stored now, for somebody who leaves the stored answer."""
    now = filling(session, place)
    question = now.held.access.question(question_id)
    if not htmx.is_htmx(request):
        return htmx.redirect(request, now.page_url(question.section, question_id))
    return render(request, saved_part(now, question_id, (), whole=True))


def _store(session: WriteSession, place: Place, question: Question, sent: Fields) -> bool:
    """Save one question of the form; True when it came too late and is kept as a draft."""
    flag = fields.flagged(question, sent)
    if flag is not None and place.actor.kind != "link":
        _flag(session, place, question, flag)
    return service.save_or_keep(
        session,
        actor=place.actor,
        response_id=place.response_id,
        question_id=question.id,
        entry=fields.entry_of(question, sent),
        seen=fields.seen_revision(question, sent),
    )


def _flag(session: WriteSession, place: Place, question: Question, flag: bool) -> None:
    given = {"actor": place.actor, "response_id": place.response_id}
    there = service.call_of(session, **given).follow_ups.get(question.id)  # type: ignore[arg-type]
    entry = FlagIn(flag=flag, text=there.text if there is not None else "")
    service.set_follow_up(
        session, actor=place.actor, response_id=place.response_id, question_id=question.id, entry=entry
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
    conflicts = {}
    if isinstance(failure, Conflict):
        if not failure.theirs:
            raise failure
        conflicts = {question.id: _both(session, place, question, failure)}
    back = filling(session, place, sent=sent, problems=problems, conflicts=conflicts)
    status = 409 if conflicts else 422
    page = (
        saved_part(back, question.id, (), whole=whole)
        if htmx.is_htmx(request)
        else place.page(back, question.section)
    )
    raise FormRejected(render_page(request, page), status) from failure


def _both(session: ReadSession, place: Place, question: Question, failure: Conflict) -> ConflictView:
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    texts = (failure.theirs[question.text], failure.yours[question.text])
    return ConflictView(*texts, f"{question.id}.{held.rows[question.id].revision}")


def save_section(
    request: Request, session: WriteSession, place: Place, form: FormData, section_id: str
) -> Response:
    """Save every question of a section that the form carried, or none of them.

    Faults and answers that somebody else changed meanwhile come back together, with everything that was typed.
    """
    sent = forms.text_values(form)
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    section = next((each for each in held.access.template.sections if each.id == section_id), None)
    if section is None or held.access.only not in ("", section_id):
        raise NotFound("section.not_found", "This questionnaire has no such section.")
    problems: list[Problem] = []
    conflicts: dict[str, ConflictView] = {}
    late = False
    for question in section.questions:
        if not fields.posted(question, sent) or question.id in sent.get("_keep", ()):
            continue
        try:
            late |= _store(session, place, held.access.question(question.id), sent)
        except Invalid as failure:
            problems += failure.problems
        except Conflict as failure:
            if not failure.theirs:
                raise
            conflicts[question.id] = _both(session, place, question, failure)
    if problems or conflicts:
        back = filling(session, place, sent=_kept(sent), problems=tuple(problems), conflicts=conflicts)
        status = 422 if problems else 409
        raise FormRejected(render_page(request, place.page(back, section_id)), status)
    return _saved(request, filling(session, place), section_id, sent, late=late)


def _kept(sent: Fields) -> Fields:
    """What was typed, without the questions where the stored answer was chosen."""
    given_up = set(sent.get("_keep", ()))
    return {
        name: value
        for name, value in sent.items()
        if name.partition("-")[0].partition(".")[0] not in given_up
    }


def _saved(request: Request, now: Filling, section_id: str, sent: Fields, *, late: bool) -> Response:
    name = _table_of(sent)
    if name:
        return htmx.redirect(request, _back(now, section_id, name, sent))
    title = next(each.title for each in now.held.access.template.sections if each.id == section_id)
    toast = LATE if late else Toast(f"{title}: saved.")
    if "_continue" in sent and now.by_section:
        return htmx.redirect(request, _next(now, section_id), toast=toast)
    return htmx.redirect(request, now.page_url(section_id), toast=toast)


def _next(now: Filling, section_id: str) -> str:
    """The page after a section: the next one, at last the check of all answers."""
    access = now.held.access
    names = [each.id for each in access.template.sections if access.only in ("", each.id)]
    after = names[names.index(section_id) + 1 :]
    return f"{now.base}/sections/{after[0]}" if after else now.base if access.only else f"{now.base}/check"


def _table_of(sent: Fields) -> str:
    named = sent.get("_more") or sent.get("_remove") or ("",)
    name = named[0].partition(".")[0]
    return name if name.isidentifier() and name.isascii() else ""


def save_files(
    request: Request, session: WriteSession, place: Place, received: Received, question_id: str
) -> Response:
    """Attach the files of the field `file` to a question."""
    held = service.response_of(session, actor=place.actor, response_id=place.response_id)
    section = held.access.question(question_id).section
    try:
        uploads = received.several("file")
        if not uploads:
            raise Invalid("file.missing", [Problem("file", "Choose a file first.")])
        late = service.attach_or_keep(
            session,
            actor=place.actor,
            response_id=place.response_id,
            question_id=question_id,
            uploads=uploads,
        )
    except Invalid as failure:
        problems = tuple(Problem(question_id, item.message.rstrip(".")) for item in failure.problems)
        page = place.page(filling(session, place, problems=problems), section)
        raise FormRejected(render_page(request, page), 422) from failure
    there = filling(session, place).page_url(section, question_id)
    return htmx.redirect(request, there, toast=LATE if late else Toast("File attached."))


def save_proposals(session: WriteSession, place: Place, form: FormData) -> tuple[int, list[Problem]]:
    """Save the proposed answers that were ticked; the number of them, and what could not be saved.

    A proposal travels through the form of its own page: `take` names the questions, `ID-plain` holds the value
    as JSON, `ID-comment` the comment, `ID-revision` what it was made from.
    """
    sent = forms.text_values(form)
    problems: list[Problem] = []
    count = 0
    for name in dict.fromkeys(sent.get("take", ())):
        held = service.response_of(session, actor=place.actor, response_id=place.response_id)
        question = held.access.question(name)
        try:
            service.save_proposed(
                session,
                actor=place.actor,
                response_id=place.response_id,
                question_id=name,
                value=_proposed(question, sent),
                comment=(sent.get(f"{name}-comment") or ("",))[0][:4000],
                seen=fields.seen_revision(question, sent),
            )
            count += 1
        except Invalid as failure:
            problems += failure.problems
        except Conflict as failure:
            if not failure.theirs:
                raise
            stands = failure.theirs[question.text]
            problems.append(Problem(name, f"somebody answered “{stands}” meanwhile; change it on the page"))
    return count, problems


def _proposed(question: Question, sent: Fields) -> object:
    try:
        value: object = json.loads((sent.get(f"{question.id}-plain") or ("null",))[0])
    except ValueError:
        raise Invalid("answer.invalid", [Problem(question.id, "load the workbook once more")]) from None
    return value
