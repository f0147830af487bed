"""The pilot's own page and its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import CandidateView
from app.files.service import NotesAndFiles
from app.kit import library, wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.pilots.models import Delivery, GoldVersion, Pilot, PilotOffer, PilotState, PilotTask
from app.pilots.schemas import AT_MOST, LOWER, METRICS, REVIEWED, UNITS, USES_IOU
from app.pilots.service import PilotAccess, criteria_of
from app.pilots.wording import bounds_of, mapping_words, mix_words, offer_word, promise_name, sizing_words

TASKS = (
    Option("boxes", "Boxes", "rectangles around objects; F1, precision, recall, mean IoU"),
    Option("polygons", "Polygons", "outlines of objects; F1, precision, recall, mean IoU"),
    Option("masks", "Masks", "pixels of objects; as polygons, and how well outlines agree"),
    Option("classification", "Classification", "one label per item; accuracy, macro F1"),
    Option("multilabel", "Several labels per item", "a set of labels; F1, Jaccard, exact sets"),
    Option("spans", "Spans of text", "named entities and the like; strict and partial F1"),
    Option("transcription", "Transcription", "texts of speech or images; word and character error rate"),
    Option("translation", "Translation", "texts in another language; chrF, BLEU, TER"),
    Option(
        "review_only",
        "Anything else, judged by people only",
        "video tracks, audio segments, 3D: reviewers accept, fix or reject random items without names",
    ),
)
STATE_KINDS = {PilotState.PLANNED: "", PilotState.RUNNING: "info", PilotState.CLOSED: "ok"}
_TABLES = (("gold.csv", "Gold, CSV"), ("delivery.csv", "Delivery, CSV"), ("times.csv", "Times, CSV"))
_LINES = (
    ("gold.jsonl", "Gold, JSON Lines"),
    ("delivery.jsonl", "Delivery, JSON Lines"),
    ("times.csv", "Times, CSV"),
)
_COCO = (
    ("gold.json", "Gold, COCO"),
    ("delivery.json", "Delivery, COCO results"),
    ("times.csv", "Times, CSV"),
)
SAMPLES: Mapping[PilotTask, tuple[tuple[str, str], ...]] = {
    PilotTask.CLASSIFICATION: _TABLES,
    PilotTask.MULTILABEL: _TABLES,
    PilotTask.BOXES: _COCO,
    PilotTask.POLYGONS: _COCO,
    PilotTask.MASKS: _COCO,
    PilotTask.SPANS: _LINES,
    PilotTask.TRANSCRIPTION: _TABLES,
    PilotTask.TRANSLATION: _TABLES,
    PilotTask.REVIEW_ONLY: (("items.csv", "Items, CSV"), ("manifest.csv", "Delivery, CSV")),
}


@dataclass(frozen=True, slots=True)
class GoldRow:
    """One version of the gold."""

    number: str
    facts: str
    digest: str
    note: str
    when: str
    href: str
    file_word: str
    counts_href: str
    restore_action: str
    changes: str
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery of a candidate; an empty address hides its action."""

    round: str
    facts: str
    when: str
    is_replaced: bool
    href: str
    times_href: str
    remove_action: str
    restore_action: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One candidate that takes part."""

    name: str
    code: str
    lacking: str
    deliveries: tuple[DeliveryRow, ...]
    deliver_href: str
    offer: str
    offer_href: str


@dataclass(frozen=True, slots=True)
class PilotPage(Page):
    """Plan, gold, deliveries and offers of one pilot; without one, how to begin."""

    template: ClassVar[str] = "pilots/pilot.html"

    frame: EvaluationFrame
    base: str
    new_href: str
    is_planned: bool
    state: str
    state_kind: str
    facts: tuple[Fact, ...]
    criteria: tuple[Fact, ...]
    criteria_note: str
    is_listed: bool
    golds: tuple[GoldRow, ...]
    under_way: tuple[Fact, ...]
    participants: tuple[ParticipantRow, ...]
    samples: tuple[Fact, ...]
    others: tuple[Fact, ...]
    results_href: str
    is_closed: bool
    may_edit: bool
    nonce: str
    warning: str
    panel: NotesAndFiles | None


@dataclass(frozen=True, slots=True)
class PlanFormPage(Page):
    """The plan as a form."""

    template: ClassVar[str] = "pilots/plan_form.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    tasks: tuple[Option, ...]
    data_classes: tuple[Option, ...]
    sizes: tuple[Fact, ...]
    submit: str


@dataclass(frozen=True, slots=True)
class CriterionField:
    """One figure that may carry a target and a floor; its inputs are `target_…` and `floor_…`."""

    metric: str
    name: str
    is_limit: bool


@dataclass(frozen=True, slots=True)
class CriteriaPage(Page):
    """What must be reached."""

    template: ClassVar[str] = "pilots/criteria.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    fields: tuple[CriterionField, ...]
    has_classes: bool


@dataclass(frozen=True, slots=True)
class LabelField:
    """One label of a vendor that the gold does not know: asked as `ours_…`, carried as `theirs_…`."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class UploadPage(Page):
    """Upload the gold (no candidates) or a delivery."""

    template: ClassVar[str] = "pilots/upload.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    hint: str
    accept: str
    is_gold: bool
    is_listed: bool
    candidates: tuple[Option, ...]
    rounds: tuple[Option, ...]
    samples: tuple[Fact, ...]
    warning: str
    labels: tuple[LabelField, ...] = ()
    classes: tuple[Option, ...] = ()
    offers_repairs: bool = False


