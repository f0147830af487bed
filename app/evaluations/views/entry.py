"""The forms of an evaluation: its head, and its need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.evaluations.models import Evaluation
from app.evaluations.views.terms import GOVERNANCE, data_classes, term_names, zones
from app.kit import library
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Option

CURRENCIES = (
    "USD", "EUR", "GBP", "CHF", "JPY", "INR", "CAD", "AUD", "BRL", "CNY", "CZK", "DKK", "HKD", "HUF", "IDR",
    "ILS", "KES", "KRW", "MXN", "MYR", "NGN", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY",
    "TWD", "UAH", "VND", "ZAR",
)  # fmt: skip

# Name, label and hint of each line of what labeling costs in house.
IN_HOUSE = (
    ("wages", "Wages of the labelers", "With social costs, benefits and paid leave."),
    ("management", "Team leads", "Planning, scheduling, one-to-ones."),
    ("review", "Review and rework", "Second looks, corrections, adjudication."),
    ("engineers", "Engineers' time", "Tools, pipelines, exports: hours times their rate."),
    ("recruiting", "Recruiting and training", "Also for those who leave."),
    ("licences", "Licences", "Labeling tool, plug-ins, seats."),
    ("storage", "Storage and transfer", "The share that labeling causes."),
    ("upkeep", "Upkeep of the tool", "Updates, integrations, support."),
    ("compliance", "Compliance", "Audits, access control, secure rooms."),
    ("ramp_up", "Ramp-up", "What is paid before a new labeler is at full speed."),
)
_GROUPS = (
    ("data_types", "Kinds of data"),
    ("techniques", "Techniques"),
    ("industries", "Industries"),
    ("languages", "Languages"),
    ("specialists", "Specialists"),
)


@dataclass(frozen=True, slots=True)
class NewEvaluationPage(Page):
    """Open an evaluation."""

    template: ClassVar[str] = "evaluations/new.html"

    form: FormState
    crumbs: tuple[Crumb, ...]
    governance: tuple[Option, ...]
    zones: tuple[Option, ...]
    earlier: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class EditEvaluationPage(Page):
    """Change an evaluation's head data."""

    template: ClassVar[str] = "evaluations/edit.html"

    frame: EvaluationFrame
    form: FormState
    governance: tuple[Option, ...]
    zones: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """One list of the taxonomy as a folded group of checkboxes."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of what labeling costs in house."""

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class NeedPage(Page):
    """What is to be labelled, how much, by when, under which rules."""

    template: ClassVar[str] = "evaluations/need.html"

    frame: EvaluationFrame
    form: FormState
    groups: tuple[NeedGroup, ...]
    currencies: tuple[Option, ...]
    data_classes: tuple[Option, ...]
    lines: tuple[CostLine, ...]


def new_view(form: FormState, earlier: Sequence[Evaluation]) -> NewEvaluationPage:
    """The form of a new evaluation; `earlier` are those it may be copied from."""
    return NewEvaluationPage(
        title="New evaluation",
        form=form,
        crumbs=(Crumb("Evaluations", "/evaluations"),),
        governance=GOVERNANCE,
        zones=zones(),
        earlier=tuple(Option(str(row.id), f"{row.label} {row.name}") for row in earlier),
    )


def edit_view(form: FormState, frame: EvaluationFrame) -> EditEvaluationPage:
    """The form of the head data."""
    return EditEvaluationPage(f"Edit {frame.name}", frame, form, GOVERNANCE, zones())


def need_view(form: FormState, frame: EvaluationFrame) -> NeedPage:
    """The form of the need; `form` holds money and counts as people type them."""
    return NeedPage(
        title=f"Need of {frame.name}",
        frame=frame,
        form=form,
        groups=tuple(_group(listed, label, form) for listed, label in _GROUPS),
        currencies=_currencies(form.value("currency")),
        data_classes=data_classes(),
        lines=tuple(CostLine(f"in_house.{name}", label, hint) for name, label, hint in IN_HOUSE),
    )


def _group(listed: str, label: str, form: FormState) -> NeedGroup:
    terms = library.taxonomy().terms(listed)
    chosen = form.values(listed)
    options = [Option(term.id, term.name, term.hint) for term in terms.values() if not term.retired]
    options += [Option(value, value) for value in chosen if value not in terms]
    is_open = listed == "techniques" and not chosen  # the need cannot go on without any
    return NeedGroup(listed, label, tuple(options), term_names(listed, chosen), is_open)


def _currencies(chosen: str) -> tuple[Option, ...]:
    codes = CURRENCIES if chosen in CURRENCIES or not chosen else (*CURRENCIES, chosen)
    return tuple(Option(code, code) for code in codes)
