"""The comparison as one JSON document, `assay/pilot-compare@1`: the contract of the command line."""

from dataclasses import asdict
from typing import Any

from app.core.pilots.findings import top_confusions
from app.core.pilots.results import Comparison, Estimate, Pair, VendorResult

SCHEMA = "assay/pilot-compare@1"


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Plain values with exactly the keys of the contract; null where a figure is unknown."""
    return {
        "schema": SCHEMA,
        "task": comparison.task,
        "items": len(comparison.items),
        "vendors": [_vendor(one) for one in comparison.vendors],
        "pairs": [_pair(one) for one in comparison.pairs],
        "groups": [list(group) for group in comparison.groups],
        "probability_best": dict(comparison.probability_best),
        "minimum_detectable_difference": comparison.minimum_detectable_difference,
        "settings": {
            "seed": comparison.seed,
            "resamples": comparison.resamples,
            "iou": comparison.iou,
            "mix": dict(comparison.mix),
            "versions": dict(comparison.versions),
        },
        "repairs": list(comparison.repairs),
        "warnings": list(comparison.warnings),
    }


def _vendor(one: VendorResult) -> dict[str, Any]:
    seconds = one.seconds
    return {
        "name": one.name,
        "items": one.items,
        "missing": one.missing,
        "annotators": one.annotators,
        **{name: asdict(estimate) for name, estimate in one.metrics.items()},
        "delivered_only": {name: _interval(each) for name, each in one.delivered_only.items()},
        **({"standardised": _interval(one.standardised)} if one.standardised else {}),
        "tp": one.tp,
        "fp": one.fp,
        "fn": one.fn,
        "errors": dict(one.errors),
        "by_class": {name: asdict(score) for name, score in one.by_class.items()},
        "by_stratum": {name: asdict(each) for name, each in one.strata.items()},
        "by_size": {name: asdict(each) for name, each in one.sizes.items()},
        "confusion": [asdict(cell) for cell in one.confusion],
        "top_pairs": [asdict(cell) for cell in top_confusions(one.confusion)],
        "seconds": {
            "mean": seconds.mean if seconds else None,
            "median": seconds.median if seconds else None,
            "geometric_mean": seconds.geometric_mean if seconds else None,
        },
        "anomalies": [asdict(anomaly) for anomaly in one.anomalies],
    }


def _interval(one: Estimate) -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _pair(one: Pair) -> dict[str, Any]:
    return {
        "a": one.a,
        "b": one.b,
        "metric": one.metric,
        "difference": {"value": one.value, "low": one.low, "high": one.high},
        "p_value": one.p_value,
        "p_adjusted": one.p_adjusted,
        "distinguishable": one.distinguishable,
    }
