"""Gold in the making: our label sets held against each other, the disputes, and one dispute drawn side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.charts import DrawnShape
from app.core.pilots.results import Mark
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option, Pager
from app.pilots.drawing import DRAWN, PANEL_WIDTH, Exhibit, Panel, Piece, canvas, drawn, labels_of, pieces
from app.pilots.models import ChoiceKind, GoldChoice, PilotTask
from app.pilots.service import SIDES, Draft, Scene

_FIGURES = {"f1": "F1 between the sets", "wer": "Word error rate between them", "chrf": "chrF between them"}


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute of the list."""

    item: str
    href: str
    sides: tuple[str, ...]
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """How far two of more than two sets agree, figures as text."""

    names: str
    items: str
    share: str
    interval: str
    figure: str
    figure_interval: str


@dataclass(frozen=True, slots=True)
class Take:
    """The button that takes a set's answer; `value` is its key too."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class SetsPage(Page):
    """The form that begins with our label sets: two that are needed and `more` that may be given."""

    template: ClassVar[str] = "pilots/gold_sets.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    hint: str
    accept: str
    more: tuple[Option, ...]
    shows_more: bool
    is_text: bool
    dropped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DraftPage(Page):
    """How far the sets agree, the disputes, and the button that freezes the gold."""

    template: ClassVar[str] = "pilots/gold_draft.html"

    frame: EvaluationFrame
    path: str
    facts: tuple[Fact, ...]
    pairs: tuple[PairRow, ...]
    figure: str
    sides: tuple[str, ...]
    share: float
    progress: str
    rows: tuple[DisputeRow, ...]
    state: str
    states: tuple[Option, ...]
    pager: Pager
    next_href: str
    is_open: bool
    open: int
    frozen: str
    form: FormState
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DisputePage(Page):
    """One dispute, every answer side by side, with the decision's form."""

    template: ClassVar[str] = "pilots/gold_dispute.html"

    frame: EvaluationFrame
    subtitle: str
    share: float
    progress: str
    exhibit: Exhibit
    panels: tuple[Panel, ...]
    form: FormState
    action: str
    undo_action: str
    back: str
    previous_href: str
    next_href: str
    decided: str
    takes: tuple[Take, ...]
    own: str
    hint: str
    classes: tuple[Option, ...]
    is_open: bool


def facts_of(draft: Draft, task: PilotTask) -> tuple[Fact, ...]:
    """Our own agreement in figures."""
    told = draft.row.agreement
    out = [Fact(_named(one.place), one.name) for one in draft.sets]
    if told["share"] is not None:
        bounds = f"{told['low']:.0%} to {told['high']:.0%}, 95 %"
        out.append(
            Fact("Agree on", f"{told['agreed']} of {told['items']} items, {told['share']:.0%}", bounds)
        )
    if len(told["pairs"]) == 1 and (name := figure_of(draft)):
        out.append(Fact(_FIGURES[name], *_figure(told["pairs"][0], name)))
    if (labels := told["labels"]) and labels["alpha"]["value"] is not None:
        alpha = labels["alpha"]
        bounds = wording.interval(alpha["low"], alpha["high"], 2)
        out.append(Fact("Krippendorff alpha", wording.number(alpha["value"], 2), bounds))
    if task in (PilotTask.BOXES, PilotTask.POLYGONS, PilotTask.MASKS):
        out.append(Fact("Same object from", f"overlap {draft.row.iou / 10_000:g}"))
    if draft.row.plain_texts:
        out.append(Fact("Texts", "case and punctuation do not count"))
    return tuple(out)


def _named(place: int) -> str:
    return f"S{SIDES[place][1:]}"


def figure_of(draft: Draft) -> str:
    """The figure that is told of every two sets: the first of ours that the task has, '' for none."""
    known = {name for one in draft.row.agreement["pairs"] for name in one["figures"]}
    return next((name for name in _FIGURES if name in known), "")


def figure_name(draft: Draft) -> str:
    """That figure in words."""
    return _FIGURES.get(figure_of(draft), "")


def pair_rows(draft: Draft) -> tuple[PairRow, ...]:
    """Every two sets; none where there are only two, whose figures stand among the facts."""
    pairs = draft.row.agreement["pairs"]
    return tuple(_pair(one, figure_of(draft)) for one in pairs) if len(pairs) > 1 else ()


