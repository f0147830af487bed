"""The gold in doubt: the queue, a decision each, and publishing a new gold version."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from app.core.errors import NotFound
from app.core.formats.typed import HINTS, spoken, typed
from app.core.permissions import Action
from app.kit import htmx, paging
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting, seen_version, version_number
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Crumb, Option
from app.pilots import service as pilots
from app.pilots.drawing import gold_marks, legend_of, side_by_side
from app.pilots.frame import base_of, below, waiting_at
from app.pilots.models import PilotTask
from app.pilots.service import names_of
from app.reviews import service
from app.reviews.models import GoldDecision, Ruling
from app.reviews.schemas import DecisionIn
from app.reviews.views import adjudication as views

router = APIRouter(
    prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/adjudication", include_in_schema=False
)


@router.get("")
def show_queue(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Items where candidates agree against the gold, or people disagree."""
    found = pilots.open_pilot(session, actor, pilot_id)
    pilots.require_look(session, actor, found)
    if pilots.result_of(session, found.pilot) is None:
        return htmx.redirect(request, waiting_at(found.pilot, "adjudication"))
    queue = service.queue_of(session, actor=actor, pilot_id=pilot_id)
    base, names = base_of(found.pilot), names_of(session, found)
    path = f"{base}/adjudication"
    numbers = sorted(one.number for one in pilots.golds(session, pilot_id))
    under = {one: pilots.comparison_of(session, pilot_id, one) for one in numbers}
    known = {one: each for one, each in under.items() if each is not None}
    shown = views.AdjudicationPage(
        title="Gold in doubt",
        frame=below(session, found, Crumb("Pilot results", f"{base}/results")),
        gold=queue.gold_number,
        rows=views.doubt_rows(queue.doubts[(page - 1) * paging.ROWS : page * paging.ROWS], path),
        pager=paging.pager(path, {}, page=page, total=len(queue.doubts)),
        ready=", ".join(f"{row.item}: {views.decision_words(row)}" for row in queue.ready[:5])
        + (f" and {len(queue.ready) - 5} more" if len(queue.ready) > 5 else ""),
        publish_action=f"{path}/publish?seen={queue.gold_number}"
        if service.may_decide(found, tuple(one for each in queue.doubts for one in each.contests))
        else "",
        nonce=blank().nonce,
        metric=next(iter(known.values())).metric_name,
        heads=tuple(views.VersionHead(f"Gold version {one}", f"{base}/results?gold={one}") for one in known),
        versions=views.version_rows(known, names),
    )
    return render(request, shown)