def sample_links(task: PilotTask) -> tuple[Fact, ...]:
    """Files to start from, one per kind."""
    return tuple(
        Fact(label, name, href=f"/pilot-samples/{task.value}/{name}") for name, label in SAMPLES[task]
    )


def data_class_name(value: str) -> str:
    """A data class as people call it."""
    found = library.taxonomy().data_classes.get(value)
    return found.name if found else value


def data_classes() -> tuple[Option, ...]:
    """All data classes with the agreements they need."""
    taxonomy = library.taxonomy()
    return tuple(
        Option(one.id, one.name, ", ".join(taxonomy.certifications[name].name for name in one.requires))
        for one in taxonomy.data_classes.values()
    )


def plan_facts(pilot: Pilot) -> tuple[Fact, ...]:
    """The plan line by line."""
    task = next(option for option in TASKS if option.value == pilot.task)
    overlap = (
        (Fact(f"A {UNITS[pilot.task]} is right from", f"IoU {pilot.iou / 10_000:g}"),)
        if pilot.task in USES_IOU
        else ()
    )
    return (
        Fact("Task", task.label, task.hint),
        Fact("Goal", pilot.goal),
        *sizing_words(pilot),
        *mix_words(pilot),
        *overlap,
        Fact("Data", data_class_name(pilot.data_class)),
        Fact("Prices in", pilot.currency),
        Fact("Seed of the resampling", str(pilot.seed)),
    )


def others(pilot: Pilot, every: Sequence[Pilot]) -> tuple[Fact, ...]:
    """The other pilots of the evaluation."""
    return tuple(
        Fact(
            one.task.value.replace("_", " "),
            one.state.value,
            href=f"/evaluations/{one.evaluation_id}/pilot/{one.id}",
        )
        for one in every
        if one.id != pilot.id
    )


def criteria_facts(pilot: Pilot) -> tuple[Fact, ...]:
    """The promises line by line."""
    return tuple(Fact(promise_name(pilot.task, item), bounds_of(item)) for item in criteria_of(pilot))


def criteria_form(pilot: Pilot) -> FormState:
    """The promises as form values."""
    values: dict[str, object] = {}
    own = [one for one in criteria_of(pilot) if one.label]
    values["classes"] = "\n".join(f"{one.label} = {one.floor:g}" for one in own if one.floor is not None)
    for item in (one for one in criteria_of(pilot) if not one.label):
        for of, bound in (("target", item.target), ("floor", item.floor)):
            if bound is not None:
                values[field_name(of, item.metric)] = f"{bound:g}"
    return blank(values, version=pilot.version)


