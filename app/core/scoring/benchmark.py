"""The price method of a result, opened up: formula, inputs, rounding, each candidate's arithmetic, and its inverse."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.core.numbers import exact
from app.core.scoring.analysis import Analysis, CandidateResult
from app.core.scoring.price import RELATIVE, value_slope
from app.core.scoring.spec import Price
from app.core.scoring.values import FULL, UNIT, Value
from app.core.scoring.weights import weights_of

FORMULAS: Mapping[str, str] = {
    "absolute_linear": "100 × (cap − price) ÷ (cap − target), not below 0 and not above 100",
    "lowest_price_ratio": "100 × lowest price ÷ price",
    "award_on_value": "100 − s × (price − lowest price), s = (1 − w) ÷ (w × points worth), w the price's weight",
    "price_per_quality_point": "100 × (quality ÷ price) ÷ best (quality ÷ price), as the total",
    "lowest_price_technically_acceptable": "100 × lowest price ÷ price, as the total",
}
ROUNDING = "to 0.0001 points, halves upwards; everything before is exact"


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One candidate: its price, the points it got for it (0–100; award_on_value may go below), and why.

    `price` None: no price is on the table. Under price_per_quality_point `points` is the total.
    """

    candidate: str
    price: float | None
    points: float | None
    arithmetic: str


@dataclass(frozen=True, slots=True)
class PriceShown:
    """How prices became points: `inputs` are the figures of the formula by name; `warning` None when the points
    of nobody depend on another's price."""

    method: str
    criterion: str
    currency: str | None
    formula: str
    inputs: Mapping[str, float]
    rounding: str
    warning: str | None
    lines: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a relative method measures against: the lowest eligible price, None when nobody eligible named one."""

    method: str
    lowest: Fraction | None
    slope: Fraction | None

    def price_at(self, points: int) -> Fraction | None:
        """The price worth `points` units while the lowest price stands; None when no price is."""
        if self.lowest is None:
            return None
        if self.slope is not None:
            found = self.lowest + Fraction((FULL - points) * 100, FULL) / self.slope
            return found if found >= 0 else None
        if points <= 0 or self.method == "price_per_quality_point":
            return None
        return self.lowest * FULL / points

    def undercutting(self, rest: Fraction, rival: Fraction) -> Fraction | None:
        """The price x under all others at which `rest` units, short of 100 points and of what the rival loses, is 0.

        `rest` is the distance of the totals over the price's weight, without both price points. The candidate
        then has 100 points and the rival, whose price is `rival`, only what its price is worth beside x. None
        when x is not under the lowest price.
        """
        by_ratio = (rest + FULL) * rival / FULL
        found = by_ratio if self.slope is None else rival + rest * 100 / (FULL * self.slope)
        return found if self.lowest is not None and found <= self.lowest else None


def benchmark_of(analysis: Analysis) -> Benchmark | None:
    """The benchmark of a relative price method; None under absolute_linear and without a price."""
    criterion = analysis.scorecard.price
    if criterion is None or not isinstance(criterion.scale, Price):
        return None
    scale = criterion.scale
    if scale.method not in RELATIVE:
        return None
    offers = [
        price
        for line in analysis.candidates
        if line.status != "excluded" and (price := _natural(line.cells[criterion.id])) is not None
    ]
    award = scale.method == "award_on_value"
    slope = value_slope(analysis.scorecard, weights_of(analysis.scorecard), scale) if award else None
    return Benchmark(scale.method, min(offers, default=None), slope)


def show_price(analysis: Analysis) -> PriceShown | None:
    """Formula, inputs, rounding and every candidate's arithmetic, for a page to print; None without a price."""
    criterion = analysis.scorecard.price
    if criterion is None or not isinstance(criterion.scale, Price):
        return None
    scale, benchmark = criterion.scale, benchmark_of(analysis)
    return PriceShown(
        method=scale.method,
        criterion=criterion.id,
        currency=scale.currency,
        formula=FORMULAS[scale.method],
        inputs=_inputs(analysis, scale, benchmark),
        rounding=ROUNDING,
        warning=RELATIVE.get(scale.method),
        lines=tuple(_line(analysis, line, criterion.id, benchmark) for line in analysis.candidates),
    )


def _natural(value: Value) -> Fraction | None:
    return exact(value.natural) if isinstance(value.natural, int | float) else None


def _inputs(analysis: Analysis, scale: Price, benchmark: Benchmark | None) -> dict[str, float]:
    named = {
        "target": scale.target,
        "cap": scale.cap,
        "points worth": scale.points_worth,
        "quality minimum": scale.quality_minimum,
    }
    found = {name: float(value) for name, value in named.items() if value is not None}
    if benchmark and benchmark.lowest is not None and scale.method != "price_per_quality_point":
        found["lowest price"] = float(benchmark.lowest)
    if benchmark and benchmark.slope is not None and analysis.scorecard.price:
        found["weight of the price"] = analysis.weights[analysis.scorecard.price.id]
        found["s"] = float(benchmark.slope)
    return found


def _line(
    analysis: Analysis, line: CandidateResult, criterion: str, benchmark: Benchmark | None
) -> PriceLine:
    value = line.cells[criterion]
    price = _natural(value)
    if price is None:
        words = {
            "closed_unanswered": "asked and not answered: 0 points",
            "conflict": "the evidence conflicts",
        }
        said = words.get(value.status, "no price yet: 0 to 100 points, 50 in the middle")
        return PriceLine(line.id, None, value.mid / UNIT, said)
    if benchmark and benchmark.method == "price_per_quality_point":
        said = "not ranked" if line.total is None else _per_point(analysis, line, price)
        return PriceLine(line.id, float(price), line.total, said)
    claimed = "; a claim, of which three quarters count" if value.status == "claimed" else ""
    said = f"{_arithmetic(analysis, benchmark, price)} = {value.mid / UNIT:.4f}{claimed}"
    return PriceLine(line.id, float(price), value.mid / UNIT, said)


def _per_point(analysis: Analysis, line: CandidateResult, price: Fraction) -> str:
    board = analysis.board
    quality = Fraction(
        sum(
            part * line.cells[name].mid
            for part, name in zip(board.weights.parts, board.criteria, strict=True)
        ),
        board.weights.whole * UNIT,
    )
    total = f"total {line.total:.4f}"
    return f"quality {float(quality):.4f} ÷ price {_figure(price)}: {total}"


def _arithmetic(analysis: Analysis, benchmark: Benchmark | None, price: Fraction) -> str:
    if benchmark is None:
        criterion = analysis.scorecard.price
        assert criterion is not None  # noqa: S101  (the caller has seen it)
        scale = criterion.scale
        assert isinstance(scale, Price)  # noqa: S101
        assert scale.cap is not None  # noqa: S101  (a case without it is not analysed)
        assert scale.target is not None  # noqa: S101
        cap, target = _figure(exact(scale.cap)), _figure(exact(scale.target))
        return f"100 × ({cap} − {_figure(price)}) ÷ ({cap} − {target}), kept in 0 to 100"
    if benchmark.lowest is None:
        return "no eligible price to compare with"
    if benchmark.slope is not None:
        return f"100 − {float(benchmark.slope):.6g} × ({_figure(price)} − {_figure(benchmark.lowest)})"
    if price <= benchmark.lowest:
        return "the lowest price"
    return f"100 × {_figure(benchmark.lowest)} ÷ {_figure(price)}"


def _figure(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"
