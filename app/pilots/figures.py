"""Parts of a comparison that the results page and the reports above both show."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import get_currency_precision
from markupsafe import Markup

from app.charts import Series, line_chart
from app.core.pilots.returns import Returns
from app.kit import wording
from app.pilots.service import PilotComparison


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What a year with one candidate returns against our own team, as text."""

    name: str
    saving: str
    saving_range: str
    roi: str
    roi_range: str
    points: str
    points_range: str
    errors: str
    payback: str


def return_rows(found: PilotComparison, names: Mapping[str, str]) -> tuple[ReturnRow, ...]:
    """The candidates whose return against our own team is known."""
    return tuple(
        _return(one.returns, names[one.code], found.currency) for one in found.candidates if one.returns
    )


def _return(one: Returns, name: str, currency: str) -> ReturnRow:
    saving, roi, points = one.saving, one.roi, one.points
    return ReturnRow(
        name=name,
        saving=_whole(saving.value, currency),
        saving_range=f"{_whole(saving.low, currency)} … {_whole(saving.high, currency)}",
        roi=wording.percent(roi.value),
        roi_range=f"{wording.percent(roi.low)} … {wording.percent(roi.high)}",
        points=wording.signed(100 * points.value, 1),
        points_range=wording.interval(100 * points.low, 100 * points.high, 1),
        errors=wording.signed(one.fewer_errors.value),
        payback=_payback(one),
    )


def _whole(minor: float, currency: str) -> str:
    """Money of a year, to whole units: the range is wider than a cent."""
    return f"{currency} {wording.number(minor / 10 ** get_currency_precision(currency))}"


def _payback(one: Returns) -> str:
    if one.payback_months is None:
        return "never"
    return f"{wording.number(one.payback_months, 1)} months" if one.payback_months else "nothing to pay back"


def learning_chart(found: PilotComparison, names: Mapping[str, str], width: int = 560) -> Markup | None:
    """Median seconds as the work went on; None where the order of the work is not known."""
    series = [Series(names[one.code], one.practice) for one in found.candidates if one.practice]
    if not series:
        return None
    return line_chart(
        series, title="Seconds as the work went on", x_name="items a labeler has done", y_name="median seconds",
        width=width, height=190,
    )  # fmt: skip
