"""What is kept of a comparison beyond the contract of the command line: figures for pages, findings item by item."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from app.core.formats.rows import Rows
from app.core.pilots.disputes import disputes_of
from app.core.pilots.learning import practice
from app.core.pilots.outlay import answered_items, cost_draws
from app.core.pilots.results import Comparison, VendorResult, plain_shapes
from app.core.pilots.told import between, facts_of, flags_of


def extra_of(found: Comparison) -> dict[str, Any]:
    """What pages need beyond the contract of the command line."""
    disputes = disputes_of(found)
    return {
        "disputed": len(disputes),
        "metric": found.metric,
        "lower_is_better": found.lower_is_better,
        "classes": list(found.classes),
        "labels": int((~found.gold.crowd).sum()),
        "facts": {
            one.name: facts_of(one.conduct, found.accord.likely.get(one.name)) for one in found.vendors
        },
        "flags": {one.name: [asdict(each) for each in flags_of(one.anomalies)] for one in found.vendors},
        # Doubts about the gold are `disputed`, of every task by one rule: no second number beside it.
        "between": between(replace(found.accord, suspected=0)),
        "delivered": {one.name: len(one.delivery.item) for one in found.vendors},
        "work": {one.name: _work(one) for one in found.vendors},
        "practice": {one.name: _practice(one) for one in found.vendors},
        "draws": {one.name: _draws(found, one) for one in found.vendors},
        "strata": {
            one.name: {name: asdict(each) for name, each in {**one.strata, **one.sizes}.items()}
            for one in found.vendors
        },
        "time_ratios": [
            {"a": one.a, "b": one.b, **asdict(one.time_ratio)} for one in found.pairs if one.time_ratio
        ],
    }


def _done(one: VendorResult) -> dict[str, Any]:
    """Whose work each item is, by the delivery or by the side file of times."""
    if one.work is None:
        return {"people": [], "done_item": [], "done_by": []}
    return {
        "people": list(one.work.annotators),
        "done_item": one.work.item.tolist(),
        "done_by": one.work.annotator.tolist(),
    }


def _practice(one: VendorResult) -> list[tuple[float, float]]:
    if one.work is None:
        return []
    order = np.where(np.isfinite(one.work.end), one.work.end, one.work.start)
    points = practice(one.work.annotator, order, one.work.seconds)
    return [(round(count, 1), round(seconds, 2)) for count, seconds in points]


def _draws(found: Comparison, one: VendorResult) -> list[list[float]] | None:
    per_item = one.delivery.kind in ("labels", "texts") and found.task != "multilabel"
    drawn = cost_draws(one, found.gold, per_item=per_item, seed=found.seed)
    return None if drawn is None else np.round(drawn, 5).tolist()


def _work(one: VendorResult) -> dict[str, Any] | None:
    if one.seconds is None or one.work is None:
        return None
    timed = one.work.item[np.isfinite(one.work.seconds)]
    return {"rows": one.seconds.rows, "total": one.seconds.total, "items": len(np.unique(timed))}


def outcomes_document(found: Comparison) -> dict[str, Any]:
    """Findings in columns, as `service.outcomes` unpacks them item by item."""
    gold = found.gold
    return {
        "items": list(found.items),
        "classes": list(found.classes),
        "kind": gold.kind,
        "sizes": [[value if np.isfinite(value) else None for value in row] for row in gold.sizes.tolist()],
        "texts": list(gold.texts),
        "item_strata": list(gold.stratum),
        "gold_shapes": plain_shapes(gold),
        "disputes": [[at, claim.instead, claim.label, claim.agreeing] for at, claim in disputes_of(found)],
        "vendors": {one.name: _columns(one, gold) for one in found.vendors},
    }


def _columns(one: VendorResult, gold: Rows) -> dict[str, Any]:
    found, delivery = one.findings, one.delivery
    return {
        **_done(one),
        "absent": np.nonzero(~answered_items(one, gold))[0].tolist(),
        "scores": [round(value, 6) for value in one.scores.tolist()],
        "item": found.item.tolist(),
        "error": found.error.tolist(),
        "gold": found.gold.tolist(),
        "delivered": found.delivered.tolist(),
        "gold_class": found.gold_class.tolist(),
        "delivered_class": found.delivered_class.tolist(),
        "iou": [None if np.isnan(value) else round(value, 4) for value in found.iou.tolist()],
        "shapes": plain_shapes(delivery),
        "annotators": list(delivery.answers.annotators),
        "annotator": delivery.answers.annotator[delivery.answer].tolist(),
    }
