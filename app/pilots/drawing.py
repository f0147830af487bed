"""Items drawn: outlines and words of our gold and of what candidates delivered, alone or side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from app.charts import DrawnShape, box_ring, shapes_on_item
from app.core.pilots.results import Mark
from app.kit import wording
from app.pilots.service import Outcomes, Scene

DRAWN = frozenset({"boxes", "polygons", "masks"})
PANEL_WIDTH = 360
MOST_LABELS = 8
_SAME_SHAPE = 0.01
GOLD = "Gold"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both, only in the gold (missed), only delivered, or in neither."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What one side says about an item; `labels` are its marks in words, `errors` what is wrong with it."""

    name: str
    chart: Markup | None
    text: tuple[Piece, ...]
    labels: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What was labelled, shown once above what was said about it: source text and image, '' for none."""

    name: str
    text: str
    image: str


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """One item with its panels; `note` is its stratum, `href` leads to all findings on it."""

    name: str
    href: str
    note: str
    exhibit: Exhibit
    panels: tuple[Panel, ...]


def gold_panel(outcomes: Outcomes, at: int) -> Panel:
    """Our own labels alone."""
    return _panel(GOLD, outcomes, at, outcomes.gold(at), ())


def gold_marks(outcomes: Outcomes, at: int) -> list[dict[str, Any]]:
    """Our own labels of an item as plain marks, to be corrected by hand."""
    key = {"boxes": "box", "polygons": "rings", "spans": "span", "texts": "text"}.get(outcomes.kind)
    return [{"label": one.gold or "", **({key: one.gold_shape} if key else {})} for one in outcomes.gold(at)]


def blind_panel(outcomes: Outcomes, code: str, at: int, name: str) -> Panel:
    """What was delivered, alone and without a judgement, under a name that tells nothing."""
    return _panel(name, outcomes, at, outcomes.delivered(code, at), ())


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
    return DrawnItem(outcomes.items[at], href, outcomes.stratum(at), exhibit_of(outcomes, at), panels)


def exhibit_of(outcomes: Outcomes, at: int) -> Exhibit:
    """The item's own text and image, as far as the panels do not draw on them."""
    scene = outcomes.scene(at)
    image = "" if outcomes.kind in DRAWN else scene.image
    return Exhibit(outcomes.items[at], "" if outcomes.text(at) else scene.text, image)


def canvas(
    shapes: Sequence[DrawnShape],
    scene: Scene,
    size: tuple[float, float] | None,
    *,
    title: str,
    width: int = 640,
) -> Markup:
    """Outlines over the item's image; alone where none was sent, or where it is of another shape than the gold says."""
    image = scene.image if scene.size is not None and _fits(scene.size, size) else ""
    return shapes_on_item(shapes, size or scene.size, title=title, width=width, image=image)


def _fits(image: tuple[int, int], size: tuple[float, float] | None) -> bool:
    """Whether outlines in this size lie right on the image: it has the size, or was scaled as a whole. Fractions of an
    image of unknown size (1 x 1) fit any."""
    if size is None or size == (1, 1):
        return True
    return abs(image[0] * size[1] / (image[1] * size[0]) - 1) < _SAME_SHAPE


def _panel(name: str, outcomes: Outcomes, at: int, marks: Sequence[Mark], errors: tuple[str, ...]) -> Panel:
    kind, chart = outcomes.kind, None
    if kind in DRAWN:
        title = f"{outcomes.items[at]}, {kind} of {name}"
        scene, size = outcomes.scene(at), outcomes.size(at)
        chart = canvas(drawn(marks, kind), scene, size, title=title, width=PANEL_WIDTH)
    text = pieces(marks, kind, outcomes.text(at))
    if kind == "texts" and name == GOLD:
        text = tuple(Piece(str(one.gold_shape or ""), "") for one in marks)
    elif kind == "texts" and all(one.gold_shape is None for one in marks):
        text = tuple(Piece(str(one.delivered_shape or ""), "") for one in marks)
    return Panel(name, chart, text, _labels(marks, kind, outcomes.text(at), is_gold=name == GOLD), errors)


