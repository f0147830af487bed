"""The Excel round trip of one response: written for the vendor, read back in a child process, compared.

A workbook has a sheet `Answers` (one row per question), one sheet per question that is a table, a sheet of
choices, and a hidden sheet that says whose workbook it is. Answer cells are formatted as text, so that a
spreadsheet program turns neither 45% into 0.45 nor 3-4 into a date; all others are protected, without a password.
Answers are found by the number and the text of their question, wherever a sorted or moved row went.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import xlsxwriter
from starlette.datastructures import UploadFile
from xlsxwriter.utility import xl_col_to_name

from app.core.errors import Invalid, Problem
from app.core.questionnaire import Column, Question, to_plain, validate_answer
from app.core.questionnaire.sheets import NOT_APPLICABLE, folded
from app.questionnaires.models import AnswerRow
from app.questionnaires.service import HeldResponse, Proposal
from app.questionnaires.service import sheets as reading

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWERS, ABOUT, OWNER, CHOICES = "Answers", "About", "_assay", "_choices"
HEADS = ("No.", "Section", "Question", "How to answer", "Answer", "Comment")
BLANK_ROWS = 30
_ALLOWED = {"format_cells": True, "format_columns": True, "format_rows": True}
_HOW = (
    "Fill in the column “Answer” of the sheet “Answers”, and the sheets that it names. Leave blank what you do not "
    "answer. Send the file back on the page of your link: you see what it changes before anything is saved."
)
_KINDS = {
    "number": "a number, such as 12.5",
    "percent": "a number, such as 45",
    "money": "amount and currency, such as 12.50 USD",
    "date": "a date as year-month-day, such as 2027-03-31",
    "time": "a time, such as 09:30",
    "language": "a language tag, such as en or pt-BR",
    "country": "two letters, such as DE",
    "text": "one line of text",
    "long_text": "text",
    "file": "attach files on the page",
}


def write(held: HeldResponse, facts: Sequence[tuple[str, str]]) -> bytes:
    """The workbook of a response as its actor may read it; `facts` say who asks, and until when."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    text = book.add_format(
        {"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FFF8E1", "locked": False}
    )
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(ANSWERS)
    page.write_row(0, 0, HEADS, bold)
    for column, width in enumerate((5, 18, 50, 34, 44, 34)):
        page.set_column(column, column, width, plain if column < 4 else text)
    page.freeze_panes(1, 3)
    page.protect("", _ALLOWED)
    _about(book, held, facts, (bold, plain))
    choices = book.add_worksheet(CHOICES)
    place: dict[str, Any] = {}
    for number, question in enumerate(_asked(held), 1):
        row = held.rows.get(question.id)
        sheet = _table(book, number, question, row, (bold, text)) if question.type == "table" else ""
        title = next(each.title for each in held.access.template.sections if each.id == question.section)
        cells = (str(number), title, question.text, _how(question, sheet))
        page.write_row(number, 0, cells, plain)
        answer = "" if question.type in ("table", "file") else _spelled(question, row.value if row else None)
        page.write_string(number, 4, answer, text)
        page.write_string(number, 5, row.comment if row else "", text)
        _offer(page, choices, number, question)
        place[question.id] = {"row": number + 1, "sheet": sheet, "revision": row.revision if row else 0}
    choices.hide()
    owner = book.add_worksheet(OWNER)
    owner.write_string(0, 0, json.dumps(_owner(held)))
    for number, (name, found) in enumerate(place.items(), 1):
        owner.write_string(number, 0, json.dumps({"question": name, **found}))
    owner.very_hidden()
    book.close()
    return out.getvalue()


def _about(book: Any, held: HeldResponse, facts: Sequence[tuple[str, str]], formats: tuple[Any, Any]) -> None:
    bold, plain = formats
    page = book.add_worksheet(ABOUT)
    page.set_column(0, 0, 24, bold)
    page.set_column(1, 1, 80, plain)
    lines = (("Questionnaire", held.access.template.title), *facts, ("How to fill it in", _HOW))
    for row, (term, text) in enumerate(lines):
        page.write_string(row, 0, term, bold)
        page.write_string(row, 1, text, plain)
    page.protect("", _ALLOWED)


def _owner(held: HeldResponse) -> dict[str, Any]:
    row, template = held.access.response, held.access.template
    return {
        "schema": "assay-workbook/1",
        "response": str(row.id),
        "questionnaire": template.id,
        "version": template.version,
        "variant": row.variant.value,
    }


def _asked(held: HeldResponse) -> list[Question]:
    return [
        question
        for question in held.access.template.questions()
        if question.id not in held.access.hidden and held.applies[question.id] is not False
    ]


def _how(question: Question, sheet: str) -> str:
    if sheet:
        return f"Fill in the sheet “{sheet}”."
    if question.type == "single" or question.type in ("yes_no", "scale"):
        how = "Choose one: " + " / ".join(_texts(question))
    elif question.type == "multiple":
        how = "Any of these, one per line: " + " / ".join(_texts(question))
    else:
        kind = _KINDS[question.type]
        how = kind[0].upper() + kind[1:] + (f" ({question.unit})" if question.unit else "")
    return f"{how}\n{question.help}".strip()


