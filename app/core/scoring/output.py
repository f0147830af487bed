"""An analysis as the JSON document of DESIGN 7.2."""

from typing import Any

from app.core.scoring.analysis import Analysis, CandidateResult

SCHEMA = "assay/rank@1"


def to_json(analysis: Analysis) -> dict[str, Any]:
    """Plain values with exactly the published keys; points to four decimals, weights as global shares 0–1."""
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
