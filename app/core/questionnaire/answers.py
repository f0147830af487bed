"""What somebody filled in, checked against its question and turned into a value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.errors import Invalid, Problem
from app.core.plain import suggest
from app.core.questionnaire.codes import COUNTRIES, CURRENCIES
from app.core.questionnaire.model import TOP_LEVEL, Field, Question
from app.core.taxonomy import language_tag

MAX_ROWS = 200
LACKS = "is missing"
"""How the problem of a cell begins that its row needs."""
MAX_FILES = 20
TEXT_LENGTH = 500
LONG_TEXT_LENGTH = 10_000

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")
_MONEY = re.compile(r"([+-]?[0-9][0-9., ]*)\s*([A-Za-z]{3})|([A-Za-z]{3})\s*([+-]?[0-9][0-9., ]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_FILE = re.compile(r"[0-9A-Za-z-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class MoneyAnswer:
    """An offered price: `amount` in currency units with up to six decimals, since a label costs fractions
    of a cent; `currency` is ISO 4217."""

    amount: Decimal
    currency: str


Scalar = str | int | bool | Decimal | date | MoneyAnswer | tuple[str, ...]
Row = Mapping[str, Scalar]
AnswerValue = Scalar | tuple[Row, ...]
"""single, text, long_text, time, language, country: str; scale: int; yes_no: bool; number, percent: Decimal
(percent 45 means 45 %); date: date; money: MoneyAnswer; multiple (option ids) and file (file ids):
tuple[str, ...]; table: rows by column id, blank cells left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands for one question.

    `confidence` is told, shown or evidenced; `mark` is a reviewer's 0–5 where the question asks for one;
    `not_applicable` is set once a reviewer accepted that the question does not apply. `value` None: open.
    """

    value: AnswerValue | None = None
    confidence: str = "told"
    mark: int | None = None
    not_applicable: bool = False


class _Wrong(Exception):
    """A message about one value; the caller knows the place."""


def validate_answer(question: Question, raw: object) -> AnswerValue | None:
    """The value of what was filled in (form text or plain JSON values); None when nothing was.

    Raises `Invalid("answer.invalid")`; each problem stands at the question id, for tables at
    `id[row].column`, and its message says what to enter instead.
    """
    if _blank(raw):
        return None
    try:
        if question.type == "table":
            return _rows(question, raw)
        return _READERS[question.type](question, raw)
    except _Wrong as wrong:
        raise Invalid("answer.invalid", [Problem(question.id, str(wrong))]) from None


def to_plain(value: AnswerValue | None) -> object:
    """The value as JSON can hold it; `validate_answer` turns it back into the same value."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, MoneyAnswer):
        return {"amount": str(value.amount), "currency": value.currency}
    if isinstance(value, tuple):
        return [
            {key: to_plain(cell) for key, cell in entry.items()} if isinstance(entry, Mapping) else entry
            for entry in value
        ]
    return value


def validate_mark(question: Question, raw: object) -> int | None:
    """A reviewer's mark 0–5 for a question with reviewer levels; None when nothing was given.

    Raises `Invalid("answer.invalid")` for other questions and other values.
    """
    if _blank(raw):
        return None
    try:
        if not question.reviewer_levels:
            raise _Wrong("this question is not marked by a reviewer")
        return _scale(question, raw)
    except _Wrong as wrong:
        raise Invalid("answer.invalid", [Problem(question.id, str(wrong))]) from None


def _blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, list) and not raw)


def _text_of(raw: object, longest: int = TEXT_LENGTH) -> str:
    if not isinstance(raw, str):
        raise _Wrong("enter text")
    text = raw.strip().replace("\r\n", "\n")
    if len(text) > longest:
        raise _Wrong(f"is {len(text)} characters long; shorten it to {longest} or attach a file")
    if _CONTROL.search(text):
        raise _Wrong("holds characters that cannot be shown; type the text anew")
    return text


def _text(_: Field, raw: object) -> str:
    text = _text_of(raw)
    if "\n" in text:
        raise _Wrong("enter one line of text")
    return text


def _long_text(_: Field, raw: object) -> str:
    return _text_of(raw, LONG_TEXT_LENGTH)


def _decimal(raw: object, example: str) -> Decimal:
    huge = isinstance(raw, int) and abs(raw) >= 10**15  # str() refuses integers of thousands of digits
    text = raw.strip() if isinstance(raw, str) else "" if huge else str(raw)
    if isinstance(raw, str | int | float | Decimal) and not isinstance(raw, bool):
        if _NUMBER.fullmatch(text):
            return Decimal(text)
        if isinstance(raw, float) and abs(raw) < 1e15:
            return round(Decimal(str(raw)), 6)
    if isinstance(raw, str) and "," in text:
        raise _Wrong(f"enter the number with a point and without separators, such as {example}")
    raise _Wrong(f"enter a number, such as {example}, with at most six decimals")


def _in_range(field: Field, number: Decimal, unit: str) -> Decimal:
    if field.whole and number != number.to_integral_value():
        raise _Wrong("enter a whole number")
    if field.low is not None and number < field.low:
        raise _Wrong(f"must be at least {field.low}{unit}; {number} was entered")
    if field.high is not None and number > field.high:
        raise _Wrong(f"must be at most {field.high}{unit}; {number} was entered")
    return number


def _number(field: Field, raw: object) -> Decimal:
    return _in_range(field, _decimal(raw, "12.5"), f" {field.unit}" if field.unit else "")


