"""The library of questionnaires: read, export, preview, copy, import, publish, compare."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations.schemas import NeedIn
from app.kit import forms, htmx, library
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import Cell, write_csv
from app.kit.templating import render
from app.kit.ui import Crumb, Option
from app.questionnaires import service
from app.questionnaires.models import Variant
from app.questionnaires.schemas import AnswerIn, NewTemplateIn, TextIn
from app.questionnaires.service import own
from app.questionnaires.service.preview import preview
from app.questionnaires.views import copying, editor, fields
from app.questionnaires.views import library as views
from app.questionnaires.views.preview import preview_view

router = APIRouter(include_in_schema=False)
Number = Annotated[int | None, Query(ge=1, le=1_000_000)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/questionnaires")
def list_questionnaires(request: Request, session: Read, actor: CurrentActor, q: Text = "") -> Response:
    """What vendors can be asked."""
    found = service.templates(session, actor=actor)
    return render(request, views.list_view(found, q, may_edit=actor.may(Action.LIBRARY_EDIT)))


@router.get("/questionnaires.csv")
def export_list(session: Read, actor: CurrentActor, q: Text = "") -> Response:
    """The list as CSV."""
    page = views.list_view(service.templates(session, actor=actor), q, may_edit=False)
    rows: list[list[Cell]] = [
        [row.title, row.key, row.badge[0], row.version, row.questions, row.core, row.minutes]
        for row in page.rows
    ]
    head = ("title", "key", "kind", "version", "questions", "core", "minutes")
    headers = {"Content-Disposition": 'attachment; filename="questionnaires.csv"'}
    return Response(write_csv(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/questionnaires/new")
def new_form(request: Request, actor: CurrentActor) -> Response:
    """Ask for the title of a blank one."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, copying.new_view(blank()))


@router.post("/questionnaires/new")
def create(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Begin a blank draft."""
    with rejecting(request, form, copying.new_view):
        row = own.create(session, actor=actor, entry=forms.parse(NewTemplateIn, form))
    return htmx.redirect(request, editor.base_of(row.key), toast="A blank draft: add a section first.")


@router.get("/questionnaires/import")
def import_form(request: Request, actor: CurrentActor) -> Response:
    """Ask for a file."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, copying.ImportPage("Import a questionnaire", copying.CRUMBS, blank()))


@router.post("/questionnaires/import")
def import_text(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """A draft from a YAML file or text; every problem with its path."""
    page = copying.ImportPage
    with rejecting(request, form, lambda state: page("Import a questionnaire", copying.CRUMBS, state)):
        entry = TextIn(text=forms.text_of(form, "file", "text").strip() or " ")
        try:
            row = own.import_text(session, actor=actor, text=entry.text)
        except Invalid as failure:
            # Paths of the file are no fields of the form: each stands at the text with its path in words.
            raise Invalid(failure.code, [Problem("text", str(each)) for each in failure.problems]) from None
    return htmx.redirect(request, editor.base_of(row.key), toast=f"{row.title} is a draft now.")


@router.get("/questionnaires/{key}.yaml")
def download(session: Read, actor: CurrentActor, key: str, number: Number = None) -> Response:
    """The questionnaire as YAML."""
    found = service.template(session, actor=actor, key=key, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{found.key}-v{found.number}.yaml"'}
    return Response(own.yaml_of(found), media_type="application/yaml", headers=headers)


@router.get("/questionnaires/{key}")
def show_questionnaire(
    request: Request, session: Read, actor: CurrentActor, key: str, number: Number = None
) -> Response:
    """One questionnaire, to read or print."""
    found = service.template(session, actor=actor, key=key, number=number)
    versions = own.versions(session, actor=actor, key=key)
    may_edit = actor.may(Action.LIBRARY_EDIT)
    return render(request, views.show_view(found, versions, may_edit=may_edit, nonce=blank().nonce))


@router.get("/questionnaires/{key}/changes")
def show_changes(
    request: Request,
    session: Read,
    actor: CurrentActor,
    key: str,
    before: Number = None,
    after: Number = None,
) -> Response:
    """Two versions compared; without numbers the newest with the one before."""
    versions = own.versions(session, actor=actor, key=key)
    newest = service.template(session, actor=actor, key=key).number
    last = after or newest
    first = before or max((each.number for each in versions if each.number < last), default=last)
    old, new, found = own.compare(session, actor=actor, key=key, before=first, after=last)
    return render(request, editor.changes_view(old, new, found, versions))


@router.get("/questionnaires/{key}/fork")
def fork_form(request: Request, session: Read, actor: CurrentActor, key: str) -> Response:
    """Ask for the title of the copy."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, _fork(session, actor, key, blank()))


@router.post("/questionnaires/{key}/fork")
def fork(request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str) -> Response:
    """Begin a draft as a copy."""
    with rejecting(request, form, lambda state: _fork(session, actor, key, state)):
        row = own.fork(session, actor=actor, key=key, entry=forms.parse(NewTemplateIn, form))
    return htmx.redirect(request, editor.base_of(row.key), toast="Your copy is a draft.")


def _fork(session: ReadSession, actor: Actor, key: str, form: FormState) -> copying.CopyPage:
    found = service.template(session, actor=actor, key=key)
    crumbs = (*copying.CRUMBS, Crumb(found.title, f"/questionnaires/{key}"))
    return copying.CopyPage(
        f"Copy {found.title}", crumbs, f"/questionnaires/{key}/fork", f"/questionnaires/{key}", form
    )


@router.post("/questionnaires/{key}/new-version")
def new_version(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Begin the next version as a draft."""
    row = own.new_version(session, actor=actor, key=key)
    return htmx.redirect(request, editor.base_of(key), toast=f"Version {row.number} is a draft.")


@router.get("/questionnaires/{key}/preview")
def show_preview(
    request: Request,
    session: Read,
    actor: CurrentActor,
    key: str,
    number: Number = None,
    data_class: Text = "public",
    variant: Text = "full",
) -> Response:
    """What the vendor would see."""
    return _preview(
        request, session, actor, key, number, {"data_class": (data_class,), "variant": (variant,)}
    )


@router.post("/questionnaires/{key}/preview")
def try_preview(
    request: Request, session: Read, actor: CurrentActor, form: RawForm, key: str, number: Number = None
) -> Response:
    """The same with answers tried out: questions that depend on them come and go. Nothing is stored."""
    return _preview(request, session, actor, key, number, forms.text_values(form))


def _preview(
    request: Request, session: ReadSession, actor: Actor, key: str, number: int | None, sent: fields.Fields
) -> Response:
    found = service.template(session, actor=actor, key=key, number=number)
    classes = library.taxonomy().terms("data_classes")
    chosen = (sent.get("data_class") or ("",))[0]
    data_class = chosen if chosen in classes else "public"
    variant = Variant.CORE if sent.get("variant") == ("core",) else Variant.FULL
    need = NeedIn(languages=["en"], techniques=["bounding_box"], production_data_class=data_class)
    answers: dict[str, AnswerIn] = {}
    problems: list[Problem] = []
    for question in found.questionnaire.questions() if found.questionnaire else ():
        if fields.posted(question, sent):
            try:
                answers[question.id] = fields.entry_of(question, sent)
            except Invalid as failure:
                problems += failure.problems
    held, wrong = preview(session, actor=actor, found=found, variant=variant, need=need, answers=answers)
    page = preview_view(
        found,
        held,
        sent,
        [*problems, *wrong],
        data_class=data_class,
        data_classes=[Option(term.id, term.name) for term in classes.values() if not term.retired],
    )
    return render(request, page, status=422 if page.errors else 200)
