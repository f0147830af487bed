"""What a comparison's figures are called, and what it says in sentences; the same in table and document."""

from app.core.pilots.results import Comparison

_NAMES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "jaccard": "Jaccard",
    "exact_match": "Exact",
    "mean_iou": "Mean IoU",
    "boundary_f": "Boundary F",
    "f1_exact": "F1 exact ends",
    "f1_partial": "F1 partial",
    "f1_type": "F1 any overlap",
    "mean_overlap": "Mean overlap",
    "wer": "WER",
    "cer": "CER",
    "wer_plain": "WER plain",
    "chrf": "chrF",
    "bleu": "BLEU",
    "ter": "TER",
}
_POINTS = frozenset({"chrf", "bleu", "ter"})


def figure_name(metric: str) -> str:
    """How people call a figure."""
    return _NAMES.get(metric, metric)


def figure_text(metric: str, value: float | None) -> str:
    """A figure as it is shown: shares with three decimals, points with one.

    >>> figure_text("f1", 0.83124), figure_text("bleu", 48.531), figure_text("f1", None)
    ('0.831', '48.5', 'unknown')
    """
    if value is None:
        return "unknown"
    return f"{value:.1f}" if metric in _POINTS else f"{value:.3f}"


def item_words(count: int) -> str:
    """A number of items."""
    return "1 item" if count == 1 else f"{count:,} items"


def sentences(found: Comparison) -> list[str]:
    """Who can be told apart, the chance of being best, what would show, the ratios of times; [] for one vendor."""
    if len(found.vendors) < 2:
        return []
    groups = "; ".join(" and ".join(group) for group in found.groups if len(group) > 1)
    best = sorted(found.probability_best.items(), key=lambda one: (-one[1], one[0]))
    out = [
        f"Cannot be told apart: {groups}." if groups else "All vendors can be told apart.",
        "Chance of being best: " + ", ".join(f"{name} {share:.0%}" for name, share in best) + ".",
        _least(found),
    ]
    for pair in found.pairs:
        if ratio := pair.time_ratio:
            out.append(
                f"{pair.b} takes {ratio.value:.2f} times as long as {pair.a} on the same items "
                f"({ratio.low:.2f} to {ratio.high:.2f})."
            )
    return out


def _least(found: Comparison) -> str:
    least, title = found.minimum_detectable_difference, figure_name(found.metric)
    items = item_words(len(found.items))
    if least is None:
        return f"With {items}, no difference in {title} can be shown reliably."
    return (
        f"With {items}, a difference in {title} shows reliably (4 times in 5) "
        f"from {figure_text(found.metric, least)}; below that it may be noise."
    )
