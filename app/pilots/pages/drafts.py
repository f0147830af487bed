"""Gold of our own label sets: begin, decide the disputes one by one, freeze."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from app.core.errors import Invalid, NotFound, Problem
from app.core.formats.typed import HINTS, spoken, typed
from app.core.permissions import Action
from app.kit import htmx, paging, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting, seen_version
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Crumb, Option, Toast
from app.pilots import queries, service
from app.pilots.drawing import DRAWN, Exhibit
from app.pilots.frame import base_of, below
from app.pilots.gold_schemas import ChoiceIn
from app.pilots.models import ChoiceKind, DraftState, PilotTask
from app.pilots.pages.uploads import HINTS as FORMATS
from app.pilots.pages.uploads import SUFFIXES
from app.pilots.reading_sets import FIELDS
from app.pilots.service import Draft, PilotAccess, ReceivedFreeze, ReceivedSets
from app.pilots.views import drafts as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/gold-sets", include_in_schema=False)
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
_DECISIONS = {letter: ("take", place) for place, letter in enumerate("abcde")}
_DECISIONS |= {"own": ("own", 0), "exclude": ("exclude", 0)}
_TITLE = "Gold from our own label sets"
_TEXTS = frozenset({PilotTask.TRANSCRIPTION, PilotTask.TRANSLATION})


def _sets_page(session: ReadSession, found: PilotAccess, state: FormState) -> views.SetsPage:
    base = base_of(found.pilot)
    return views.SetsPage(
        title=_TITLE,
        frame=below(session, found),
        form=state,
        action=f"{base}/gold-sets",
        back=base,
        hint=FORMATS[found.pilot.task],
        accept=SUFFIXES,
        more=tuple(Option(field, f"Set {'ABCDE'[at]}") for at, field in enumerate(FIELDS) if at > 1),
        shows_more=any(state.error(field) for field in FIELDS[2:]),
        is_text=found.pilot.task in _TEXTS,
        dropped=tuple(
            (wording.moment(one.created_at, found.evaluation.time_zone), f"{base}/gold-sets/{one.id}/resume")
            for one in queries.dropped_drafts(session, found.pilot.id)
        ),
    )


@router.get("")
def begin(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The form for the label sets, or the draft that is being worked on."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    at_work = [one for one in queries.drafts(session, pilot_id) if one.state is DraftState.OPEN]
    if at_work:
        return htmx.redirect(request, f"{base_of(found.pilot)}/gold-sets/{at_work[0].id}")
    return render(request, _sets_page(session, found, blank()))


@router.post("")
def start(
    pending: ReceivedSets,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Hold the label sets against each other."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    with rejecting(request, form, lambda state: _sets_page(session, found, state)):
        row = service.start_draft(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    told = f"{row.agreed} items are agreed, {row.disputed} in dispute."
    return htmx.redirect(request, f"{base_of(found.pilot)}/gold-sets/{row.id}", toast=told)


def _open(
    session: ReadSession, actor: Actor, pilot_id: UUID, draft_id: UUID, *, changing: bool = False
) -> tuple[Draft, PilotAccess]:
    draft, found = service.draft_of(session, actor=actor, draft_id=draft_id, changing=changing)
    if found.pilot.id != pilot_id:
        raise NotFound("draft.not_found", "There is no such draft, or it is not shared with you.")
    return draft, found


def _path(found: PilotAccess, draft: Draft) -> str:
    return f"{base_of(found.pilot)}/gold-sets/{draft.row.id}"


def _draft_page(
    session: ReadSession, found: PilotAccess, draft: Draft, form: FormState, state: str = "", page: int = 1
) -> views.DraftPage:
    path, left = _path(found, draft), draft.open
    places = left if state == "open" else range(len(draft.disputes))
    row, decided = draft.row, len(draft.choices)
    frozen = ""
    if row.state is DraftState.FROZEN and row.frozen_at is not None:
        when = wording.moment(row.frozen_at, found.evaluation.time_zone)
        frozen = f"Frozen as gold version {row.gold_number} on {when}."
    return views.DraftPage(
        title=_TITLE,
        frame=below(session, found),
        path=path,
        facts=views.facts_of(draft, found.pilot.task),
        pairs=views.pair_rows(draft),
        figure=views.figure_name(draft),
        sides=views.sides_of(draft),
        share=100 * decided / row.disputed if row.disputed else 100,
        progress=f"{decided} of {row.disputed} disputes decided",
        rows=views.dispute_rows(draft, places[(page - 1) * paging.ROWS : page * paging.ROWS], path),
        state=state,
        states=(Option("open", "Open disputes"),),
        pager=paging.pager(path, {"state": state}, page=page, total=len(places)),
        next_href=f"{path}/{left[0]}" if left else "",
        is_open=row.state is DraftState.OPEN and found.is_open,
        open=len(left),
        frozen=frozen,
        form=form,
        notes=tuple(draft.facts["notes"]),
    )


@router.get("/{draft_id}")
def show_draft(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    draft_id: UUID,
    state: Annotated[str, Query(max_length=10)] = "",
    page: PageNumber = 1,
) -> Response:
    """How far the sets agree, and what they dispute."""
    draft, found = _open(session, actor, pilot_id, draft_id)
    return render(request, _draft_page(session, found, draft, blank(), state, page))


@router.post("/{draft_id}/freeze")
def freeze(
    pending: ReceivedFreeze,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
    draft_id: UUID,
) -> Response:
    """Make the gold's next version of what is agreed and decided."""
    draft, found = _open(session, actor, pilot_id, draft_id, changing=True)
    with rejecting(request, form, lambda state: _draft_page(session, found, draft, state)):
        gold = service.freeze_draft(session, actor=actor, draft_id=draft_id, checked=pending.take())
    told = f"Gold version {gold.number} is frozen: {gold.items} items, {gold.labels} labels."
    return htmx.redirect(request, base_of(found.pilot), toast=told)


