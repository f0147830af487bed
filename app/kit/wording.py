"""Numbers, money and dates in the reader's words (babel, English)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers

LOCALE = "en"
DASH = "–"


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """A number with grouping and fixed decimals; a dash when there is none.

    >>> number(1234.5, 1), number(None)
    ('1,234.5', '–')
    """
    if value is None:
        return DASH
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=LOCALE)


def percent(value: float | None, decimals: int = 0) -> str:
    """A share 0..1 as a percentage with a narrow space.

    >>> percent(0.125, 1)
    '12.5 %'
    """
    return DASH if value is None else f"{number(value * 100, decimals)} %"


def money(minor: int | None, currency: str) -> str:
    """Minor units (cents) as money of the currency.

    >>> money(141600_00, "USD")
    '$141,600.00'
    """
    if minor is None:
        return DASH
    digits = numbers.get_currency_precision(currency)
    return numbers.format_currency(Decimal(minor) / 10**digits, currency, locale=LOCALE)


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
    "percent": percent,
    "money": money,
    "day": day,
    "moment": moment,
    "size": size,
}