def _labels(marks: Sequence[Mark], kind: str, text: str, *, is_gold: bool) -> tuple[str, ...]:
    """The classes of one side; texts have none."""
    return () if kind == "texts" else labels_of(marks, text, is_gold=is_gold)


def labels_of(marks: Sequence[Mark], text: str, *, is_gold: bool = False) -> tuple[str, ...]:
    """The classes with how often each stands there; of spans also their words, of texts the text."""
    sides = [(one.gold, one.gold_shape) if is_gold else (one.delivered, one.delivered_shape) for one in marks]
    counts = Counter(
        named(label, shape, text) for label, shape in sides if label is not None or shape is not None
    )
    words = [word if count == 1 else f"{word} × {count}" for word, count in counts.items()]
    rest = len(words) - MOST_LABELS
    return tuple(words[:MOST_LABELS]) + ((f"and {rest} more",) if rest > 0 else ())


def legend_of(kind: str) -> str:
    """How gold and delivery are told apart on the page."""
    if kind in DRAWN:
        return "gold dashed, delivered solid"
    if kind in ("spans", "texts"):
        return "struck: only in the gold; underlined: only delivered"
    return ""


def drawn(marks: Sequence[Mark], kind: str) -> list[DrawnShape]:
    """The outlines of findings."""
    out = []
    for one in marks:
        if one.gold_shape is not None:
            out.append(DrawnShape(_rings(one.gold_shape, kind), one.gold or "", True, True))
        if one.delivered_shape is not None:
            good = one.error == "ok"
            out.append(DrawnShape(_rings(one.delivered_shape, kind), one.delivered or "", False, good))
    return out


def _rings(shape: Any, kind: str) -> Sequence[Any]:
    return (box_ring(shape),) if kind == "boxes" else shape


def pieces(marks: Sequence[Mark], kind: str, text: str) -> tuple[Piece, ...]:
    """The words of an item, marked where gold and delivery stand."""
    if kind == "texts":
        return tuple(
            piece for one in marks for piece in _compared(one.gold_shape or "", one.delivered_shape or "")
        )
    if kind != "spans" or not text:
        return ()
    return _marked(marks, text)


def _marked(marks: Sequence[Mark], text: str) -> tuple[Piece, ...]:
    """The source text cut where spans begin and end."""
    ours: list[Any] = [one.gold_shape for one in marks if one.gold_shape is not None]
    theirs: list[Any] = [one.delivered_shape for one in marks if one.delivered_shape is not None]
    cuts = sorted({0, len(text), *(int(end) for span in (*ours, *theirs) for end in span)})
    out = []
    for start, end in pairwise(cuts):
        gold = any(int(a) <= start < int(b) for a, b in ours)
        delivered = any(int(a) <= start < int(b) for a, b in theirs)
        where = ("both" if delivered else "gold") if gold else ("delivered" if delivered else "")
        out.append(Piece(text[start:end], where))
    return tuple(out)


def _compared(gold: object, delivered: object) -> list[Piece]:
    """Two texts word by word."""
    ours, theirs = str(gold).split(), str(delivered).split()
    out = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            out.append(Piece(" ".join(ours[a:b]) + " ", ""))
            continue
        if b > a:
            out.append(Piece(" ".join(ours[a:b]) + " ", "gold"))
        if d > c:
            out.append(Piece(" ".join(theirs[c:d]) + " ", "delivered"))
    return out


def named(label: str | None, shape: Any, text: str) -> str:
    """The class, of a span with its words; of a text the text itself."""
    if isinstance(shape, str):
        return _cut(shape)
    if label is None:
        return wording.DASH
    if text and shape is not None and len(shape) == 2:
        return f"{label} “{_cut(text[int(shape[0]) : int(shape[1])])}”"
    return label


def _cut(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159]}…"