@router.post("/{draft_id}/exclude-rest")
def exclude_rest(
    session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, draft_id: UUID
) -> Response:
    """Exclude every item that is still in dispute."""
    draft, found = _open(session, actor, pilot_id, draft_id, changing=True)
    many = service.exclude_rest(session, actor=actor, draft_id=draft_id)
    return htmx.redirect(request, _path(found, draft), toast=f"{many} items are excluded.")


@router.post("/{draft_id}/drop")
def drop(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, draft_id: UUID) -> Response:
    """Give the draft up; the toast undoes it."""
    draft, found = _open(session, actor, pilot_id, draft_id, changing=True)
    service.drop_draft(session, actor=actor, draft_id=draft_id)
    undo = Toast("The draft is dropped.", undo_url=f"{_path(found, draft)}/resume")
    return htmx.redirect(request, base_of(found.pilot), toast=undo)


@router.post("/{draft_id}/resume")
def resume(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, draft_id: UUID) -> Response:
    """Take a dropped draft up again."""
    draft, found = _open(session, actor, pilot_id, draft_id)
    service.resume_draft(session, actor=actor, draft_id=draft_id)
    return htmx.redirect(request, _path(found, draft), toast="The draft is back.")


def _dispute(draft: Draft, at: int) -> dict[str, Any]:
    if not 0 <= at < len(draft.disputes):
        raise NotFound("draft.no_dispute", "There is no such dispute; open it from the list again.")
    return dict(draft.disputes[at])