def _pair(one: Mapping[str, Any], name: str) -> PairRow:
    known = one["share"] is not None
    figure, bounds = _figure(one, name)
    return PairRow(
        names=f"{_named(one['left'])} and {SIDES[one['right']][4:]}",
        items=f"{one['agreed']} of {one['items']}",
        share=f"{one['share']:.0%}" if known else wording.DASH,
        interval=f"{one['low']:.0%} to {one['high']:.0%}" if known else "no item of both",
        figure=figure,
        figure_interval=bounds,
    )


def _figure(one: Mapping[str, Any], name: str) -> tuple[str, str]:
    found = one["figures"].get(name)
    if found is None:
        return wording.DASH, ""
    digits = 1 if name == "chrf" else 3
    return wording.number(found["value"], digits), wording.interval(found["low"], found["high"], digits)


def sides_of(draft: Draft) -> tuple[str, ...]:
    """The sets as headings."""
    return tuple(_named(one.place) for one in draft.sets)


def takes_of(dispute: Mapping[str, Any]) -> tuple[Take, ...]:
    """A button for every set that answers the item."""
    return tuple(
        Take("abcde"[place], f"Take {SIDES[place]}")
        for place, answer in enumerate(dispute["answers"])
        if answer is not None
    )


def dispute_rows(draft: Draft, places: Sequence[int], path: str) -> tuple[DisputeRow, ...]:
    """Disputes as rows."""
    rows = []
    for at in places:
        one = draft.disputes[at]
        choice = draft.choices.get(one["item"])
        rows.append(
            DisputeRow(
                item=one["item"],
                href=f"{path}/{at}",
                sides=tuple(_words(answer, one.get("text", "")) for answer in one["answers"]),
                word=choice_words(choice) if choice else "open",
                kind="ok" if choice else "warn",
            )
        )
    return tuple(rows)


def _words(answer: Sequence[Mapping[str, Any]] | None, text: str) -> str:
    if answer is None:
        return "no answer"
    return ", ".join(labels_of(_marks(answer), text)) or "nothing"


def choice_words(choice: GoldChoice) -> str:
    """A decision in a few words."""
    if choice.kind is ChoiceKind.TAKE:
        return SIDES[choice.side]
    return "own answer" if choice.kind is ChoiceKind.OWN else "excluded"


def _marks(answer: Sequence[Mapping[str, Any]], odd: Sequence[int] = ()) -> list[Mark]:
    """The marks of a set as they are drawn; the `odd` ones find no equal in some other set."""
    return [
        Mark("loose" if at in odd else "ok", None, one.get("label"), None, None, None, _shape(one))
        for at, one in enumerate(answer)
    ]


def _shape(one: Mapping[str, Any]) -> Any:
    return next((one[key] for key in ("box", "rings", "outline", "span", "text") if key in one), None)


def panels_of(dispute: Mapping[str, Any], kind: str, scene: Scene) -> tuple[Panel, ...]:
    """Every answer side by side."""
    return tuple(
        _panel(name, answer, dispute["odd"][at], dispute, kind, scene)
        for at, (name, answer) in enumerate(zip(SIDES, dispute["answers"], strict=False))
    )


def _panel(
    name: str,
    answer: Sequence[Mapping[str, Any]] | None,
    odd: Sequence[int],
    dispute: Mapping[str, Any],
    kind: str,
    scene: Scene,
) -> Panel:
    marks, text = _marks(answer or (), odd), dispute.get("text") or scene.text
    chart = None
    if kind in DRAWN:
        shapes: Sequence[DrawnShape] = drawn(marks, kind)
        size = dispute.get("size")
        title = f"{dispute['item']}, {kind} of {name}"
        chart = canvas(shapes, scene, (size[0], size[1]) if size else None, title=title, width=PANEL_WIDTH)
    words = tuple(Piece(str(one.delivered_shape), "") for one in marks) if kind == "texts" else ()
    errors = ("no answer",) if answer is None else ()
    if odd and kind in DRAWN:
        errors = (f"{len(odd)} of {len(marks)} {'differs' if len(odd) == 1 else 'differ'}",)
    labels = () if kind == "texts" else labels_of(marks, text)
    return Panel(f"{name[0].upper()}{name[1:]}", chart, words or pieces(marks, kind, text), labels, errors)