def _texts(field: Question | Column) -> list[str]:
    """What the options of a choice are called in the workbook."""
    if field.type == "scale":
        levels = field.levels if isinstance(field, Question) else {}
        return [f"{level}: {levels[level]}" if level in levels else str(level) for level in range(6)]
    if field.type == "yes_no" and not field.options:
        return ["Yes", "No"]
    return [option.text for option in field.options]


def _offer(page: Any, choices: Any, number: int, question: Question) -> None:
    """A list to choose from, kept on the sheet of choices because a list in the cell ends at 255 characters."""
    if question.type not in ("single", "yes_no", "scale"):
        return
    texts, column = _texts(question), number
    choices.write_column(0, column, texts)
    name = xl_col_to_name(column)
    source = f"='{CHOICES}'!${name}$1:${name}${len(texts)}"
    page.data_validation(
        number, 4, number, 4, {"validate": "list", "source": source, "error_type": "warning"}
    )


def _table(
    book: Any, number: int, question: Question, row: AnswerRow | None, formats: tuple[Any, Any]
) -> str:
    bold, text = formats
    name = f"{number} table"
    page = book.add_worksheet(name)
    page.write_row(
        0, 0, [column.text + (" *" if column.required else "") for column in question.columns], bold
    )
    page.set_column(0, len(question.columns) - 1, 24, text)
    stored = list(row.value or ()) if row else []
    for at, cells in enumerate(stored, 1):
        for column, field in enumerate(question.columns):
            page.write_string(at, column, _spelled(field, cells.get(field.id)), text)
    for at, field in enumerate(question.columns):
        if field.type in ("single", "yes_no", "scale") and sum(map(len, _texts(field))) < 200:
            rule = {"validate": "list", "source": _texts(field), "error_type": "warning"}
            page.data_validation(1, at, len(stored) + BLANK_ROWS, at, rule)
    page.freeze_panes(1, 0)
    page.protect("", _ALLOWED)
    return name


def _spelled(field: Question | Column, value: Any) -> str:
    """A plain value as the cell holds it."""
    if value is None:
        return ""
    names = dict(zip(_ids(field), _texts(field), strict=True)) if _is_choice(field) else {}
    if isinstance(value, bool):
        return names.get("yes" if value else "no", "")
    if isinstance(value, list):
        return "\n".join(names.get(str(each), str(each)) for each in value)
    if isinstance(value, Mapping):
        return f"{value['amount']} {value['currency']}"
    return names.get(str(value), str(value))


def _is_choice(field: Question | Column) -> bool:
    return field.type in ("single", "multiple", "yes_no", "scale")


def _ids(field: Question | Column) -> list[str]:
    if field.type == "scale":
        return [str(level) for level in range(6)]
    if field.type == "yes_no" and not field.options:
        return ["yes", "no"]
    return [option.id for option in field.options]


def read_upload(upload: UploadFile | None) -> dict[str, Any]:
    """The cells of an uploaded workbook as {sheet: rows of texts}, read by a child process with limits on memory and
    time.

    Raises `Invalid` at the field `file` with a remedy: nothing chosen, too large, not a workbook, one that
    unpacks to far more than it is, formulas, or merged cells.
    """
    if upload is None:
        raise Invalid("workbook.missing", [Problem("file", "Choose the workbook you filled in.")])
    return cells_of(reading.read_file(upload.file, upload.filename or "workbook", filled_in=True))


def cells_of(found: reading.ReadSheets) -> dict[str, Any]:
    """The sheets by name, as `compare` takes them."""
    return {"sheets": {each["name"]: each["rows"] for each in found.sheets}}


def is_ours(found: reading.ReadSheets) -> bool:
    """Whether a spreadsheet is a workbook that was downloaded here."""
    return any(each["name"] == OWNER for each in found.sheets)


def compare(held: HeldResponse, read: Mapping[str, Any]) -> tuple[list[Proposal], list[Problem]]:
    """What a workbook would change, and the cells that cannot be taken, each with place and remedy.

    Raises `Invalid` at the field `file` for the workbook of another response or of another version.
    """
    owner, places = _own(read)
    if owner != _owner(held):
        raise Invalid("workbook.other", [Problem("file", _other(held, owner))])
    found: list[Proposal] = []
    problems: list[Problem] = []
    for question in _asked(held):
        place = places.get(question.id)
        if place is None or question.type == "file" or not _may_change(held, question):
            continue
        try:
            proposal = _compared(held, question, place, read)
        except Invalid as failure:
            problems += [
                Problem(_place(question, place, item.where), item.message) for item in failure.problems
            ]
        else:
            found += [proposal] if proposal is not None else []
    return found, problems


def _may_change(held: HeldResponse, question: Question) -> bool:
    access = held.access
    return access.takes(question.id) or access.ended == "late"


def _other(held: HeldResponse, owner: Mapping[str, Any]) -> str:
    if owner.get("response") != str(held.access.response.id):
        return "This workbook belongs to another questionnaire. Download yours on this page and fill it in."
    return "The questions changed since this workbook was downloaded. Download it again and copy your answers over."


