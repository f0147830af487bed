"""Promises, offers and mappings of labels in words."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from babel.numbers import get_currency_precision

from app.charts import Count
from app.core.pilots.statistics import POWER
from app.kit import wording
from app.kit.ui import Fact
from app.pilots.models import Pilot, PilotOffer, PilotTask
from app.pilots.schemas import AT_MOST, LOWER, METRICS, POINTS, REVIEWED, CriterionIn, SizingIn
from app.pilots.service.kept import Kept, PromiseLine

# One colour for each kind of error; the words stand beside them.
ERROR_TONES: Mapping[str, Literal["good", "warn", "bad", "muted", "accent-3", "accent-5"]] = {
    "ok": "good", "loose": "accent-5", "wrong_label": "warn",
    "missing": "bad", "extra": "accent-3", "duplicate": "muted",
}  # fmt: skip


def error_counts_of(errors: Mapping[str, float]) -> list[Count]:
    """What became of labels, for `charts.error_strip`."""
    return [Count(kind.replace("_", " "), round(count), ERROR_TONES[kind]) for kind, count in errors.items()]


def promise_name(task: PilotTask, item: CriterionIn) -> str:
    """What a promise is about; of a single class, the class too."""
    name = {**METRICS[task], **REVIEWED}[item.metric]
    return f"F1 of “{item.label}”" if item.label else name


SHOWN = 6  # labels of a mapping that a line tells


def bounds_of(item: CriterionIn) -> str:
    """A promise in words."""
    word = "at most" if item.metric in AT_MOST | LOWER else "floor"
    parts = [f"target {item.target:g}"] if item.target is not None else []
    return ", ".join([*parts, f"{word} {item.floor:g}"] if item.floor is not None else parts)


def bound_word(line: PromiseLine) -> str:
    """The bound of one line of promises."""
    word = "at most" if line.is_limit and line.of == "floor" else line.of
    return f"{word} {line.bound:g}"


def kept_note(kept: Kept) -> str:
    """What stands below a verdict: the classes it rests on, or how much was judged in which review."""
    told, worst = kept.review, kept.worst
    if told is not None:
        judged = f"{told.judged} of {told.given} judged in blind review {told.number}" if told.number else ""
        return "; ".join(part for part in (judged, told.note if kept.parts else "") if part)
    if worst is None or not worst.label or (len(kept.parts) == 1 and not kept.missed):
        return ""
    if not kept.missed:
        return f"lowest of {len(kept.parts)} classes: {worst.label}"
    names = ", ".join(each.label for each in kept.missed[:SHOWN])
    rest = f" and {len(kept.missed) - SHOWN} more" if len(kept.missed) > SHOWN else ""
    return f"{len(kept.missed)} of {len(kept.parts)} classes: {names}{rest}"


def offer_word(offer: PilotOffer | None) -> str:
    """What a candidate charges, line by line."""
    if offer is None:
        return "no offer yet"
    digits = get_currency_precision(offer.currency)
    parts = [
        f"{_rate(line['amount'] / line['units'] / 10**digits, digits)} {_charged(str(line['per']))}"
        + (" with tiers" if line.get("tiers") else "")
        + (f" plus {line['markup'] / 100:g} %" if line.get("markup") else "")
        for line in offer.lines
    ]
    parts += [
        f"at least {_rate(amount / 10**digits, digits)} {period}"
        for amount, period in ((offer.minimum, "a year"), (offer.monthly_minimum, "a month"))
        if amount
    ]
    return f"{offer.currency} " + ", ".join(parts)


def rate(minor: float | None, currency: str) -> str:
    """An unrounded price per label, in major units with as many decimals as it needs.

    >>> rate(11.8, "USD"), rate(None, "USD"), rate(1234.5, "USD")
    ('0.118', '–', '12.34')
    """
    if minor is None:
        return wording.DASH
    major = minor / 10 ** get_currency_precision(currency)
    return wording.number(major, 2 if major >= 10 else 3 if major >= 0.01 else 5)


def _charged(per: str) -> str:
    return "once" if per == "fixed" else f"per {per.replace('_', ' and ')}"


def _rate(amount: float, digits: int) -> str:
    # An offer may be finer than the smallest coin, never shown coarser: 0.10, but 0.0125.
    exact = f"{amount:,.6f}".rstrip("0").rstrip(".")
    return exact if len(exact.partition(".")[2]) > digits else f"{amount:,.{digits}f}"


def mapping_words(mapping: Mapping[str, str | None]) -> tuple[str, ...]:
    """What a vendor's labels were taken for, in one line or none: ('Car read as car, van dropped',)."""
    told = [
        f"{theirs} dropped" if ours is None else f"{theirs} read as {ours}"
        for theirs, ours in mapping.items()
    ]
    rest = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return (", ".join(told[:SHOWN]) + rest,) if told else ()


def digits_of(metric: str) -> int:
    """Decimals with which a figure is shown: shares with three, points of 100 with one."""
    return 1 if metric in POINTS else 3


def volume_heads(volumes: tuple[int, int, int]) -> tuple[str, ...]:
    """What heads the costs at each volume of the need; names where the need has no volume yet.

    >>> volume_heads((40_000, 50_000, 60_000))[0], volume_heads((0, 0, 0))[1]
    ('40\xa0k a year', 'expected volume')
    """
    if not any(volumes):
        return ("low volume", "expected volume", "high volume")
    return tuple(f"{wording.compact(volume)} a year" for volume in volumes)


def least_words(
    items: int, least: float | None, what: str = "", power: float = POWER, digits: int = 3
) -> str:
    """How small a difference so many items can show, in the same words before a pilot and after it.

    >>> least_words(312, 0.04997), least_words(1, None, "F1"), least_words(90, 0.1, "F1", 0.9)[-55:]
    ('With 312 items, a difference shows reliably (4 times in 5) from 0.050; below that it may be noise.', \
'With 1 item, no difference in F1 can be shown reliably.', '(9 times in 10) from 0.100; below that it may be noise.')
    """
    told = f"With {wording.number(items)} {wording.plural('item', items)},"
    figure = f"difference in {what}" if what else "difference"
    if least is None:
        return f"{told} no {figure} can be shown reliably."
    often = Fraction(power).limit_denominator(100)
    return (
        f"{told} a {figure} shows reliably ({often.numerator} times in {often.denominator}) "
        f"from {wording.number(least, digits)}; below that it may be noise."
    )


def sizing_words(pilot: Pilot) -> tuple[Fact, ...]:
    """The planned size with its assumptions, nothing where none was taken over."""
    if not pilot.sizing:
        return ()
    told = SizingIn.model_validate({name: value for name, value in pilot.sizing.items() if name != "items"})
    why = (
        f"to find a true difference of {told.difference:g} ({100 * told.difference:g} points) between any two of "
        f"{told.vendors} candidates in {told.power:.0%} of such pilots, when they differ on {told.discordant:.0%} of "
        "the items"
    )
    return (Fact("Planned items", wording.number(pilot.sizing["items"]), why),)


def mix_words(pilot: Pilot) -> tuple[Fact, ...]:
    """The production mix as shares, nothing where none was given."""
    whole = sum(pilot.mix.values())
    if not whole:
        return ()
    shares = ", ".join(f"{name} {wording.percent(weight / whole, 1)}" for name, weight in pilot.mix.items())
    return (Fact("In production", shares),)
