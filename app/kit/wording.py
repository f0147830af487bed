"""Numbers, money and dates in the reader's words (babel, English).

Missing is a dash, never zero; minus is −; an amount keeps together with its currency.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers

LOCALE = "en"
DASH = "–"
_NBSP = "\u00a0"


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """A number with grouping and fixed decimals, a real minus, never `−0`; a dash when there is none.

    >>> number(1234.5, 1), number(-0.2), number(-3), number(None)
    ('1,234.5', '0', '−3', '–')
    """
    if value is None:
        return DASH
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = numbers.format_decimal(value, format=pattern, locale=LOCALE)
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def signed(value: float | Decimal | None, decimals: int = 0) -> str:
    """As `number`, with a plus sign before what is above zero after rounding.

    >>> signed(2.2, 1), signed(-1, 1), signed(0.01, 1)
    ('+2.2', '−1.0', '0.0')
    """
    text = number(value, decimals)
    return text if value is None or text.startswith("−") or not text.strip("0.,") else "+" + text


def percent(value: float | Decimal | None, decimals: int = 0) -> str:
    """A share 0..1 as a percentage; nearly none and nearly all are said so, never rounded to it.

    >>> percent(0.125, 1), percent(0.9999), percent(0.0001)
    ('12.5%', 'over 99%', 'under 1%')
    """
    if value is None:
        return DASH
    text = number(value * 100, decimals)
    step = Decimal(1).scaleb(-decimals)
    if text == number(0, decimals) and value > 0:
        return f"under {number(step, decimals)}%"
    if text == number(100, decimals) and value < 1:
        return f"over {number(100 - step, decimals)}%"
    return text + "%"


def p_value(value: float | None) -> str:
    """A p value to three decimals; what would round to nothing is said to be less, never to be 0.

    >>> p_value(0.0312), p_value(0.00049), p_value(0.9996), p_value(None)
    ('0.031', '< 0.001', '> 0.999', '–')
    """
    if value is not None and not 0.001 <= value <= 0.999 and value != 1:
        return "< 0.001" if value < 0.001 else "> 0.999"
    return number(value, 3)


def counting_key(text: str) -> tuple[str | int, ...]:
    """The key that sorts codes as people count.

    >>> sorted(["c10", "c2", "c1", "C3"], key=counting_key)
    ['c1', 'c2', 'C3', 'c10']
    """
    parts = re.split("([0-9]+)", text.casefold())
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts))


def compact(value: int) -> str:
    """A large count in three figures and a letter, for headings; exact figures stand where they matter.

    >>> compact(1_200_000), compact(45_000), compact(999_999), compact(320)
    ('1.2\\xa0M', '45\\xa0k', '1\\xa0M', '320')
    """
    for size_of_unit, letter in ((10**9, "bn"), (10**6, "M"), (10**3, "k")):
        rounded = round(Decimal(value) / size_of_unit, 3 - len(str(max(value // size_of_unit, 1))))
        if value >= size_of_unit or rounded >= 1:
            return f"{number(rounded, max(0, -int(rounded.normalize().as_tuple().exponent)))}{_NBSP}{letter}"
    return number(value)


def plural(noun: str, count: int) -> str:
    """A unit of the taxonomy as people count it.

    >>> plural("box", 2), plural("audio_minute", 5), plural("label", 1)
    ('boxes', 'audio minutes', 'label')
    """
    word = noun.replace("_", " ")
    if count == 1 or not word:
        return word
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"


def money(minor: int | None, currency: str) -> str:
    """Minor units (cents) as money, the ISO 4217 code first; whole amounts without decimals.

    >>> money(141600_00, "USD"), money(1050, "EUR")
    ('USD\\xa0141,600', 'EUR\\xa010.50')
    """
    if minor is None:
        return DASH
    digits = numbers.get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    return f"{currency}{_NBSP}{number(amount, 0 if amount == amount.to_integral_value() else digits)}"


def interval(low: float | None, high: float | None, decimals: int = 1) -> str:
    """A range with a dash, or with a word when an end is negative, because a dash would be read as minus.

    >>> interval(75.5, 83.2), interval(-1, 2)
    ('75.5–83.2', '−1.0\\xa0to\\xa02.0')
    """
    if low is None or high is None:
        return DASH
    first, last = number(low, decimals), number(high, decimals)
    joint = f"{_NBSP}to{_NBSP}" if "−" in first + last else "–"
    return f"{first}{joint}{last}"


def day(value: date | datetime | None) -> str:
    """A date as people say it.

    >>> day(date(2026, 12, 1))
    '1 Dec 2026'
    """
    return DASH if value is None else dates.format_date(value, format="d MMM y", locale=LOCALE)


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """A moment in a time zone, named.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 12, 1, 8, 30, tzinfo=UTC), "Europe/Berlin")
    '1 Dec 2026, 09:30 Europe/Berlin'
    """
    if value is None:
        return DASH
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local)}, {local:%H:%M} {zone}"


def size(count: int) -> str:
    """A file size as people say it.

    >>> size(2_500_000)
    '2.5 MB'
    """
    value = float(count)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{number(value, 0 if unit == 'bytes' else 1)} {unit}"
        value /= 1000
    return f"{number(value, 1)} GB"


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": number,
    "signed": signed,
    "percent": percent,
    "money": money,
    "interval": interval,
    "day": day,
    "moment": moment,
    "size": size,
}