def _own(read: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, dict[str, Any]]]:
    lines = [row[0] for row in read["sheets"].get(OWNER, []) if row and row[0]]
    try:
        owner, *rest = [json.loads(line) for line in lines]
        UUID(owner["response"])
        places = {
            each["question"]: {
                "row": int(each["row"]), "sheet": str(each["sheet"]), "revision": int(each["revision"])
            }
            for each in rest
        }  # fmt: skip
    except (ValueError, KeyError, TypeError):
        message = "This is not a workbook of this page. Download it here, fill it in, and keep its sheets."
        raise Invalid("workbook.unknown", [Problem("file", message)]) from None
    if not isinstance(owner, dict) or ANSWERS not in read["sheets"]:
        message = f"The sheet “{ANSWERS}” is missing. Download the workbook again and keep its sheets."
        raise Invalid("workbook.sheet", [Problem("file", message)])
    return owner, places


def _compared(
    held: HeldResponse, question: Question, place: Mapping[str, Any], read: Mapping[str, Any]
) -> Proposal | None:
    line = _line(question, place["row"], read["sheets"][ANSWERS])
    if _says_not_applicable(question, _cell(line, 4), held.rows.get(question.id)):
        message = "tick “Does not apply to us” at this question on the page, and say why there; leave the cell blank"
        raise Invalid("answer.invalid", [Problem(question.id, message)])
    comment = _cell(line, 5)
    raw = _rows(question, place["sheet"], read) if place["sheet"] else _value(question, _cell(line, 4))
    value = to_plain(validate_answer(question, raw))
    if len(comment) > 4000:
        raise Invalid("answer.invalid", [Problem(question.id, "shorten the comment to 4000 characters")])
    row = held.rows.get(question.id)
    stands = (row.value, row.comment) if row is not None else (None, "")
    if (value, comment) == stands:
        return None
    now = row.revision if row is not None else 0
    return Proposal(question, value, comment, place["revision"], row, is_old=now != place["revision"])


def _says_not_applicable(question: Question, said: str, row: AnswerRow | None) -> bool:
    """Whether a cell says so in place of an answer: not where that is an option, or the text that stands already."""
    known = {option.text.casefold() for option in question.options}
    return said.casefold() in NOT_APPLICABLE - known and (row is None or row.value != said)


def _line(question: Question, row: int, lines: list[list[str]]) -> list[str]:
    """The row of a question: where it was written, else where its number and text stand now."""
    wanted = folded(question.text)
    there = lines[row - 1] if 0 < row <= len(lines) else []
    if folded(_cell(there, 2)) == wanted:
        return there
    moved = [line for line in lines if (_cell(line, 0), folded(_cell(line, 2))) == (str(row - 1), wanted)]
    if len(moved) != 1:
        message = (
            "the row of this question is gone or there twice; put it back or download the workbook again"
        )
        raise Invalid("workbook.row", [Problem(question.id, message)])
    return moved[0]


def _cell(line: list[str], column: int) -> str:
    return line[column].strip() if column < len(line) else ""


def _rows(question: Question, sheet: str, read: Mapping[str, Any]) -> list[dict[str, object]]:
    """The rows of a table, its columns found by their headings."""
    lines = read["sheets"].get(sheet) or [[]]
    heads = [folded(head.removesuffix("*")) for head in lines[0]]
    gone = [column.text for column in question.columns if folded(column.text) not in heads]
    if gone:
        message = f"sheet “{sheet}” lacks {', '.join(f'“{name}”' for name in gone)}; put the headings back"
        raise Invalid("workbook.columns", [Problem(question.id, message)])
    at = {column.id: heads.index(folded(column.text)) for column in question.columns}
    found = [
        {column.id: _value(column, _cell(line, at[column.id])) for column in question.columns}
        for line in lines[1:]
    ]
    return [row for row in found if any(row.values())]


def _value(field: Question | Column, text: str) -> object:
    """What a cell says, with options named by their ids."""
    if not _is_choice(field) or not text:
        return text
    known = {folded(name): key for key, name in zip(_ids(field), _texts(field), strict=True)}
    known |= {folded(key): key for key in _ids(field)}
    whole = known.get(folded(text))
    if field.type != "multiple":
        return whole or text
    if whole:
        return [whole]
    pieces = [piece for line in text.splitlines() for piece in _pieces(line, known)]
    return [known.get(folded(piece), piece) for piece in pieces]


def _pieces(line: str, known: Mapping[str, str]) -> list[str]:
    """One choice a line; where a line is none, a semicolon separates."""
    if folded(line) in known:
        return [line]
    return [piece.strip() for piece in line.split(";") if piece.strip()]


def _place(question: Question, place: Mapping[str, Any], where: str) -> str:
    if question.type == "table" and "[" in where:
        at, _, column = where.partition("[")[2].partition("].")
        titles = {each.id: each.text for each in question.columns}
        return f"Sheet “{place['sheet']}”, row {int(at) + 2}, {titles.get(column, column)}"
    return f"Sheet “{ANSWERS}”, cell E{place['row']} ({question.text})"