@router.post("/publish")
def publish(
    session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, seen: str = ""
) -> Response:
    """Make a new gold version from the decisions."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    row = service.publish(session, actor=actor, pilot_id=pilot_id, seen=version_number(seen))
    told = f"Gold version {row.number} is published; everything is compared again."
    return htmx.redirect(request, f"{base_of(found.pilot)}/results", toast=told)


def _doubt(
    session: ReadSession, actor: Actor, pilot_id: UUID, at: int
) -> tuple[service.Queue, service.Doubt]:
    queue = service.queue_of(session, actor=actor, pilot_id=pilot_id)
    items = queue.outcomes.items
    if not 0 <= at < len(items):
        raise NotFound("item.not_found", "This result has no such item; open it from the list again.")
    plain = service.Doubt(at, items[at], ("put here by hand",), "", "", 0, None)
    return queue, next((one for one in queue.doubts if one.at == at), plain)


def _page(
    session: ReadSession, actor: Actor, found: pilots.PilotAccess, at: int, form: FormState | None
) -> views.DoubtPage:
    queue, doubt = _doubt(session, actor, found.pilot.id, at)
    base, own = base_of(found.pilot), doubt.decision
    if own is not None and own.gold_number != queue.gold_number:
        decided, own = views.decision_words(own), None
    else:
        decided = views.decision_words(own) if own else ""
    codes, path = sorted(queue.outcomes.data["vendors"]), f"{base}/adjudication"
    names, kind = names_of(session, found), queue.outcomes.kind
    values = _values(queue.outcomes, doubt, own)
    return views.DoubtPage(
        title=doubt.item,
        frame=below(session, found, Crumb("Pilot results", f"{base}/results"), Crumb("Gold in doubt", path)),
        form=form or blank(values, version=own.version if own else None),
        action=f"{path}/{at}",
        back=path,
        drawn=side_by_side(queue.outcomes, at, codes, names, f"{base}/results/items/{at}"),
        legend=legend_of(kind),
        reasons=doubt.reasons,
        instead=doubt.instead,
        rulings=(views.STANDS, views.WRONG, views.EXCLUDE),
        labels=tuple(Option(name, name) for name in queue.outcomes.data["classes"]),
        takes=tuple(Option(code, f"The answer of {names[code]}") for code in codes),
        own="one" if found.pilot.task is PilotTask.CLASSIFICATION else kind if kind in HINTS else "",
        hint=HINTS.get(kind, ""),
        decided=decided,
        may_decide=service.may_decide(found, doubt.contests),
        answers=", ".join(f"candidate {one.code}" for one in doubt.contests),
        withdraw_action=f"{path}/{at}/withdraw" if own and own.published is None else "",
    )


def _values(outcomes: pilots.Outcomes, doubt: service.Doubt, own: GoldDecision | None) -> dict[str, object]:
    """What the form begins with: the decision as it stands, else the gold's own marks to correct."""
    kind = outcomes.kind
    marks = own.answer if own and own.answer else gold_marks(outcomes, doubt.at)
    values: dict[str, object] = {"marks": spoken(kind, marks), "label": doubt.label}
    if kind == "labels" and not doubt.label:
        values["label"] = [str(one["label"]) for one in marks]
    if own is None:
        return values
    label = own.label or values["label"]
    return {**values, "ruling": own.ruling, "label": label, "take": own.taken_from, "reason": own.reason}


@router.get("/{at}")
def show_doubt(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, at: int) -> Response:
    """One item in doubt."""
    found = pilots.open_pilot(session, actor, pilot_id)
    pilots.require_look(session, actor, found)
    return render(request, _page(session, actor, found, at, None))


@router.post("/{at}")
def decide(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, at: int
) -> Response:
    """Decide about the item and go on to the next open one."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    queue, doubt = _doubt(session, actor, pilot_id, at)
    with rejecting(request, form, lambda state: _page(session, actor, found, at, state)):
        entry = _entry(form, found.pilot.task, queue.outcomes, doubt)
        row = service.decide(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen_version(form))
    rest = [one.at for one in queue.doubts if one.is_open and one.at != at]
    path = f"{base_of(found.pilot)}/adjudication"
    told = f"{doubt.item}: {views.decision_words(row)}."
    return htmx.redirect(request, f"{path}/{rest[0]}" if rest else path, toast=told)


def _entry(form: FormData, task: PilotTask, outcomes: pilots.Outcomes, doubt: service.Doubt) -> DecisionIn:
    names = (
        ("ruling", "reason", "take", "label")
        if task is PilotTask.CLASSIFICATION
        else ("ruling", "reason", "take")
    )
    values: dict[str, object] = {name: form.get(name) for name in names if form.get(name)}
    if values.get("ruling") == Ruling.WRONG and task is not PilotTask.CLASSIFICATION and "take" not in values:
        labels = [{"label": str(one)} for one in form.getlist("label")]
        text = str(form.get("marks") or "")
        is_set = outcomes.kind == "labels"
        values["marks"] = labels if is_set else typed(outcomes.kind, text, outcomes.text(doubt.at))
    return DecisionIn.model_validate({**values, "item": doubt.item})


@router.post("/{at}/withdraw")
def withdraw(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, at: int) -> Response:
    """Take the decision about the item back."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    _, doubt = _doubt(session, actor, pilot_id, at)
    if doubt.decision is None:
        raise NotFound("decision.not_found", "Nothing is decided about this item yet.")
    service.withdraw(session, actor=actor, decision_id=doubt.decision.id)
    url = f"{base_of(found.pilot)}/adjudication/{at}"
    return htmx.redirect(request, url, toast="The decision is taken back.")
