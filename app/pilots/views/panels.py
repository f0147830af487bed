"""One item drawn side by side: our gold and what each candidate delivered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import shapes_on_item
from app.core.pilots.results import Mark
from app.pilots.service import Outcomes
from app.pilots.views.items import DRAWN, Piece, drawn, named, pieces

PANEL_WIDTH = 360
MOST_LABELS = 8
GOLD = "Gold"


@dataclass(frozen=True, slots=True)
class Panel:
    """What one side says about an item; `labels` are its marks in words, `errors` what is wrong with it."""

    name: str
    chart: Markup | None
    text: tuple[Piece, ...]
    labels: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """One item with its panels; `note` is its stratum, `href` leads to all findings on it."""

    name: str
    href: str
    note: str
    panels: tuple[Panel, ...]


def gold_panel(outcomes: Outcomes, at: int) -> Panel:
    """Our own labels alone."""
    return _panel(GOLD, outcomes, at, outcomes.gold(at), ())


def blind_panel(outcomes: Outcomes, code: str, at: int) -> Panel:
    """What was delivered, alone and without a judgement, under the candidate's code."""
    return _panel(f"Candidate {code}", outcomes, at, outcomes.delivered(code, at), ())


def compared_panel(outcomes: Outcomes, code: str, at: int, name: str) -> Panel:
    """What was delivered over the gold, errors in words."""
    marks = outcomes.marks(code, at)
    counts = Counter(one.error for one in marks if one.error != "ok")
    errors = tuple(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items())
    return _panel(name, outcomes, at, marks, errors)


def side_by_side(
    outcomes: Outcomes, at: int, codes: Sequence[str], names: Mapping[str, str], href: str
) -> DrawnItem:
    """The gold and these candidates on one item."""
    panels = (gold_panel(outcomes, at), *(compared_panel(outcomes, code, at, names[code]) for code in codes))
    return DrawnItem(outcomes.items[at], href, outcomes.stratum(at), panels)


def _panel(name: str, outcomes: Outcomes, at: int, marks: Sequence[Mark], errors: tuple[str, ...]) -> Panel:
    kind, chart = outcomes.kind, None
    if kind in DRAWN:
        title = f"{outcomes.items[at]}, {kind} of {name}"
        chart = shapes_on_item(drawn(marks, kind), outcomes.size(at), title=title, width=PANEL_WIDTH)
    text = pieces(marks, kind, outcomes.text(at))
    if kind == "texts" and name == GOLD:
        text = tuple(Piece(str(one.gold_shape or ""), "") for one in marks)
    elif kind == "texts" and all(one.gold_shape is None for one in marks):
        text = tuple(Piece(str(one.delivered_shape or ""), "") for one in marks)
    return Panel(name, chart, text, _labels(marks, kind, outcomes.text(at), is_gold=name == GOLD), errors)


def _labels(marks: Sequence[Mark], kind: str, text: str, *, is_gold: bool) -> tuple[str, ...]:
    """The classes with how often each stands there; of spans also their words. Texts have none."""
    if kind == "texts":
        return ()
    sides = [(one.gold, one.gold_shape) if is_gold else (one.delivered, one.delivered_shape) for one in marks]
    counts = Counter(named(label, shape, text) for label, shape in sides if label is not None)
    words = [word if count == 1 else f"{word} × {count}" for word, count in counts.items()]
    rest = len(words) - MOST_LABELS
    return tuple(words[:MOST_LABELS]) + ((f"and {rest} more",) if rest > 0 else ())
