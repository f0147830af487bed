"""The readable answer of `assay rank`: the ranking as a table, then what it rests on, section by section."""

import sys
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.core.scoring import (
    Analysis,
    CandidateResult,
    describe,
    rank_views,
    second_opinion,
    show_price,
    tornado,
    turnaround,
    verdict_sentence,
)

STATES = {"pass": "✓", "waived": "waived", "unknown": "open", "fail": "✗"}
WORTH_ASKING = 0.005  # points; less prints as 0.00
NAMED = 3  # candidates and figures per section
CHANCES = 10  # rows of the rank acceptability


def show(analysis: Analysis) -> None:
    """Print everything; plain text when stdout is no terminal."""
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 120)

    def say(text: str, style: str = "") -> None:
        # Text is never markup: a vendor may be called "[b]".
        console.print(Text(text, style), soft_wrap=True)

    say(verdict_sentence(analysis), "bold")
    if analysis.candidates:
        console.print(_ranking(analysis))
    for line in analysis.candidates:
        if line.reason:
            say(f"{line.id}, {line.status}: {line.reason}")
    if len(analysis.candidates) > 1 and analysis.draws and analysis.leader:
        console.print(_chances(analysis))
    sections = (
        ("What would have to be true", _turnarounds(analysis)),
        ("What would change the leader", _weights(analysis)),
        ("What moves the lead most", _swings(analysis)),
        ("Ask next", _questions(analysis)),
        ("Second opinion", _opinions(analysis)),
        ("Price", _prices(analysis)),
        ("Notes", (f"{warning[:1].upper()}{warning[1:]}." for warning in analysis.warnings)),
    )
    for heading, lines in sections:
        for i, text in enumerate(lines):
            if i == 0:
                say(f"\n{heading}", "bold")
            say(f"  {text}")
    say(f"\n{analysis.engine}, seed {analysis.seed}, {analysis.draws:,} draws", "dim")


def _table(title: str | None, headings: tuple[str, ...], left: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE, title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in left else "right")
    return table


def _ranking(analysis: Analysis) -> Table:
    headings = ("#", "Vendor", "Score", "Range", "Rank can be", "First in", "Covered", "Must-haves")
    table = _table(None, headings, ("Vendor", "Must-haves"))
    for line in analysis.candidates:
        table.add_row(*(Text(text) for text in _row(line)))
    return table


def _row(line: CandidateResult) -> tuple[str, ...]:
    gates = ", ".join(f"{gate.id} {STATES[gate.state]}" for gate in line.gates) or "none"
    covered = f"{line.coverage:.0%}"
    if line.low is None or line.high is None:
        return ("–", line.id, "excluded", "", "", "", covered, gates)
    ranks = (
        f"{line.best_rank}–{line.worst_rank}" if line.best_rank != line.worst_rank else f"{line.best_rank}"
    )
    first = f"{line.rank_acceptability[0]:.0%}" if line.rank_acceptability else ""
    total = "no score" if line.total is None else f"{line.total:.1f}"
    span = f"{line.low:.1f}–{line.high:.1f}"
    return (str(line.rank or "–"), line.id, total, span, ranks, first, covered, gates)


def _chances(analysis: Analysis) -> Table:
    """How often each candidate is first, and its usual ranks, in three views of the weights."""
    views = rank_views(analysis)
    headings = ("Vendor", "weights unknown", "order of importance", "near the stated")
    table = _table("First in how many of the weightings", headings, ("Vendor",))
    for name in list(views.near)[:CHANCES]:
        shares = (views.unknown[name], views.ordered[name], views.near[name])
        table.add_row(Text(name), *(f"{share[0]:.0%}" for share in shares))
    return table


def _units(analysis: Analysis) -> dict[str, str]:
    price = analysis.scorecard.price
    found = {criterion.id: criterion.unit for criterion in analysis.scorecard.criteria}
    if price and analysis.exchange_rate and analysis.exchange_rate.currency and not price.unit:
        found[price.id] = analysis.exchange_rate.currency
    return found


def _turnarounds(analysis: Analysis) -> Iterator[str]:
    """For the best ranked after the leader: one change that is enough, or the fewest."""
    units = _units(analysis)
    behind = [line for line in analysis.candidates if line.rank is not None and line.id != analysis.leader]
    for line in behind[:NAMED]:
        found = turnaround(analysis, line.id)
        start = f"{line.id} is level with {found.rival}"
        if found.gap <= 0:
            yield f"{start} already."
        elif found.single:
            said = " or ".join(describe(change, units[change.criterion]) for change in found.single[:NAMED])
            yield f"{start} with one change: {said}."
        elif found.fewest:
            said = " and ".join(describe(change, units[change.criterion]) for change in found.fewest)
            yield f"{start} only with {len(found.fewest)} changes together (no single one is enough): {said}."
        else:
            yield f"No change of its own cells is known that brings {line.id} level with {found.rival}."


def _weights(analysis: Analysis) -> Iterator[str]:
    for change in analysis.crossovers[:NAMED]:
        yield (
            f"{change.leader_after} leads when {change.what} weighs {change.weight_at_change:.1%} "
            f"(now {change.weight_now:.1%})."
        )
    for move in analysis.weight_transfers[:NAMED]:
        yield (
            f"{move.leader_after} leads when {move.share:.1%} of all weight moves from {move.source} "
            f"to {move.target}."
        )


def _swings(analysis: Analysis) -> Iterator[str]:
    scored = [line.id for line in analysis.candidates if line.rank is not None]
    if len(scored) < 2:
        return
    for swing in tornado(analysis, scored[0], scored[1])[:NAMED]:
        turns = f"; alone it can put {scored[1]} ahead" if swing.turns else ""
        yield f"{swing.candidate}, {swing.criterion}: {swing.low:+.1f} to {swing.high:+.1f} points{turns}."


def _questions(analysis: Analysis) -> Iterator[str]:
    for question in [q for q in analysis.open_questions if q.value >= WORTH_ASKING][:NAMED]:
        yield (
            f"{question.candidate}, {question.criterion} ({question.status}): knowing it is worth "
            f"{question.value:.2f} points."
        )


def _opinions(analysis: Analysis) -> Iterator[str]:
    for one in second_opinion(analysis):
        same = "the same leader" if one.agrees else f"{one.leader} would lead"
        order = "no order to compare" if one.tau is None else f"τ {one.tau:.2f} with this ranking"
        yield f"{one.method} ({one.about}): {same}, {order}."


def _prices(analysis: Analysis) -> Iterator[str]:
    shown = show_price(analysis)
    if shown is None:
        return
    inputs = ", ".join(f"{name} {value:,.6g}" for name, value in shown.inputs.items())
    yield f"{shown.method}: {shown.formula}{f' ({inputs})' if inputs else ''}, rounded {shown.rounding}."
    for line in shown.lines[:CHANCES]:
        yield f"{line.candidate}: {line.arithmetic}."
    if analysis.exchange_rate:
        rate = analysis.exchange_rate
        money = f"{rate.amount:,.6g} {rate.currency or ''}".strip()
        yield f"One quality point is worth {money} per label."
