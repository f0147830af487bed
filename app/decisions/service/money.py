"""What each candidate costs a year, from offers where there are some."""

from collections.abc import Sequence
from typing import Any

from babel.numbers import get_currency_precision

from app.assessment.service import EvaluationAnalysis
from app.decisions.schemas.record import MoneyLine, MoneyTable
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit import wording
from app.pilots.service import CandidateResult, PilotComparison

PER_LABEL = "price per accepted label times the volume; no offer with its lines is on file"


def money_part(
    views: Sequence[CandidateView],
    need: NeedIn,
    analysis: EvaluationAnalysis | None,
    found: PilotComparison | None,
) -> MoneyTable | None:
    """Cost a year at the need's three volumes: from the pilot's offers, else the scored price per label times the
    volume; None when no candidate has a price. In the currency of the offers, else of the need."""
    currency = found.currency if found else need.currency
    measured = {one.candidate_id: one for one in found.candidates} if found else {}
    lines = tuple(_line(view, need, analysis, measured.get(view.candidate.id), currency) for view in views)
    if all(line.totals[1] is None and not line.note for line in lines):
        return None
    return MoneyTable(currency=currency, lines=lines)


def _line(
    view: CandidateView,
    need: NeedIn,
    analysis: EvaluationAnalysis | None,
    measured: CandidateResult | None,
    currency: str,
) -> MoneyLine:
    key = str(view.candidate.id)
    if measured is not None and measured.costs:
        low, expected, high = measured.costs
        return MoneyLine(
            candidate=key,
            totals=(low.total, expected.total, high.total),
            fixed=expected.fixed,
            per_accepted=expected.per_accepted,
            pay_per_hour=expected.pay_per_hour,
            note="",
        )
    price = _scored_price(analysis, view, currency)
    if price is not None and need.volume:
        at_low, at_expected, at_high = (round(price * volume) for volume in need.volumes)
        return MoneyLine(
            candidate=key,
            totals=(at_low, at_expected, at_high),
            fixed=None,
            per_accepted=price,
            pay_per_hour=None,
            note=PER_LABEL,
        )
    return MoneyLine(
        candidate=key,
        totals=(None, None, None),
        fixed=None,
        per_accepted=None,
        pay_per_hour=None,
        note=_today(need) if view.is_in_house else measured.price_note if measured else "",
    )


def _today(need: NeedIn) -> str:
    """What the in-house team costs now, as the need says it: not extrapolated to another volume."""
    today = need.in_house
    if not today.total:
        return ""
    labels = f" for {wording.number(today.labels_per_year)} labels" if today.labels_per_year else ""
    return f"costs {wording.money(today.total, need.currency)} a year today{labels}"


def _scored_price(analysis: EvaluationAnalysis | None, view: CandidateView, currency: str) -> float | None:
    """The price per label that was scored, in minor units; None when it is unknown or in another currency."""
    price = analysis.analysis.scorecard.price if analysis else None
    if analysis is None or price is None:
        return None
    cell = analysis.cells.get((view.candidate.id, price.id))
    value = cell.value.natural if cell else None
    scale: Any = price.scale
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if scale.currency not in (None, currency):
        return None
    return float(value * 10 ** get_currency_precision(currency))
