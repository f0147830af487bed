"""What labeling costs in the own house, with everything that usually goes unseen."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Invalid, Problem
from app.core.pilots.cost import Line, Quote

# Name -> (grows with the labels, pays for labelling itself).
LINES: Mapping[str, tuple[bool, bool]] = {
    "wages": (True, True),
    "management": (True, False),
    "review": (True, False),
    "engineers": (False, False),
    "recruiting": (True, False),
    "licences": (True, False),
    "storage": (True, False),
    "upkeep": (False, False),
    "compliance": (False, False),
    "ramp_up": (False, False),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The own desk in a year, minor units: `total`, its lines, and the quote that scales it to other volumes.

    `unknown` names lines nobody stated: they count as nothing, so the true cost is higher and savings are
    larger than shown.
    """

    total: int
    per_label: float
    lines: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    quote: Quote


def baseline(currency: str, labels_per_year: int, yearly: Mapping[str, int | None]) -> Baseline:
    """The baseline from yearly costs in minor units by line (see `LINES`); absent or None is unknown.

    Wages, management, review, recruiting, licences and storage grow with the labels, the others stay. Give
    `baseline(...).quote` to `cost.cost_at` to see the desk at another volume. Raises `Invalid` for unknown
    names, negative costs, no stated line, and labels that are not above 0.
    """
    problems = [
        Problem(name, f"is not a line of the in-house cost; use {', '.join(LINES)}")
        for name in yearly
        if name not in LINES
    ]
    problems += [
        Problem(name, "must not be negative")
        for name, cost in yearly.items()
        if cost is not None and cost < 0
    ]
    stated = {name: cost for name in LINES if (cost := yearly.get(name)) is not None}
    if labels_per_year <= 0:
        problems.append(Problem("labels_per_year", "must be above 0; how many labels does the team make?"))
    if not stated:
        problems.append(Problem("in_house", "state at least one line of what the own team costs"))
    if problems:
        raise Invalid("in_house.broken", problems)
    lines = tuple(_line(name, cost, labels_per_year) for name, cost in stated.items())
    total = sum(stated.values())
    return Baseline(
        total=total,
        per_label=total / labels_per_year,
        lines=tuple(stated.items()),
        unknown=tuple(name for name in LINES if name not in stated),
        quote=Quote(currency, lines),
    )


def _line(name: str, cost: int, labels: int) -> Line:
    grows, labor = LINES[name]
    if grows:
        return Line(name, cost, "label", units=labels, labor=labor)
    return Line(name, cost, "fixed", labor=labor)
