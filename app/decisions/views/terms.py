"""Figures in the memo's words."""

from decimal import Decimal

from babel import numbers

from app.kit import wording

_METRICS = {
    "f1": "F1",
    "macro_f1": "Macro F1",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "mean_iou": "mean IoU",
}


def metric_name(metric: str) -> str:
    """The name of a pilot figure.

    >>> metric_name("f1"), metric_name("exact_match")
    ('F1', 'exact match')
    """
    return _METRICS.get(metric, metric.replace("_", " "))


def measure(metric: str, iou: float | None) -> str:
    """The name of a pilot figure with the overlap it asks for.

    >>> measure("f1", 0.5), measure("accuracy", None)
    ('F1 at IoU 0.5', 'accuracy')
    """
    return metric_name(metric) + (f" at IoU {iou:g}" if iou is not None else "")


def per_label(minor: float, currency: str) -> str:
    """A price per label in three significant figures, and at least the currency's decimals.

    >>> per_label(11.8, "USD"), per_label(1250.0, "USD"), per_label(0.04, "EUR"), per_label(8.0, "USD")
    ('USD\\xa00.118', 'USD\\xa012.50', 'EUR\\xa00.0004', 'USD\\xa00.08')
    """
    digits = numbers.get_currency_precision(currency)
    amount = Decimal(repr(minor)).scaleb(-digits)
    if not amount:
        return wording.money(0, currency)
    places = min(8, max(digits, 2 - amount.adjusted()))
    shown = wording.number(amount, places)
    while places > digits and shown.endswith("0"):
        shown, places = shown[:-1], places - 1
    return f"{currency}\u00a0{shown}"


def whole_money(minor: int, currency: str) -> str:
    """Money of a thousand and more without decimals, for sentences; less is spelled exactly.

    >>> whole_money(1894742, "USD"), whole_money(95050, "USD")
    ('USD\\xa018,947', 'USD\\xa0950.50')
    """
    scale = 10 ** numbers.get_currency_precision(currency)
    if abs(minor) < 1000 * scale:
        return wording.money(minor, currency)
    return wording.money(round(Decimal(minor) / scale) * scale, currency)


def major(minor: float | None, currency: str) -> str:
    """Minor units as a bare number of the table whose caption names the currency."""
    if minor is None:
        return wording.DASH
    digits = numbers.get_currency_precision(currency)
    amount = Decimal(repr(minor)) if isinstance(minor, float) else Decimal(minor)
    return wording.number(amount.scaleb(-digits))


def signed_major(minor: int, currency: str) -> str:
    """A difference of money as `major` spells it, with its sign."""
    return wording.signed(Decimal(minor).scaleb(-numbers.get_currency_precision(currency)))