def _dispute_page(
    session: ReadSession, found: PilotAccess, draft: Draft, at: int, form: FormState | None
) -> views.DisputePage:
    dispute, path, kind = _dispute(draft, at), _path(found, draft), draft.facts["kind"]
    choice = draft.choices.get(dispute["item"])
    scene = service.scenes_of(session, found.pilot.id).scene(dispute["item"])
    given: list[dict[str, Any]] = next((one for one in dispute["answers"] if one is not None), [])
    marks = choice.marks if choice and choice.kind is ChoiceKind.OWN else given
    is_choice = kind == "labels"
    values: dict[str, object] = {"marks": spoken(kind, marks)}
    if is_choice:
        values["label"] = [one["label"] for one in marks]
    decided = len(draft.choices)
    return views.DisputePage(
        title=dispute["item"],
        frame=below(session, found, Crumb(_TITLE, path)),
        subtitle=f"dispute {at + 1} of {len(draft.disputes)}",
        share=100 * decided / len(draft.disputes),
        progress=f"{decided} of {len(draft.disputes)} decided",
        exhibit=Exhibit(
            dispute["item"],
            "" if dispute.get("text") else scene.text,
            "" if kind in DRAWN else scene.image,
        ),
        panels=views.panels_of(dispute, kind, scene),
        form=form or blank(values, version=choice.version if choice else None),
        action=f"{path}/{at}",
        undo_action=f"{path}/{at}/undo" if choice else "",
        back=path,
        previous_href=f"{path}/{at - 1}" if at else "",
        next_href=f"{path}/{at + 1}" if at + 1 < len(draft.disputes) else "",
        decided=views.choice_words(choice) if choice else "",
        takes=views.takes_of(dispute),
        own="" if kind not in HINTS else "one" if found.pilot.task is PilotTask.CLASSIFICATION else kind,
        hint=HINTS.get(kind, ""),
        classes=tuple(Option(one, one) for one in draft.facts["classes"]),
        is_open=draft.row.state is DraftState.OPEN and found.is_open,
    )


@router.get("/{draft_id}/{at}")
def show_dispute(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, draft_id: UUID, at: int
) -> Response:
    """One dispute."""
    draft, found = _open(session, actor, pilot_id, draft_id)
    return render(request, _dispute_page(session, found, draft, at, None))


@router.post("/{draft_id}/{at}")
def decide(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
    draft_id: UUID,
    at: int,
) -> Response:
    """Decide about the dispute and go on to the next open one."""
    draft, found = _open(session, actor, pilot_id, draft_id, changing=True)
    dispute = _dispute(draft, at)
    with rejecting(request, form, lambda state: _dispute_page(session, found, draft, at, state)):
        entry = _choice(form, dispute, draft.facts["kind"])
        row = service.decide_dispute(
            session, actor=actor, draft_id=draft_id, entry=entry, seen=seen_version(form)
        )
    rest = [one for one in draft.open if one != at]
    following = next((one for one in rest if one > at), rest[0] if rest else None)
    path = _path(found, draft)
    undo = Toast(f"{row.item}: {views.choice_words(row)}.", undo_url=f"{path}/{at}/undo")
    return htmx.redirect(request, path if following is None else f"{path}/{following}", toast=undo)


def _choice(form: FormData, dispute: dict[str, Any], kind: str) -> ChoiceIn:
    said = str(form.get("kind") or "")
    if said not in _DECISIONS:
        raise Invalid("draft.kind", [Problem("kind", "Choose what becomes of the item.")])
    decision, side = _DECISIONS[said]
    marks: list[dict[str, Any]] = []
    if said == "own" and kind == "labels":
        marks = [{"label": str(one)} for one in form.getlist("label") if str(one)]
    elif said == "own":
        marks = typed(kind, str(form.get("marks") or ""), dispute.get("text", ""))
    return ChoiceIn(item=dispute["item"], kind=ChoiceKind(decision), side=side, marks=marks)


@router.post("/{draft_id}/{at}/undo")
def undo(
    session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, draft_id: UUID, at: int
) -> Response:
    """Take the decision back."""
    draft, found = _open(session, actor, pilot_id, draft_id, changing=True)
    service.undo_choice(session, actor=actor, draft_id=draft_id, item=_dispute(draft, at)["item"])
    return htmx.redirect(request, f"{_path(found, draft)}/{at}", toast="The decision is taken back.")
