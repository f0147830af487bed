"""What was promised and how it was kept, on the results page."""

from dataclasses import dataclass

from app.kit import wording
from app.pilots.schemas import AT_MOST
from app.pilots.service import Kept, PilotComparison, PromiseLine, promise_lines
from app.pilots.views.links import Links
from app.pilots.wording import bound_word, digits_of, kept_note


@dataclass(frozen=True, slots=True)
class PromiseCell:
    """What one candidate made of a promise: figure, interval, verdict, and what lies behind it."""

    value: str
    interval: str
    word: str
    kind: str
    note: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One bound of a promise, a cell per candidate in the order of the main table."""

    name: str
    bound: str
    source: str
    cells: tuple[PromiseCell, ...]


def promise_rows(found: PilotComparison, to: Links) -> tuple[PromiseRow, ...]:
    """Every bound that was promised; none where nothing was."""
    return tuple(
        PromiseRow(
            name=line.name,
            bound=bound_word(line),
            source=line.source,
            cells=tuple(_cell(line, one.code, line.kept[one.code], to) for one in found.candidates),
        )
        for line in promise_lines(found)
    )


def _cell(line: PromiseLine, code: str, kept: Kept, to: Links) -> PromiseCell:
    worst, digits = kept.worst, digits_of(line.item.metric)
    sure = worst is not None and worst.sure
    kind = "" if worst is None else "ok" if not kept.missed else "bad" if sure else "warn"
    return PromiseCell(
        value=wording.number(worst.value, digits) if worst else "",
        interval=wording.interval(worst.low, worst.high, digits) if worst and worst.low is not None else "",
        word=f"{kept.word}, may be chance" if worst and not sure and len(kept.parts) == 1 else kept.word,
        kind=kind,
        note=kept_note(kept),
        href=_behind(line, code, kept, to),
        label=f"{line.name}: what lies behind it",
    )


def _behind(line: PromiseLine, code: str, kept: Kept, to: Links) -> str:
    if kept.review is not None:
        key = kept.review.review_id
        return f"{to.base}/review/{key}" if key else f"{to.base}/review"
    worst = kept.worst
    if worst is None:
        return ""
    if worst.label:
        return to.items(candidate=code, kind="error", label=worst.label)
    return to.items(candidate=code, kind=line.item.metric if line.item.metric in AT_MOST else "error")
