"""Gold and deliveries in and out, and sample files to start from."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.files.download import content_response
from app.files.models import File
from app.kit import htmx, wording
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write, database
from app.kit.storage import LocalStore
from app.kit.templating import render
from app.kit.ui import Option, Toast
from app.pilots import queries, service
from app.pilots.frame import base_of
from app.pilots.models import PilotTask
from app.pilots.samples import SAMPLES
from app.pilots.service import ReceivedDelivery, ReceivedGold, RestoredGold, mapping
from app.pilots.views import plan as views

router = APIRouter(include_in_schema=False)
_PATH = "/evaluations/{evaluation_id}/pilot/{pilot_id}"
_ROUNDS = (
    Option("new", "A new round", "earlier rounds stay and can be compared"),
    Option("replace", "Replace the newest round", "the replaced one can be restored"),
)
SUFFIXES = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.xml,.conll,.zip"
_REGIONS = "COCO JSON, CVAT XML, Label Studio or Labelbox JSON"
HINTS: Mapping[str, str] = {
    "classification": "CSV or JSON Lines with item and label, or the export of a labeling tool.",
    "multilabel": "CSV or JSON Lines with item and label (several as a|b), or the export of a labeling tool.",
    "boxes": f"{_REGIONS}, Pascal VOC or YOLO in a ZIP, or CSV with item, label, x, y, width, height.",
    "polygons": f"{_REGIONS}, YOLO in a ZIP, or JSON Lines with item, label, points.",
    "masks": "COCO JSON with run lengths or outlines, or CVAT XML.",
    "spans": "JSON Lines with item, text, spans; CoNLL; Label Studio or Labelbox JSON.",
    "transcription": "CSV or JSON Lines with item and text, or Label Studio JSON.",
    "translation": "CSV or JSON Lines with item and text, or Label Studio JSON.",
    "review_only": "CSV with item and file, link or text; with files, all in one ZIP beside manifest.csv.",
}
_ITEMS = "CSV or JSON Lines with item and, if wanted, stratum: the list that everybody gets."


def _page(
    session: ReadSession,
    found: service.PilotAccess,
    state: FormState,
    *,
    is_gold: bool,
    strange: tuple[str, ...] = (),
) -> views.UploadPage:
    pilot = found.pilot
    golds = queries.golds(session, pilot.id) if strange else []
    lacking = {} if is_gold else service.missing_agreements(session, pilot)
    is_listed = pilot.task is PilotTask.REVIEW_ONLY
    titles = {(True, True): "Upload items", (True, False): "Upload gold"}
    return views.UploadPage(
        title=titles.get((is_gold, is_listed), "Upload a delivery"),
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        action=f"{base_of(pilot)}/{'gold' if is_gold else 'deliver'}",
        back=base_of(pilot),
        hint=(_ITEMS if is_gold and is_listed else HINTS[pilot.task])
        + ("" if is_gold else " Seconds and annotator codes where the tool has them."),
        accept=SUFFIXES,
        is_gold=is_gold,
        is_listed=is_listed,
        candidates=views.candidate_options(service.participants(session, pilot)),
        rounds=_ROUNDS,
        samples=views.sample_links(pilot.task),
        warning=_warning(is_gold, bool(lacking), bool(queries.accepted(session, pilot.id))),
        labels=tuple(views.LabelField(at, label) for at, label in enumerate(strange, 1)),
        classes=(
            *(Option(f"={name}", name) for name in (golds[0].classes if golds else ())),
            Option(mapping.DROP, "Drop these labels"),
        ),
        offers_repairs=not is_gold and bool(state.error("accept") or state.value("accept")),
    )


def _warning(is_gold: bool, lacks_agreements: bool, has_deliveries: bool) -> str:
    if is_gold and has_deliveries:
        return (
            "Deliveries are in. A new gold compares them again and leaves out what adjudication changed; "
            "for single items decide under Gold in doubt instead. Say in the note why it is replaced."
        )
    if lacks_agreements:
        return "Agreements for this kind of data are missing for some candidates; see the pilot's page."
    return ""


@router.get(_PATH + "/gold")
def show_gold(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The form of the gold."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    return render(request, _page(session, found, blank(), is_gold=True))


@router.post(_PATH + "/gold")
def save_gold(
    pending: ReceivedGold,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Keep the gold as a new version."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    with rejecting(request, form, lambda state: _page(session, found, state, is_gold=True)):
        row = service.upload_gold(
            session,
            actor=actor,
            pilot_id=pilot_id,
            checked=pending.take(),
            note=str(form.get("note") or ""),
        )
    told = (
        f"Gold version {row.number}: {wording.number(row.items)} items, {wording.number(row.labels)} labels."
    )
    if found.pilot.task is PilotTask.REVIEW_ONLY:
        told = f"List {row.number}: {row.items} items."
    return htmx.redirect(request, base_of(found.pilot), toast=told)


def _gold_file(request: Request, actor: CurrentActor, pilot_id: UUID, number: int) -> bytes:
    contents: LocalStore = request.app.state.contents
    return service.gold_that_counts(
        database(request), contents, actor=actor, pilot_id=pilot_id, number=number
    )


GoldFile = Annotated[bytes, Depends(_gold_file)]


@router.get(_PATH + "/gold/{number}.jsonl")
def download_gold(content: GoldFile, number: int) -> Response:
    """A gold version as it counts, adjudication included."""
    headers = {"Content-Disposition": f'attachment; filename="gold-{number}.jsonl"'}
    return Response(content, media_type="application/jsonl", headers=headers)


@router.post(_PATH + "/gold/{number}/restore")
def restore_gold(
    pending: RestoredGold, session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, number: int
) -> Response:
    """Take an earlier gold version up again as the next one."""
    row = service.restore_gold(session, actor=actor, pilot_id=pilot_id, number=number, checked=pending.take())
    found = service.open_pilot(session, actor, pilot_id)
    told = f"Version {number} counts again, as version {row.number}."
    return htmx.redirect(request, base_of(found.pilot), toast=told)


@router.get(_PATH + "/deliver")
def show_deliver(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    candidate: UUID | None = None,
) -> Response:
    """The form of a delivery."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    state = views.selected(blank({"round": "new"}), candidate)
    return render(request, _page(session, found, state, is_gold=False))


