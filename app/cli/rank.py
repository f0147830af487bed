"""`assay rank`: no database."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.files import read_plain
from app.core.errors import Invalid, Problem

if TYPE_CHECKING:
    from app.core.scoring import Analysis, CandidateResult

STATES = {"pass": "✓", "waived": "waived", "unknown": "open", "fail": "✗"}


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(rank)


def rank(
    case: Annotated[Path, typer.Argument(help="A case file, YAML or JSON.", metavar="CASE.yaml")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    draws: Annotated[int, typer.Option(help="Weightings to draw for rank acceptability.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
) -> None:
    """Rank the vendors of a case file and say why, and how sure the order is."""
    from app.core.scoring import analyse, parse_case, to_json

    def library(path: str) -> Any:
        return read_plain(case.parent / path)

    try:
        read = parse_case(read_plain(case), library)
        analysis = analyse(
            read.scorecard,
            read.candidates,
            decision_date=read.decision_date,
            draws=draws,
            seed=seed,
            need=read.need,
        )
    except RecursionError:
        raise Invalid("case.too_deep", [Problem(str(case), "is nested too deeply")]) from None
    if as_json:
        print(json.dumps(to_json(analysis), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _show(analysis)


def _show(analysis: "Analysis") -> None:
    from rich.console import Console
    from rich.markup import escape

    from app.core.scoring import verdict_sentence

    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(f"[bold]{escape(verdict_sentence(analysis))}[/bold]", soft_wrap=True)
    if analysis.candidates:
        console.print(_table(analysis))
    for line in analysis.candidates:
        if line.reason:
            console.print(f"{escape(line.id)}, {line.status}: {escape(line.reason)}", soft_wrap=True)
    if analysis.exchange_rate:
        rate = analysis.exchange_rate
        money = f"{rate.amount:,.6g} {rate.currency or ''}".strip()
        console.print(f"One quality point is worth {money} per label.", soft_wrap=True)
    for change in analysis.crossovers[:3]:
        console.print(
            f"{escape(change.leader_after)} leads when {escape(change.what)} weighs "
            f"{change.weight_at_change:.1%} (now {change.weight_now:.1%}).",
            soft_wrap=True,
        )
    for question in [q for q in analysis.open_questions if q.value > 0][:3]:
        console.print(
            f"Ask next: {escape(question.candidate)}, {escape(question.criterion)} "
            f"(worth {question.value:.2f} points).",
            soft_wrap=True,
        )
    for warning in analysis.warnings:
        console.print(f"Note: {escape(warning)}", soft_wrap=True)
    console.print(f"{analysis.engine}, seed {analysis.seed}, {analysis.draws:,} draws", style="dim")


def _table(analysis: "Analysis") -> Any:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE)
    for heading in ("#", "Vendor", "Score", "Range", "Rank can be", "First in", "Covered", "Must-haves"):
        table.add_column(heading, justify="left" if heading in ("Vendor", "Must-haves") else "right")
    for line in analysis.candidates:
        table.add_row(*(escape(text) for text in _row(line)))
    return table


def _row(line: "CandidateResult") -> tuple[str, ...]:
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
