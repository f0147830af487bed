"""The editor of a draft. Every page is a form; none needs JavaScript."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.questionnaire import edit
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession, WriteSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Toast
from app.questionnaires import service
from app.questionnaires.service import Template, own
from app.questionnaires.views import drafting, editor

router = APIRouter(prefix="/questionnaires/{key}", include_in_schema=False)
Direction = Literal["up", "down"]
Part = Literal["sections", "questions"]
_STEPS = {"up": -1, "down": 1}


def _found(session: ReadSession, actor: Actor, key: str) -> tuple[Template, int]:
    row = own.draft(session, actor=actor, key=key)
    return service.template_from(row), row.version


def _asked(found: Template) -> dict[str, Any]:
    return {
        question["id"]: question for section in found.body["sections"] for question in section["questions"]
    }


def _back(request: Request, key: str, place: str, toast: str) -> Response:
    return htmx.redirect(request, f"{editor.base_of(key)}{place}", toast=toast)


@router.get("/edit")
def show_draft(request: Request, session: Read, actor: CurrentActor, key: str) -> Response:
    """The outline of the draft with everything that is wrong with it."""
    found, version = _found(session, actor, key)
    return render(request, editor.draft_view(found, version=version, nonce=blank().nonce))


@router.post("/publish")
def publish(request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str) -> Response:
    """Freeze the draft; with faults it stays one, and the outline says which."""
    try:
        row = own.publish(session, actor=actor, key=key, seen=forms.seen_version(form))
    except Invalid:
        toast = Toast("Not published: correct what is listed first.", "bad")
        return htmx.redirect(request, editor.base_of(key), toast=toast)
    return htmx.redirect(request, f"/questionnaires/{key}", toast=f"{row.title} v{row.number} is published.")


@router.post("/discard")
def discard(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Throw the draft away."""
    row = own.draft(session, actor=actor, key=key)
    address = f"/questionnaires/{key}" if row.number > 1 else "/questionnaires"
    own.discard(session, actor=actor, key=key)
    return htmx.redirect(request, address, toast="The draft is gone; published versions stay.")


@router.get("/edit/head")
def head_form(request: Request, session: Read, actor: CurrentActor, key: str) -> Response:
    """Title, agenda, profile."""
    found, version = _found(session, actor, key)
    return render(request, editor.head_view(found, blank(drafting.head_fields(found.body), version=version)))


@router.post("/edit/head")
def save_head(request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str) -> Response:
    """Save everything above the sections."""
    found, _ = _found(session, actor, key)
    with rejecting(request, form, lambda state: editor.head_view(found, state)):
        body = drafting.read_head(forms.text_values(form), found.body)
        _save(session, actor, key, form, lambda _: body)
        _refuse([each for each in _problems(session, actor, key) if "sections" not in each.where])
    return _back(request, key, "", "Saved.")


@router.get("/edit/sections/{name}")
def section_form(request: Request, session: Read, actor: CurrentActor, key: str, name: str) -> Response:
    """A section's form; the name `new` gives a blank one."""
    found, version = _found(session, actor, key)
    values: dict[str, object] = {"weight": 10, "when.how": "all"}
    if name != "new":
        values = drafting.section_fields(found.body["sections"][edit.section_at(found.body, name)])
    return render(request, editor.section_view(found, _old(name), blank(values, version=version)))


def _old(name: str) -> str:
    return "" if name == "new" else name


@router.post("/edit/sections/{name}")
def save_section(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, name: str
) -> Response:
    """Save a section, or add it."""
    found, _ = _found(session, actor, key)
    with rejecting(request, form, lambda state: editor.section_view(found, _old(name), state)):
        taken = [entry["id"] for entry in found.body["sections"]]
        values = drafting.read_section(forms.text_values(form), _asked(found), _old(name), taken)
        _save(session, actor, key, form, partial(edit.put_section, section=_old(name), values=values))
        place = edit.section_at(_found(session, actor, key)[0].body, values["id"])
        _refuse(editor.problems_at(_problems(session, actor, key), place, None))
    return _back(request, key, f"#s-{values['id']}", "The section is saved.")


@router.get("/edit/sections/{name}/questions/new")
def new_question_form(request: Request, session: Read, actor: CurrentActor, key: str, name: str) -> Response:
    """A blank question."""
    found, version = _found(session, actor, key)
    edit.section_at(found.body, name)
    form = blank({"type": "single", "when.how": "all"}, version=version)
    return render(request, editor.question_view(found, name, "", form))


@router.post("/edit/sections/{name}/questions/new")
def add_question(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, name: str
) -> Response:
    """Add a question at the end of the section."""
    return _save_question(request, session, actor, form, key, name, "")


@router.get("/edit/questions/{name}")
def question_form(request: Request, session: Read, actor: CurrentActor, key: str, name: str) -> Response:
    """A question's form."""
    found, version = _found(session, actor, key)
    i, j = edit.question_at(found.body, name)
    values = drafting.question_fields(found.body["sections"][i]["questions"][j])
    return render(request, editor.question_view(found, "", name, blank(values, version=version)))


@router.post("/edit/questions/{name}")
def save_question(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, name: str
) -> Response:
    """Save a question."""
    return _save_question(request, session, actor, form, key, "", name)


def _save_question(
    request: Request, session: WriteSession, actor: Actor, form: FormData, key: str, section: str, name: str
) -> Response:
    found, _ = _found(session, actor, key)
    before: dict[str, Any] = {}
    if name:
        i, j = edit.question_at(found.body, name)
        before = found.body["sections"][i]["questions"][j]

    def page(state: FormState) -> editor.QuestionPage:
        return editor.question_view(found, section, name, state)

    with rejecting(request, form, page):
        values = drafting.read_question(forms.text_values(form), before, _asked(found))
        change = partial(edit.put_question, section=section, question=name, values=values)
        _save(session, actor, key, form, change)
        i, j = edit.question_at(_found(session, actor, key)[0].body, values["id"])
        _refuse(editor.problems_at(_problems(session, actor, key), i, j))
    return _back(request, key, f"#q-{values['id']}", "The question is saved.")


@router.post("/edit/{part}/{name}/move/{direction}")
def move(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, part: Part, name: str,
    direction: Direction,
) -> Response:  # fmt: skip
    """A section or question one place up or down; a question goes into the next section at the border of its own."""
    step, moved = _STEPS[direction], edit.move_section if part == "sections" else edit.move_question
    _save(session, actor, key, form, lambda body: moved(body, name, step))
    return _back(request, key, f"#{part[0]}-{name}", "Moved.")


@router.post("/edit/{part}/{name}/remove")
def remove(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, part: Part, name: str
) -> Response:
    """Take a section with its questions, or a question, out of the draft."""
    without = edit.remove_section if part == "sections" else edit.remove_question
    _save(session, actor, key, form, lambda body: without(body, name))
    return _back(request, key, "", f"The {part[:-1]} is out of the draft.")


def _save(
    session: WriteSession, actor: Actor, key: str, form: FormData, change: Callable[[edit.Body], edit.Body]
) -> None:
    own.edit(session, actor=actor, key=key, seen=forms.seen_version(form), change=change)


def _problems(session: ReadSession, actor: Actor, key: str) -> tuple[Problem, ...]:
    return _found(session, actor, key)[0].problems


def _refuse(problems: list[Problem]) -> None:
    """What is wrong with the one thing that was just saved gives its form back; the write is rolled back."""
    if problems:
        raise Invalid("draft.invalid", problems)
