"""Cells, weights and gates in words."""

from app.core.numbers import round_half_up, shown_tenths
from app.core.scoring import UNIT, Cell, Criterion, GateOutcome, Levels, Price, Value
from app.core.scoring.spec import Natural
from app.core.scoring.values import natural_ends
from app.kit.wording import interval, number, percent

TENTH = UNIT // 10
STATUS = {
    "verified": ("verified", "ok"),
    "claimed": ("claimed", "warn"),
    "open": ("open", ""),
    "closed_unanswered": ("not answered", "bad"),
    "conflict": ("conflict", "bad"),
}
GATE = {
    "pass": ("met", "ok"),
    "fail": ("not met", "bad"),
    "unknown": ("open", "warn"),
    "waived": ("waived", "info"),
}


def tenths(units: int) -> str:
    """Units of 10⁻⁴ points as points with one decimal."""
    return number(round_half_up(units, TENTH) / 10, 1)


def natural_text(criterion: Criterion, cell: Cell) -> str:
    """A cell's value as people say it, with its range; a dash when there is none."""
    low, mid, high = natural_ends(cell)
    if cell.in_points:
        return f"{plain(mid)} points, ratings from {plain(low)} to {plain(high)}"
    if mid is None and low is None:
        return "–"
    unit = f" {criterion.docs.get('unit')}" if _short_unit(criterion) else ""
    if low is not None and high is not None and low != high:
        shown = (
            f"{plain(mid)} ({plain(low)} to {plain(high)})"
            if mid is not None
            else f"{plain(low)} to {plain(high)}"
        )
        return shown + unit
    return plain(mid) + unit


def _short_unit(criterion: Criterion) -> bool:
    if isinstance(criterion.scale, Levels | Price):
        return False
    return 0 < len(criterion.unit) <= 16 and criterion.unit != "share"


def plain(value: Natural | None) -> str:
    """A natural value: yes and no, level labels without underscores, numbers to four figures."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    return f"{value:,.4g}" if abs(value) < 10_000 else number(value)


def points_text(value: Value) -> str:
    """Points of 100 with their range, as `80 (64–91)`."""
    if value.low == value.high:
        return tenths(value.mid)
    return f"{tenths(value.mid)} ({interval(value.low / UNIT, value.high / UNIT, 1)})"


def share(value: float) -> str:
    """A weight as a percentage: whole where it is whole to a tenth."""
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 0.05 else 1)


def tenth_parts(parts: list[float]) -> list[str]:
    """Points as signed tenths that add up to the rounded sum."""
    return [signed(part) for part in shown_tenths(parts)]


def signed(value: float) -> str:
    """One decimal with its sign; nothing at all for zero."""
    text = number(value, 1)
    return text if value <= 0 else f"+{text}"


def worst_gates(gates: tuple[GateOutcome, ...]) -> list[GateOutcome]:
    """The gates that are not simply met, failing ones first."""
    order = {"fail": 0, "unknown": 1, "waived": 2}
    return sorted((gate for gate in gates if gate.state in order), key=lambda gate: order[gate.state])


def listed(names: list[str]) -> str:
    """Names as a person lists them.

    >>> listed(["DPA", "SOC 2", "NDA"])
    'DPA, SOC 2 and NDA'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
