"""Cost: every pricing model, and the in-house desk, to cost per accepted label at a volume.

A quote is a list of lines; so is the in-house cost with wages, recruiting, management and the rest. Money is
integer minor units of one currency; a price per label may be a fraction of a cent, so a line says how many
units its amount buys. Prices by quantity have a module of their own (`tariff`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats
from app.core.pilots.tariff import Tier, Tiering, charge, charges, tariff_faults
from app.core.resampling import percentile_interval

PER = ("label", "item", "hour", "seat_month", "fixed")
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote: `amount` minor units for every `units` of `per` (see `PER`).

    `labor` marks what pays for labelling itself; set-up, tools and management are not labor. From the
    quantity of each tier on its amount replaces the line's, for what lies above (`graduated`) or for
    everything (`volume`). `minimum` is the least to pay for the line; `markup` is added to costs handed on, in
    hundredths of a percent.
    """

    name: str
    amount: int
    per: str
    units: int = 1
    labor: bool = True
    tiers: tuple[Tier, ...] = ()
    tiering: Tiering = "graduated"
    minimum: int = 0
    markup: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """What one vendor, or the in-house desk, charges.

    `minimum` is the least to pay in all, `monthly_minimum` the least per month of production.
    """

    currency: str
    lines: tuple[Line, ...]
    minimum: int = 0
    monthly_minimum: int = 0


@dataclass(frozen=True, slots=True)
class Volume:
    """The work to buy, as measured in the pilot: items, labels and labelling hours (None: unknown).

    `months` is how long production runs and `seat_hours` what one seat labels in a month; both only matter
    to seat prices.
    """

    name: str
    items: int
    labels_per_item: float
    seconds_per_item: float | None
    months: int = 1
    seat_hours: float = 140.0

    @property
    def labels(self) -> float:
        """Labels delivered at this volume."""
        return self.items * self.labels_per_item

    @property
    def hours(self) -> float | None:
        """Labelling hours at this volume; None where the pilot measured no times."""
        return None if self.seconds_per_item is None else self.items * self.seconds_per_item / 3600


@dataclass(frozen=True, slots=True)
class Share:
    """The share of delivered labels that is accepted, with its interval, 0..1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one volume costs. Totals in minor units; rates per label in minor units, unrounded.

    `per_accepted_low` belongs to the best accept rate of the interval and `per_accepted_high` to the worst;
    a rate is None where nothing is accepted. `pay_per_hour` is the labor paid per labelling hour.
    `lines` holds name and minor units as they add up to `variable` + `fixed`; `topped_up` is what the minimum
    adds. The intervals are those of the share alone, turned round; `cost_interval` also lets labels and seconds per
    item vary.
    """

    volume: str
    currency: str
    total: int
    fixed: int
    variable: int
    topped_up: int
    lines: tuple[tuple[str, int], ...]
    per_label: float
    per_accepted: float | None
    per_accepted_low: float | None
    per_accepted_high: float | None
    fixed_per_accepted: float | None
    variable_per_accepted: float | None
    pay_per_hour: float | None


def cost_at(quote: Quote, volume: Volume, accepted: Share) -> Cost:
    """The cost of `volume` under `quote`, also per accepted label.

    Raises `Invalid` naming every line or number that makes no sense, and prices by the hour or seat where no
    seconds were measured.
    """
    _check(quote, volume, accepted)
    amounts = tuple((line, _amount(line, volume)) for line in quote.lines)
    fixed = sum(amount for line, amount in amounts if line.per == "fixed")
    variable = sum(amount for line, amount in amounts if line.per != "fixed")
    total = max(fixed + variable, quote.minimum, quote.monthly_minimum * volume.months)
    labor = sum(amount for line, amount in amounts if line.labor and line.per != "fixed")
    topped_up = total - fixed - variable

    def rate(money: int, share: float) -> float | None:
        return money / (volume.labels * share) if share > 0 else None

    return Cost(
        volume=volume.name,
        currency=quote.currency,
        total=total,
        fixed=fixed,
        variable=variable,
        topped_up=topped_up,
        lines=tuple((line.name, amount) for line, amount in amounts),
        per_label=total / volume.labels,
        per_accepted=rate(total, accepted.value),
        per_accepted_low=rate(total, accepted.high),
        per_accepted_high=rate(total, accepted.low),
        fixed_per_accepted=rate(fixed + topped_up, accepted.value),
        variable_per_accepted=rate(variable, accepted.value),
        pay_per_hour=labor / volume.hours if volume.hours else None,
    )


def costs(quote: Quote, volumes: Sequence[Volume], accepted: Share) -> tuple[Cost, ...]:
    """The cost at each declared volume (low, expected, high), in the given order."""
    return tuple(cost_at(quote, volume, accepted) for volume in volumes)


