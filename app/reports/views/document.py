"""Comparison report and pilot report as typed data: ready words and charts for their templates."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from app.kit.pdf.parts import Badge, Fact, Head


@dataclass(frozen=True, slots=True)
class CompareCell:
    """What one candidate has in one row: words, a smaller line below, a state, a chart; any may be empty."""

    text: str = ""
    detail: str = ""
    badge: Badge | None = None
    chart: Markup | None = None


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One line of the comparison; `strong` sets sums and group scores off from their parts."""

    label: str
    detail: str
    cells: tuple[CompareCell, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class CompareSection:
    """Rows of one kind: must-haves, scores by criterion, prices, pilot, certificates."""

    title: str
    caption: str
    rows: tuple[CompareRow, ...]


@dataclass(frozen=True, slots=True)
class CompareColumn:
    """A candidate at the head of a column."""

    name: str
    detail: str
    leader: bool = False


@dataclass(frozen=True, slots=True)
class CompareBlock:
    """As many candidates as stand side by side on a landscape page, with every section for them."""

    columns: tuple[CompareColumn, ...]
    sections: tuple[CompareSection, ...]


@dataclass(frozen=True, slots=True)
class ComparisonDocument:
    """Candidates side by side: the need, the order, then every section block by block."""

    template: ClassVar[str] = "reports/comparison.html"

    head: Head
    summary: str
    ranking: Markup
    contributions: Markup
    blocks: tuple[CompareBlock, ...]
    notes: tuple[str, ...]


def compare_blocks(
    columns: Sequence[CompareColumn], sections: Sequence[CompareSection], *, side_by_side: int = 5
) -> tuple[CompareBlock, ...]:
    """Cut a comparison of many candidates into blocks that fit a landscape page, as even as can be.

    Every row of `sections` holds one cell per column. Sections without rows vanish.
    """
    if not columns:
        return ()
    count = -(-len(columns) // side_by_side)
    ends = [len(columns) * i // count for i in range(count + 1)]
    kept = [s for s in sections if s.rows]
    return tuple(
        CompareBlock(tuple(columns[start:end]), tuple(_cut(s, start, end) for s in kept))
        for start, end in itertools.pairwise(ends)
    )


def _cut(section: CompareSection, start: int, end: int) -> CompareSection:
    rows = tuple(CompareRow(r.label, r.detail, r.cells[start:end], r.strong) for r in section.rows)
    return CompareSection(section.title, section.caption, rows)


@dataclass(frozen=True, slots=True)
class TableCell:
    """A table value; `tint` is a heat class or "", `lower` a smaller second line (an interval, an n)."""

    text: str
    lower: str = ""
    tint: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A named row; `picked` sets it off."""

    name: str
    cells: tuple[TableCell, ...]
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the row; `first` heads that column, `prose` columns hold words."""

    first: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    prose: frozenset[str] = frozenset()


NOTHING = Table("", (), ())


@dataclass(frozen=True, slots=True)
class Outcome:
    """One candidate's deliveries by outcome."""

    name: str
    chart: Markup


@dataclass(frozen=True, slots=True)
class PilotReportDocument:
    """What was done, what was measured with its uncertainty, and how far it can be trusted.

    Without `is_measured` people alone judged: the figures are those of the review. Empty tables are left out.
    """

    template: ClassVar[str] = "reports/pilot_report.html"

    head: Head
    summary: str
    done: tuple[str, ...]
    quality_caption: str
    quality_chart: Markup | None
    quality_note: str
    quality: Table
    pairs_caption: str
    pairs: Table
    pairs_note: str
    classes_caption: str
    classes: Table
    outcomes: tuple[Outcome, ...]
    speed_caption: str
    speed_chart: Markup | None
    speed: Table
    cost_caption: str
    cost: Table
    warnings: tuple[str, ...]
    method: tuple[str, ...]
    plan: tuple[Fact, ...] = ()
    golds: Table = NOTHING
    promises: Table = NOTHING
    mixed: str = ""
    confused: Table = NOTHING
    strata: Table = NOTHING
    cost_note: str = ""
    returns: Table = NOTHING
    review_caption: str = ""
    review_chart: Markup | None = None
    review: Table = NOTHING
    review_pairs: Table = NOTHING
    review_faults: Table = NOTHING
    review_notes: tuple[str, ...] = ()
    is_measured: bool = True