def _percent(field: Field, raw: object) -> Decimal:
    return _in_range(
        field, _decimal(raw.strip().removesuffix("%") if isinstance(raw, str) else raw, "45"), " %"
    )


def _money(field: Field, raw: object) -> MoneyAnswer:
    if isinstance(raw, Mapping):
        amount, currency = raw.get("amount"), raw.get("currency")
        if _blank(amount) or _blank(currency):
            raise _Wrong("enter amount and currency, such as 12.50 USD")
    else:
        match = _MONEY.fullmatch(raw.strip()) if isinstance(raw, str) else None
        if not match:
            raise _Wrong("enter amount and currency, such as 12.50 USD")
        amount, currency = (match[1], match[2]) if match[1] else (match[4], match[3])
    code = str(currency).strip().upper()
    if code not in CURRENCIES:
        raise _Wrong(f"{str(currency)[:20]!r} is no currency; use a code such as USD, EUR or GBP")
    number = _in_range(field, _decimal(amount, "12.50"), f" {code}")
    if number < 0 and field.low is None:
        raise _Wrong("enter an amount of 0 or more")
    return MoneyAnswer(number, code)


def _date(_: Field, raw: object) -> date:
    if isinstance(raw, str) and _DATE.fullmatch(raw.strip()):
        try:
            return date.fromisoformat(raw.strip())
        except ValueError:
            raise _Wrong(f"{raw.strip()} is not in the calendar; check day and month") from None
    raise _Wrong("enter a date as year-month-day, such as 2027-03-31")


def _time(_: Field, raw: object) -> str:
    match = _TIME.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not match:
        raise _Wrong("enter a time from 00:00 to 23:59, such as 09:30")
    return f"{int(match[1]):02d}:{match[2]}"


def _yes_no(_: Field, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in {"yes", "no"}:
        return raw.strip().lower() == "yes"
    raise _Wrong("answer yes or no")


def _single(field: Field, raw: object) -> str:
    names = [option.id for option in field.options]
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, list):
        raise _Wrong("choose one option only")
    if not isinstance(raw, str) or raw.strip() not in names:
        raise _Wrong(f"{str(raw)[:60]!r} is not offered; {suggest(str(raw)[:60], names)}")
    return raw.strip()


def _multiple(field: Field, raw: object) -> tuple[str, ...]:
    chosen = {_single(field, entry) for entry in (raw if isinstance(raw, list | tuple) else [raw])}
    alone = [option for option in field.options if option.exclusive and option.id in chosen]
    if alone and len(chosen) > 1:
        raise _Wrong(f"'{alone[0].text}' cannot stand beside another choice; remove one")
    return tuple(option.id for option in field.options if option.id in chosen)


def _scale(_: Field, raw: object) -> int:
    for level in range(TOP_LEVEL + 1):
        if (isinstance(raw, str) and raw.strip() == str(level)) or (type(raw) is int and raw == level):
            return level
    raise _Wrong(f"choose a level from 0 to {TOP_LEVEL}")


def _language(_: Field, raw: object) -> str:
    tag = language_tag(raw) if isinstance(raw, str) else None
    if not tag:
        raise _Wrong("enter a language tag such as en, pt-BR or zh-Hans")
    return tag


def _country(_: Field, raw: object) -> str:
    code = raw.strip().upper() if isinstance(raw, str) else ""
    if code not in COUNTRIES:
        raise _Wrong("enter the two-letter code of a country, such as DE or US")
    return code


def _file(_: Field, raw: object) -> tuple[str, ...]:
    entries: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
    if len(entries) > MAX_FILES:
        raise _Wrong(f"attach at most {MAX_FILES} files")
    names = [entry for entry in entries if isinstance(entry, str) and _FILE.fullmatch(entry)]
    if len(names) != len(entries):
        raise _Wrong("attach a file")
    return tuple(dict.fromkeys(names))


_READERS: dict[str, Callable[[Field, object], Scalar]] = {
    "single": _single, "multiple": _multiple, "yes_no": _yes_no, "scale": _scale, "number": _number,
    "percent": _percent, "money": _money, "date": _date, "time": _time, "text": _text,
    "long_text": _long_text, "language": _language, "country": _country, "file": _file,
}  # fmt: skip


def _rows(question: Question, raw: object) -> tuple[Row, ...] | None:
    if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
        raise _Wrong("enter rows with the columns " + ", ".join(column.id for column in question.columns))
    if len(raw) > MAX_ROWS:
        raise _Wrong(f"enter at most {MAX_ROWS} rows or attach a file; {len(raw)} were entered")
    problems: list[Problem] = []
    rows = [_row(question, row, f"{question.id}[{i}]", problems) for i, row in enumerate(raw)]
    if problems:
        raise Invalid("answer.invalid", problems)
    return tuple(row for row in rows if row) or None


def _row(question: Question, raw: Mapping[str, object], where: str, problems: list[Problem]) -> Row:
    known = [column.id for column in question.columns]
    filled = {key: cell for key, cell in raw.items() if not _blank(cell)}
    problems += [
        Problem(f"{where}.{key}", f"is no column; {suggest(str(key), known)}")
        for key in filled
        if key not in known
    ]
    row: dict[str, Scalar] = {}
    for column in question.columns:
        place = f"{where}.{column.id}"
        if column.id in filled:
            try:
                row[column.id] = _READERS[column.type](column, filled[column.id])
            except _Wrong as wrong:
                problems.append(Problem(place, str(wrong)))
        elif column.required and filled:
            problems.append(Problem(place, f"{LACKS}; fill in '{column.text}' or clear the row"))
    return row