def cost_interval(quote: Quote, volume: Volume, drawn: Floats) -> tuple[float, float] | None:
    """The 95 % interval of the cost per accepted label when other items like these had been in the pilot.

    Item bootstrap, percentile: `drawn` is (resamples, 3) labels per item, accepted share and seconds per item of
    the same resampled items, so that a vendor whose hard items cost more and fail more is not flattered. Seconds
    count only where the quote needs them. None where nothing was accepted in some resample. Raises `Invalid` as
    `cost_at` does. Amounts are not rounded to whole minor units here.
    """
    _check(quote, volume, Share(1, 1, 1))
    if not len(drawn) or (drawn[:, :2] <= 0).any():
        return None
    labels = volume.items * drawn[:, 0]
    seconds = drawn[:, 2] if volume.seconds_per_item is not None else np.zeros(len(drawn))
    hours = volume.items * np.nan_to_num(seconds) / 3600
    seats = np.ceil(hours / (volume.seat_hours * volume.months)) * volume.months
    ones = np.ones(len(drawn))
    quantity = {
        "label": labels,
        "item": volume.items * ones,
        "hour": hours,
        "seat_month": seats,
        "fixed": ones,
    }
    total = np.zeros(len(drawn))
    for line in quote.lines:
        exact = charges(quantity[line.per], line.amount, line.tiers, line.tiering, line.units)
        total += np.maximum(exact, line.minimum) * (1 + line.markup / 10_000)
    total = np.maximum(total, max(quote.minimum, quote.monthly_minimum * volume.months))
    return percentile_interval(total / (labels * np.minimum(1.0, drawn[:, 1])))


def _amount(line: Line, volume: Volume) -> int:
    """Minor units of one line at a volume, rounded half up once."""
    quantity = _quantity(line.per, volume)
    exact = charge(quantity, Fraction(line.amount, line.units), line.tiers, line.tiering, line.units)
    return math.floor(max(exact, Fraction(line.minimum)) * Fraction(10_000 + line.markup, 10_000) + _HALF)


def _quantity(per: str, volume: Volume) -> Fraction:
    hours = volume.hours or 0.0
    if per == "label":
        return Fraction(volume.labels)
    if per == "item":
        return Fraction(volume.items)
    if per == "hour":
        return Fraction(hours)
    if per == "seat_month":
        # Seats are whole people, paid for every month of the production.
        return Fraction(math.ceil(hours / (volume.seat_hours * volume.months)) * volume.months)
    return Fraction(1)


def _check(quote: Quote, volume: Volume, accepted: Share) -> None:
    problems = [fault for at, line in enumerate(quote.lines) for fault in _line_faults(at, line, volume)]
    rules = (
        (bool(quote.lines), "lines", "a quote needs at least one price line"),
        (quote.minimum >= 0, "minimum", "must not be negative"),
        (quote.monthly_minimum >= 0, "monthly_minimum", "must not be negative"),
        (volume.items > 0, "items", "must be above 0"),
        (_positive(volume.labels_per_item), "labels_per_item", "must be above 0"),
        (volume.months > 0, "months", "must be above 0"),
        (_positive(volume.seat_hours), "seat_hours", "must be above 0"),
        (volume.seconds_per_item is None or _positive(volume.seconds_per_item), "seconds", "must be above 0"),
        (_is_share(accepted), "accepted", "needs 0 ≤ low ≤ value ≤ high ≤ 1"),
    )
    problems += [Problem(where, message) for fine, where, message in rules if not fine]
    if problems:
        raise Invalid("cost.broken", problems)


def _is_share(one: Share) -> bool:
    return 0 <= one.low <= one.value <= one.high <= 1


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _line_faults(at: int, line: Line, volume: Volume) -> list[Problem]:
    where = f"lines[{at}] ({line.name})"
    rules = (
        (line.per in PER, f"per must be one of {', '.join(PER)}"),
        (line.amount >= 0, "amount must not be negative"),
        (line.units > 0, "units must be above 0"),
        (line.minimum >= 0, "minimum must not be negative"),
        (line.markup >= 0, "markup must not be negative"),
        (not line.tiers or line.per != "fixed", "a fixed amount cannot have tiers"),
        (
            line.per not in {"hour", "seat_month"} or volume.seconds_per_item is not None,
            "a price by the hour or seat needs measured seconds; add a file of times to the pilot",
        ),
    )
    problems = [Problem(where, message) for fine, message in rules if not fine]
    problems += [Problem(where, message) for message in tariff_faults(line.tiers, line.tiering)]
    return problems