def field_name(of: str, metric: str) -> str:
    """The input of a bound."""
    return f"{of}_{metric.replace('.', '_')}"


def criteria_fields(pilot: Pilot) -> tuple[CriterionField, ...]:
    """The figures that may be promised for the pilot's task."""
    return tuple(
        CriterionField(metric.replace(".", "_"), name, metric in AT_MOST | LOWER)
        for metric, name in {**METRICS[pilot.task], **REVIEWED}.items()
    )


def gold_rows(
    golds: Sequence[GoldVersion], unit: str, base: str, *, may_edit: bool, is_open: bool
) -> tuple[GoldRow, ...]:
    """The versions of the gold, newest first."""
    return tuple(
        GoldRow(
            number=f"Version {row.number}",
            facts=f"{wording.number(row.items)} items"
            + (
                f" · {wording.number(row.labels)} {wording.plural(unit, row.labels)} · {len(row.classes)} classes"
                if row.labels
                else ""
            ),
            digest=row.identity[:12],
            note=row.note,
            when=wording.day(row.created_at),
            href=f"{base}/files/{row.file_id}" if may_edit else "",
            # adjudication keeps the file and stores what it changed beside it
            file_word="file before adjudication" if row.amendments else "file",
            counts_href=f"{base}/gold/{row.number}.jsonl" if may_edit and row.amendments else "",
            restore_action=f"{base}/gold/{row.number}/restore" if may_edit and is_open and at else "",
            changes=f"Against version {row.number - 1}: {row.changes}" if row.changes else "",
            repairs=tuple(row.repairs[:5]),
        )
        for at, row in enumerate(golds)
    )


def participant_row(
    found: PilotAccess,
    view: CandidateView,
    deliveries: Sequence[Delivery],
    lacking: tuple[str, ...],
    offer: PilotOffer | None,
    base: str,
    *,
    may_edit: bool,
) -> ParticipantRow:
    """One candidate with its deliveries, newest first; addresses only for who may act."""
    shows_prices = found.may_price
    return ParticipantRow(
        name=found.shown(view),
        code=view.candidate.code,
        lacking=", ".join(lacking),
        deliveries=tuple(_delivery(row, base, may_edit) for row in deliveries),
        deliver_href=f"{base}/deliver?candidate={view.candidate.id}" if may_edit else "",
        offer=offer_word(offer) if shows_prices else "",
        offer_href=f"{base}/offers/{view.candidate.id}" if shows_prices and may_edit else "",
    )


def _delivery(row: Delivery, base: str, may_edit: bool) -> DeliveryRow:
    replaced = row.state.value == "replaced"
    facts = (
        f"{wording.number(row.items)} items",
        f"{wording.number(row.labels)} labels",
        f"{row.missing} missing" if row.missing else "",
        f"{row.annotators} annotators" if row.annotators else "annotators not named",
        f"instructions {row.instructions}" if row.instructions else "",
        "repairs accepted" if row.accepts_repairs else "",
    )
    return DeliveryRow(
        round=f"Round {row.round}",
        facts=" · ".join(one for one in facts if one),
        when=wording.day(row.received_at),
        is_replaced=replaced,
        href=f"{base}/files/{row.file_id}" if may_edit else "",
        times_href=f"{base}/files/{row.times_file_id}" if may_edit and row.times_file_id else "",
        remove_action=f"{base}/deliveries/{row.id}/remove" if may_edit and not replaced else "",
        restore_action=f"{base}/deliveries/{row.id}/restore" if may_edit and replaced else "",
        warnings=(*mapping_words(row.mapping), *row.warnings[:6]),
    )


def candidate_options(views: Sequence[CandidateView]) -> tuple[Option, ...]:
    """Who may have delivered."""
    present = [view for view in views if not view.is_out]
    return tuple(Option(str(one.candidate.id), f"{one.candidate.code} {one.name}") for one in present)


def selected(form: FormState, candidate: UUID | None) -> FormState:
    """The form of a delivery with the candidate chosen that the link named."""
    return blank({"candidate_id": candidate, "round": "new"}) if candidate else form
