"""What is known about labelers and between vendors, in words: the same in table, document and page."""

from dataclasses import dataclass

from app.core.agreement import Coefficient
from app.core.pilots.accord import Accord
from app.core.pilots.conduct import Accordance, Conduct
from app.core.pilots.learning import WEEKS, Curve
from app.core.pilots.repeats import Bias, SelfAgreement
from app.core.pilots.rounds import Surge
from app.core.pilots.speed import Anomaly

MIN_DOUBLE = 50  # items labelled twice before an agreement says much
_NAMED = 3
_ALIKE = 1.05  # design effect from which answers of one labeler are worth fewer
_REASONS = {
    "constant_answers": "labels vary little: {value:.0%} of what those of the others do",
    "identical_run": "one label {rows} times in a row; by chance at most {limit:.0f}",
    "overlapping": "{rows} items begun before the last one was done",
    "fast_and_wrong": "{value:.0%} of the usual time, and more errors than the others",
    "below_reading_time": "{rows} items done in less time than their text takes to read",
}
_VERDICTS = {
    "faster": "the aim of 30 % less time is reached",
    "slower": "the aim of 30 % less time is not reached",
    "too_early": "too early to say",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to look at an annotator's work, with the items to look at."""

    annotator: str
    text: str
    items: tuple[str, ...]


def flags_of(anomalies: tuple[Anomaly, ...]) -> tuple[Flag, ...]:
    """What was noticed about annotators; single unusual times are left to their own list."""
    return tuple(
        Flag(
            one.annotator or "not named",
            _REASONS[one.kind].format(value=one.value, rows=one.rows, limit=one.limit),
            one.items,
        )
        for one in anomalies
        if one.kind in _REASONS
    )


def facts_of(one: Conduct, likely: float | None = None) -> tuple[tuple[str, str], ...]:
    """What is known of a vendor's labelers, term and text; `likely` is the share of likely true labels."""
    out: list[tuple[str, str]] = []
    if one.pace and one.idle_rows:
        mean = one.pace.mean
        rows = f"{one.idle_rows} {'time' if one.idle_rows == 1 else 'times'} cut"
        out.append(
            (
                "Mean without pauses",
                f"{mean.value:.1f} s ({_span(mean.low, mean.high, 1)}). {one.idle} {rows}.",
            )
        )
    if one.phases:
        figure = one.phases
        text = f"{figure.value:.2f} times the time of each labeler's first quarter"
        out.append(("Training to production", f"{text} ({_span(figure.low, figure.high)})"))
    if one.per_day:
        days = one.per_day
        reach = "" if days.low is None or days.high is None else f" ({_span(days.low, days.high, 0)})"
        many = f"{days.person_days} labeler-{'day' if days.person_days == 1 else 'days'}"
        out.append(("Right labels per labeler and day", f"{days.per_person_day:,.0f}{reach}, {many}"))
    if one.learning:
        out.append(("Learning", _learning(one.learning)))
    if one.likeness and one.likeness.design_effect >= _ALIKE:
        found = one.likeness
        text = (
            f"ICC {found.icc:.2f}: {found.rows:,} answers of {found.labelers} labelers tell as much as "
            f"{found.effective_rows:,.0f} independent ones"
        )
        out.append(("Likeness within labelers", text))
    if one.within:
        out.append(("Double labels", accordance_text(one.within)))
    out += _of_roles(one)
    if one.bias:
        out.append(("Habits", _bias(one.bias)))
    if likely is not None:
        text = f"{likely:.0%} of the labels are the likely truth behind all vendors: relative, not accuracy"
        out.append(("Without the gold", text))
    return tuple(out)


def _span(low: float, high: float, digits: int = 2) -> str:
    return f"{low:,.{digits}f} to {high:,.{digits}f}"


def _learning(one: Curve) -> str:
    reach = "" if one.low is None or one.high is None else f" ({_span(one.low, one.high)})"
    return (
        f"{one.per_doubling - 1:+.0%} time per doubling; week {WEEKS} at {one.week_factor:.2f} of week 1{reach}: "
        f"{_VERDICTS[one.verdict]}. {one.note}"
    )


def accordance_text(one: Accordance) -> str:
    """Percent, alpha and AC1 with intervals, and on how many items they rest."""
    few = ", few" if one.items < MIN_DOUBLE else ""
    return (
        f"{one.percent:.0%} equal, alpha {_coefficient(one.alpha)}, AC1 {_coefficient(one.ac1)}; "
        f"{one.items:,} {'item' if one.items == 1 else 'items'}{few}"
    )


def _coefficient(one: Coefficient) -> str:
    if one.value is None:
        return "not defined"
    return f"{one.value:.2f}" + (
        "" if one.low is None or one.high is None else f" ({_span(one.low, one.high)})"
    )


def _repeats(found: tuple[SelfAgreement, ...]) -> str:
    whole, people = found[0], sorted(found[1:], key=lambda one: (one.share, one.annotator))
    text = f"{whole.share:.0%} got the same answer again ({whole.low:.0%} to {whole.high:.0%}), {whole.repeats} repeats"
    if len(people) > 1:
        text += f"; least: {people[0].annotator} {people[0].share:.0%} of {people[0].repeats}"
    return text


def _of_roles(one: Conduct) -> list[tuple[str, str]]:
    """What hidden repeats and the surge day tell."""
    again = [("Hidden repeats", _repeats(one.repeats))] if one.repeats else []
    return again + ([("Surge day", _surge(one.surge))] if one.surge else [])


def _surge(one: Surge) -> str:
    parts = []
    if one.time:
        parts.append(
            f"{one.time.value:.2f} times the seconds per item ({_span(one.time.low, one.time.high)})"
        )
    if one.drop:
        name, drop = next(iter(one.drop.items()))
        parts.append(f"loss of {name.replace('_', ' ')} {drop.value:+.3f} ({_span(drop.low, drop.high, 3)})")
    many = f"{one.items:,} {'item' if one.items == 1 else 'items'}"
    return "; ".join([*parts, many])


def _bias(found: tuple[Bias, ...]) -> str:
    shown = [
        f"{one.annotator} gives {one.label} too {'often' if one.difference > 0 else 'rarely'} "
        f"({100 * one.difference:+.0f} points)"
        for one in found[:_NAMED]
    ]
    return "; ".join(shown) + (f"; {len(found) - _NAMED} more" if len(found) > _NAMED else "")


def between(one: Accord) -> tuple[tuple[str, str], ...]:
    """What holds between the vendors, term and text."""
    out: list[tuple[str, str]] = []
    if one.test:
        found = one.test
        word = "some vendor differs" if found.p_value < 0.05 else "no difference shows"
        out.append(("All vendors at once", f"{found.method}, p {_p(found.p_value)}: {word}"))
    if one.across:
        out.append(("Agreement between vendors", accordance_text(one.across)))
    if one.suspected:
        first = ", ".join(
            f"{each.item} ({each.gold}, {each.agreeing} of {each.given} say {each.instead})"
            for each in one.suspects[:_NAMED]
        )
        more = f", and {one.suspected - _NAMED} more" if one.suspected > _NAMED else ""
        out.append(("Doubts about the gold", f"two or more vendors agree against it on {first}{more}"))
    return tuple(out)


def _p(value: float) -> str:
    return "under 0.001" if value < 0.001 else f"{value:.3f}"