@router.post(_PATH + "/deliver")
def save_delivery(
    pending: ReceivedDelivery,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Take the delivery in."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    first = found.pilot.criteria_locked_at is None
    strange = mapping.asked(pending.fault, form)
    with rejecting(request, form, lambda state: _page(session, found, state, is_gold=False, strange=strange)):
        row = service.upload_delivery(
            session,
            actor=actor,
            pilot_id=pilot_id,
            checked=pending.take(),
            replaces=form.get("round") == "replace",
        )
    told = f"Round {row.round} is in: {wording.number(row.items)} items, {wording.number(row.labels)} labels."
    if first:
        told += " The criteria are locked from now on."
    return htmx.redirect(request, f"{base_of(found.pilot)}/results", toast=told)


@router.post(_PATH + "/deliveries/{delivery_id}/remove")
def remove_delivery(
    session: Write, request: Request, actor: CurrentActor, evaluation_id: UUID, delivery_id: UUID
) -> Response:
    """Take a delivery out; the toast undoes it."""
    row = service.remove_delivery(session, actor=actor, delivery_id=delivery_id)
    base = f"/evaluations/{evaluation_id}/pilot/{row.pilot_id}"
    undo = Toast("Delivery taken out.", undo_url=f"{base}/deliveries/{delivery_id}/restore")
    return htmx.redirect(request, base, toast=undo)


@router.post(_PATH + "/deliveries/{delivery_id}/restore")
def restore_delivery(
    session: Write, request: Request, actor: CurrentActor, evaluation_id: UUID, delivery_id: UUID
) -> Response:
    """Let a delivery count again."""
    row = service.restore_delivery(session, actor=actor, delivery_id=delivery_id)
    base = f"/evaluations/{evaluation_id}/pilot/{row.pilot_id}"
    return htmx.redirect(request, base, toast="Delivery counts again.")


def _file(session: Read, actor: CurrentActor, pilot_id: UUID, file_id: UUID) -> File:
    return service.file_of(session, actor=actor, file_id=file_id, pilot_id=pilot_id)


@router.get(_PATH + "/files/{file_id}")
def download(request: Request, file: Annotated[File, Depends(_file, scope="function")]) -> Response:
    """A gold or delivery file as it came."""
    return content_response(request, file)


@router.get("/pilot-samples/{task}/{name}")
def sample(_actor: CurrentActor, task: str, name: str) -> Response:
    """A small file in the expected form."""
    text = SAMPLES.get(f"{task}/{name}")
    if text is None:
        raise NotFound("sample.not_found", "There is no such sample; take one from the pilot's page.")
    kind = "application/json" if name.endswith((".json", ".jsonl")) else "text/csv; charset=utf-8"
    disposition = {"Content-Disposition": f'attachment; filename="sample-{task}-{name}"'}
    return Response(text, media_type=kind, headers=disposition)
