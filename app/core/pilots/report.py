"""The comparison as one JSON document, `assay/pilot-compare@1`: the contract of the command line.

The keys of the contract never change. Beside them stand, of each vendor: `delivered_only`, `standardised`,
`by_stratum`, `by_size`, `top_pairs`; `pace` (mean, median and geometric mean of the seconds with intervals once
idle gaps are cut, the `rule` in words, how many `rows_cut`); `phases` (time of each labeler's later work over that
of the first quarter); `per_person_day` (right labels of a labeler and day); `learning` (a power law and its
projection, an extrapolation); `likeness` (intraclass correlation and design effect of labelers); `within`
(agreement of double labels); `repeats` (a labeler with himself on hidden repeats, annotator "" for all);
`consistency` (the task's figures of his second answers against the first ones); `surge` (time and loss of every
figure on the day of double volume);
`bias` (classes a labeler uses too often or too rarely). Of each pair: `p_holm`. Of the whole: `global_test`,
`across` (agreement between vendors), `agreement_pairs`, `likely` (Dawid and Skene, relative, not accuracy) and
`gold_suspects` with the number `suspected`. An anomaly has `kind`, `annotator`, `items`, `rows`, `value`,
`limit`; of a single time also `item`, `seconds`, `tail` and `z`. What is not known is null or empty.
"""

from dataclasses import asdict
from typing import Any

from app.core.pilots.accord import Accord
from app.core.pilots.conduct import Conduct
from app.core.pilots.findings import top_confusions
from app.core.pilots.results import Comparison, Estimate, Pair, VendorResult

SCHEMA = "assay/pilot-compare@1"


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Plain values with the keys of the contract and those beside it; null where a figure is unknown."""
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
        **_accord(comparison.accord),
    }


def _accord(one: Accord) -> dict[str, Any]:
    return {
        "global_test": asdict(one.test) if one.test else None,
        "across": asdict(one.across) if one.across else None,
        "agreement_pairs": [asdict(pair) for pair in one.pairs],
        "likely": {"note": one.note, "accuracy": dict(one.likely)} if one.likely else None,
        "suspected": one.suspected,
        "gold_suspects": [asdict(suspect) for suspect in one.suspects],
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
        **_conduct(one.conduct),
    }


def _conduct(one: Conduct) -> dict[str, Any]:
    pace = one.pace
    return {
        "pace": {**asdict(pace), "rule": one.idle, "rows_cut": one.idle_rows} if pace else None,
        "phases": asdict(one.phases) if one.phases else None,
        "per_person_day": asdict(one.per_day) if one.per_day else None,
        "learning": asdict(one.learning) if one.learning else None,
        "likeness": asdict(one.likeness) if one.likeness else None,
        "within": asdict(one.within) if one.within else None,
        "repeats": [asdict(each) for each in one.repeats],
        "consistency": {name: asdict(each) for name, each in one.consistency.items()},
        "surge": asdict(one.surge) if one.surge else None,
        "bias": [asdict(each) for each in one.bias],
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
        "p_holm": one.p_holm,
        "distinguishable": one.distinguishable,
    }
