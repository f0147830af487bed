"""Answers as people read them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.core.errors import Invalid
from app.core.questionnaire import AnswerValue, Column, MoneyAnswer, Option, Question, validate_answer
from app.kit import wording


def read_answer(question: Question, plain: object) -> AnswerValue | None:
    """A stored answer as a value; None for nothing."""
    try:
        return validate_answer(question, plain)
    except Invalid:  # a stored answer was valid for its pinned question: this is a damaged row, shown as open
        return None


def spell_answer(question: Question, plain: object) -> str:
    """A stored answer in words, '' for none; the rows of a table on lines of their own. Files give their number."""
    value = read_answer(question, plain)
    if value is None:
        return ""
    if question.type == "table" and isinstance(value, tuple):
        return "\n".join(_row(question.columns, row) for row in value if isinstance(row, Mapping))
    if question.type == "file" and isinstance(value, tuple):
        return f"{len(value)} {'file' if len(value) == 1 else 'files'}"
    if question.type == "scale":
        return f"{value}: {question.levels.get(int(str(value)), '')}"
    return spell_value(value, question.options, question.unit or ("%" if question.type == "percent" else ""))


def doubt_of(question: Question, plain: object) -> str:
    """What to ask before a share below one per cent is taken: 0.45 typed for 45 %; '' where nothing is odd."""
    value = read_answer(question, plain)
    cells = [value] if question.type == "percent" else []
    if question.type == "table" and isinstance(value, tuple):
        shares = [column.id for column in question.columns if column.type == "percent"]
        cells = [row.get(name) for row in value if isinstance(row, Mapping) for name in shares]
    small = [cell for cell in cells if isinstance(cell, Decimal) and 0 < cell < 1]
    if not small:
        return ""
    meant = f"{small[0] * 100:f}".rstrip("0").rstrip(".") if small[0] * 100 % 1 else f"{small[0] * 100:.0f}"
    return f"{small[0]} % is less than one per cent. If {meant} % is meant, enter {meant}."


def _row(columns: tuple[Column, ...], row: Mapping[str, object]) -> str:
    cells = [
        f"{column.text}: {spell_value(row[column.id], column.options, _unit(column))}"
        for column in columns
        if column.id in row
    ]
    return "; ".join(cells)


def _unit(column: Column) -> str:
    return column.unit or ("%" if column.type == "percent" else "")


def spell_value(value: object, options: tuple[Option, ...] = (), unit: str = "") -> str:
    """One value in words: the texts of options, numbers with their unit, money with its currency."""
    texts = {option.id: option.text for option in options}
    if isinstance(value, bool):
        return texts.get("yes" if value else "no", "Yes" if value else "No")
    if isinstance(value, MoneyAnswer):
        return f"{value.currency}\u00a0{value.amount:,}"
    if isinstance(value, tuple):
        return "; ".join(texts.get(str(each), str(each)) for each in value)
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, date):
        return wording.day(value)
    return f"{value:,}\u00a0{unit}" if unit else str(value)  # without a unit it may be a year
