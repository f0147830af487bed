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
    """A price per label in three significant figures at least, never rounded to nothing.

    >>> per_label(11.8, "USD"), per_label(1250.0, "USD"), per_label(0.04, "EUR")
    ('USD\\xa00.118', 'USD\\xa012.50', 'EUR\\xa00.0004')
    """
    amount = Decimal(repr(minor)).scaleb(-numbers.get_currency_precision(currency))
    decimals = 2
    while decimals < 6 and amount and round(amount, decimals) != round(amount, 6) and amount < 1:
        decimals += 1
        if abs(round(amount, decimals) - amount) < amount / 200:
            break
    return f"{currency}\u00a0{wording.number(amount, decimals)}"


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


def first_name(name: str) -> str:
    """The first word of a company's name, when it is enough to know it in a sentence."""
    word = name.split(" ", 1)[0]
    return word if len(word) >= 4 else name
