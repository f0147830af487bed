"""The decision memo as typed data: what the template prints, in the order in which it stands on the page."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from app.kit.pdf.parts import Badge, Figure, Head


@dataclass(frozen=True, slots=True)
class Ask:
    """What the approver is asked for: one sentence with amount, vendor and reserve; the budget; the verdict.

    `order` is the word for the order alone and stands beside a conditional verdict; None otherwise.
    """

    sentence: str
    budget: str
    verdict: Badge
    order: Badge | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the price difference to the runner-up buys: a first sentence in bold, the rest, and the chart."""

    lead: str
    text: str
    notes: tuple[str, ...]
    chart: Markup


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must be true before signature."""

    text: str
    state: Badge
    owner: str
    by: str
    if_missed: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A price at one volume; `expected` marks the volume the decision counts with."""

    text: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One candidate's cost over the period; `picked` is the recommended one."""

    name: str
    picked: bool
    amounts: tuple[Amount, ...]
    fixed: str
    against: str
    budget: Badge
    pay: str


@dataclass(frozen=True, slots=True)
class Money:
    """Cost at low, expected and high volume; `volumes` head the amounts of every row."""

    caption: str
    volumes: tuple[Amount, ...]
    rows: tuple[MoneyRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateRow:
    """One must-have and its state for each candidate of the block."""

    requirement: str
    states: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class GateBlock:
    """Must-haves for as many candidates as stand side by side on the page."""

    candidates: tuple[str, ...]
    rows: tuple[GateRow, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A group score with its tint (`app.charts.heat_class`)."""

    text: str
    tint: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One ranked candidate's scores by group."""

    name: str
    picked: bool
    cells: tuple[HeatCell, ...]
    total: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A candidate below the line, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order: the chart with intervals and first-in share, the group scores, who is excluded and why."""

    caption: str
    chart: Markup
    groups: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PilotRow:
    """One candidate's pilot figures; `cells` follow the summary's columns."""

    name: str
    picked: bool
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PilotSummary:
    """What the pilot measured: forest plot with its reading, and a table of speed, rework and weak spots."""

    caption: str
    chart: Markup
    chart_note: str
    columns: tuple[str, ...]
    rows: tuple[PilotRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """What may go wrong, and what is done about it."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next, and when."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One signature; empty name, decision and date leave room to sign by hand."""

    step: str
    role: str
    name: str
    decision: Badge | None
    date: str
    memo_digest: str


@dataclass(frozen=True, slots=True)
class Governance:
    """The profile and the controls that were on and off, with their consequences for the reader."""

    profile: str
    controls_on: tuple[str, ...]
    controls_off: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemoDocument:
    """The decision memo, two pages for an ordinary decision; every list may be empty or long."""

    template: ClassVar[str] = "reports/memo.html"

    head: Head
    ask: Ask
    difference: Difference | None
    conditions: tuple[Condition, ...]
    money: Money | None
    must_haves: tuple[GateBlock, ...]
    must_have_notes: tuple[str, ...]
    ranking: Ranking | None
    pilot: PilotSummary | None
    give_up: tuple[str, ...]
    risks: tuple[Risk, ...]
    dissent: tuple[str, ...]
    next_steps: tuple[Step, ...]
    approvals: tuple[Approval, ...]
    approvals_caption: str
    governance: Governance
    snapshot: str
    audit_head: str


def gate_blocks(
    candidates: Sequence[str], rows: Sequence[tuple[str, Sequence[Badge]]], *, side_by_side: int = 5
) -> tuple[GateBlock, ...]:
    """Cut requirement × candidate states into blocks that fit a portrait page, as even as can be.

    `rows` are (requirement, one state per candidate). No candidate or no requirement gives no block.
    """
    if not candidates or not rows:
        return ()
    count = -(-len(candidates) // side_by_side)
    ends = [len(candidates) * i // count for i in range(count + 1)]
    return tuple(
        GateBlock(
            tuple(candidates[start:end]),
            tuple(GateRow(requirement, tuple(states[start:end])) for requirement, states in rows),
        )
        for start, end in itertools.pairwise(ends)
    )
