"""An analysis as the JSON document of DESIGN 7.2."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.core.scoring.analysis import Analysis, CandidateResult
from app.core.scoring.benchmark import show_price
from app.core.scoring.lead import lead_of
from app.core.scoring.outlook import rank_views, second_opinion
from app.core.scoring.tornado import tornado
from app.core.scoring.turnaround import SingleChange, Turnaround, turnaround

SCHEMA = "assay/rank@1"
EASIEST = 5


def to_json(analysis: Analysis) -> dict[str, Any]:
    """Plain values: the published keys, then more; points to four decimals, weights as global shares 0–1.

    Beside the contract (DESIGN 7.2), all null or empty where there is nothing to compare:

    - per vendor `rank_acceptability_unknown` and `rank_acceptability_ordered`: as `rank_acceptability`, with
      unknown group weights and with only their order believed.
    - `lead`: leader against second: `groups`, `criteria` in points, `reasons`, `dearer` and `worth` in money.
    - `weight_transfers[]` {from, to, share, leader_after}: weight moved between two groups, 0–1, easiest first.
    - `tornado[]` {vendor, criterion, low, high, turns}: what each cell of leader and second does to the lead.
    - `what_would_have_to_be_true[]` {vendor, rival, gap, possible, single[], fewest[]}, changes as {criterion, has,
      needs, has_points, needs_points}: the easiest five single changes, and the smallest set.
    - `second_opinion[]` {method, about, tau, leader, agrees}.
    - `price` {method, criterion, currency, formula, inputs, rounding, warning, lines[] {vendor, price, points,
      arithmetic}}.
    """
    views = rank_views(analysis)
    published = _published(analysis)
    for vendor in published["vendors"]:
        for key, view in (("unknown", views.unknown), ("ordered", views.ordered)):
            shares = view.get(vendor["id"])
            vendor[f"rank_acceptability_{key}"] = None if shares is None else list(shares)
    lead, price = lead_of(analysis), show_price(analysis)
    return {
        **published,
        "lead": lead and plain(lead),
        "weight_transfers": [
            {"from": move.source, "to": move.target, "share": move.share, "leader_after": move.leader_after}
            for move in analysis.weight_transfers
        ],
        "tornado": [_renamed(swing) for swing in tornado(analysis, lead.leader, lead.second)] if lead else [],
        "what_would_have_to_be_true": [
            _turnaround(turnaround(analysis, line.id)) for line in analysis.candidates if (line.rank or 1) > 1
        ],
        "second_opinion": [
            {key: value for key, value in plain(one).items() if key != "scores"}
            for one in second_opinion(analysis)
        ],
        "price": price and {**plain(price), "lines": [_renamed(line) for line in price.lines]},
    }


def plain(value: Any) -> dict[str, Any]:
    """A flat dataclass as a mapping; tuples and mappings become lists and dicts."""
    found = {}
    for one in fields(value):
        item = getattr(value, one.name)
        item = dict(item) if isinstance(item, Mapping) else item
        found[one.name] = list(item) if isinstance(item, tuple) else item
    return found


def _renamed(value: Any) -> dict[str, Any]:
    """As `plain`, with the file's word for a candidate."""
    return {("vendor" if key == "candidate" else key): item for key, item in plain(value).items()}


def _turnaround(found: Turnaround) -> dict[str, Any]:
    return {
        "vendor": found.candidate,
        "rival": found.rival,
        "gap": round(found.gap, 4),
        "possible": found.possible,
        "single": [_change(change) for change in found.single[:EASIEST]],
        "fewest": [_change(change) for change in found.fewest],
    }


def _change(change: SingleChange) -> dict[str, Any]:
    return {key: value for key, value in plain(change).items() if key not in ("candidate", "rival")}


def _published(analysis: Analysis) -> dict[str, Any]:
    """Exactly the keys of the contract."""
    rate = analysis.exchange_rate
    return {
        "schema": SCHEMA,
        "engine": analysis.engine,
        "seed": analysis.seed,
        "draws": analysis.draws,
        "winner": analysis.winner,
        "verdict": analysis.verdict,
        "order": analysis.order,
        "vendors": [_vendor(line) for line in analysis.candidates],
        "crossovers": [
            {
                "criterion": change.what,
                "weight_now": change.weight_now,
                "weight_at_change": change.weight_at_change,
                "leader_after": change.leader_after,
            }
            for change in analysis.crossovers
        ],
        "winner_maps": {
            name: [{"from": s.start, "to": s.end, "leader": s.leader} for s in segments]
            for name, segments in analysis.winner_maps.items()
        },
        "pairwise": [{"a": pair.a, "b": pair.b, "share": pair.share} for pair in analysis.pairwise],
        "open_questions": [
            {"vendor": question.candidate, "criterion": question.criterion, "value": question.value}
            for question in analysis.open_questions
        ],
        "exchange_rate": rate
        and {"amount": rate.amount, "currency": rate.currency, "per_points": rate.per_points},
        "warnings": list(analysis.warnings),
    }


def _vendor(line: CandidateResult) -> dict[str, Any]:
    return {
        "id": line.id,
        "status": line.status,
        "reason": line.reason,
        "total": line.total,
        "low": line.low,
        "high": line.high,
        "rank": line.rank,
        "best_rank": line.best_rank,
        "worst_rank": line.worst_rank,
        "coverage": line.coverage,
        "contributions": dict(line.contributions),
        "gates": [{"id": gate.id, "state": gate.state, "reason": gate.reason} for gate in line.gates],
        "rank_acceptability": None if line.rank_acceptability is None else list(line.rank_acceptability),
    }
