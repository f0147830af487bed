"""What a new recommendation starts with: computed, and open to every change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision

from app.assessment.service import EvaluationAnalysis
from app.decisions.service.sources import Sources

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Leader, runner-up, cost at the expected volume for twelve months, and open must-haves as conditions."""

    selected: UUID | None
    reserve: UUID | None
    amount: int | None
    currency: str
    conditions: tuple[dict[str, Any], ...]


def suggestion(sources: Sources) -> Suggestion:
    """What the figures suggest; our own team is the yardstick and never suggested."""
    selected, reserve = _first_two(sources.analysis)
    amounts = {line.candidate: line.totals[1] for line in sources.money.lines} if sources.money else {}
    currency = sources.money.currency if sources.money else sources.need.currency
    amount = amounts.get(str(selected))
    return Suggestion(
        selected=selected,
        reserve=reserve,
        amount=None if amount is None else _rounded_up(amount, currency),
        currency=currency,
        conditions=conditions_for(sources.analysis, selected),
    )


def _rounded_up(amount: int, currency: str) -> int:
    """To whole units of the currency: what is approved must suffice."""
    scale: int = 10 ** get_currency_precision(currency)
    return -(-amount // scale) * scale


def _first_two(found: EvaluationAnalysis | None) -> tuple[UUID | None, UUID | None]:
    ranked = [
        line.id
        for line in (found.candidates if found else ())
        if line.line.rank is not None and not line.is_in_house
    ]
    first, second, *_ = (*ranked[:2], None, None)
    return first, second


def conditions_for(found: EvaluationAnalysis | None, candidate_id: UUID | None) -> tuple[dict[str, Any], ...]:
    """One condition per must-have of this candidate that is not decided, or that was waived until a day."""
    lines = [line for line in (found.candidates if found else ()) if line.id == candidate_id]
    out = []
    for outcome in lines[0].line.gates if lines else ():
        if outcome.state not in ("unknown", "waived"):
            continue
        until = outcome.waiver.until if outcome.waiver else None
        out.append(
            {
                "text": outcome.name,
                "owner": "",
                "by": until.isoformat() if until else None,
                "if_missed": "",
                "state": "open" if outcome.state == "unknown" else "waived",
            }
        )
    return tuple(out)
