"""Spreadsheets that a customer owns: kept while their columns are named, then a draft or a vendor's answers."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.questionnaire import to_plain
from app.core.questionnaire.edit import Body
from app.core.questionnaire.sheets import (
    ANSWER_PARTS,
    PARTS,
    QUESTION_PARTS,
    Columns,
    ReadAnswer,
    Rows,
    guess,
    header_row,
    shape,
    to_answers,
    to_body,
)
from app.kit import canonical, child, clock, sheets
from app.kit.actors import SYSTEM, Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import (
    AnswerRow,
    Confidence,
    QuestionnaireVersion,
    SheetImport,
    SheetMapping,
)
from app.questionnaires.schemas import AnswerIn, ColumnsIn, NewTemplateIn
from app.questionnaires.service import own
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.answers import save_answer
from app.questionnaires.service.wording import doubt_of, spell_answer

KEPT = timedelta(days=30)
"""How long a file waits to be used."""


@dataclass(frozen=True, slots=True)
class ReadSheets:
    """What a file holds: `sheets` as {name, rows}, and what was noticed while reading."""

    name: str
    sheets: list[dict[str, Any]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sheet and heading row with the columns that are known or guessed for it.

    `remembered`: somebody named the columns of this shape before.
    """

    sheet: int
    header: int
    columns: ColumnsIn
    remembered: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """An answer of a filled sheet beside what stands: `before` and `after` in words."""

    answer: ReadAnswer
    question: str
    before: str
    after: str


def read_file(stream: BinaryIO, name: str, *, filled_in: bool = False) -> ReadSheets:
    """The texts of an uploaded spreadsheet, read in a process of its own. No session may be open.

    `filled_in`: a workbook of ours that comes back; formulas and merged cells are refused in it. Raises `Invalid`
    at `file` for everything that is no spreadsheet or too large.
    """
    data = stream.read(sheets.MAX_BYTES + 1)
    if len(data) > sheets.MAX_BYTES:
        message = (
            f"This is larger than {sheets.MAX_BYTES // 1_000_000} MB. Send the sheet with the texts alone."
        )
        raise Invalid("sheet.too_large", [Problem("file", message)])
    with tempfile.NamedTemporaryFile(prefix="assay-sheet-") as kept:
        kept.write(data)
        kept.flush()
        arguments = {"path": kept.name, "name": name, "filled_in": filled_in}
        try:
            answer = child.run("app.kit.sheets:read", arguments, memory=sheets.MEMORY, seconds=sheets.SECONDS)
        except Invalid as failure:
            problems = [Problem(problem.where or "file", problem.message) for problem in failure.problems]
            raise Invalid(failure.code, problems) from None
    found = json.loads(answer)
    return ReadSheets(name[:150], found["sheets"], tuple(found["notes"]))


def keep(
    session: WriteSession, *, actor: Actor, found: ReadSheets, response_id: UUID | None = None
) -> SheetImport:
    """Keep a file's texts until its columns are named; for a response they will be its answers."""
    if response_id is None:
        actor.require(Action.LIBRARY_EDIT)
    else:
        _answering(session, actor, response_id)
    row = SheetImport(name=found.name, sheets=found.sheets, response_id=response_id, created_by=actor.id)
    session.add(row)
    _record(session, actor, row, "kept", response=response_id)
    session.flush()
    return row


def _answering(session: ReadSession, actor: Actor, response_id: UUID) -> ResponseAccess:
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE)
    if access.is_vendor:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    return access


def kept(session: ReadSession, *, actor: Actor, import_id: UUID) -> SheetImport:
    """A file on its way, for whoever sent it. Raises `NotFound`."""
    row = session.get(SheetImport, import_id)
    if row is None or row.created_by != actor.id:
        raise NotFound("sheet.not_found", "This file was used or thrown away; send it again.")
    if row.response_id is None:
        actor.require(Action.LIBRARY_EDIT)
    else:
        _answering(session, actor, row.response_id)
    return row


def choose(
    session: ReadSession, row: SheetImport, sheet: int | None = None, header: int | None = None
) -> Chosen:
    """The sheet and heading row asked for, else those that look right, with the columns of this shape."""
    every = [entry["rows"] for entry in row.sheets]
    if sheet is None or not 0 <= sheet < len(every):
        headed = [number for number, rows in enumerate(every) if header_row(rows) is not None]
        sheet = max(headed or range(len(every)), key=lambda number: len(every[number]))
    rows = every[sheet]
    if header is None or not 0 <= header < len(rows):
        header = header_row(rows) or 0
    known = queries.mapping_of(session, _digest(rows[header]))
    named = known.columns if known is not None else {}
    wanted = [
        part for part in _parts(row) if part not in named
    ]  # a list of questions says nothing of answers
    used = [column for part, column in named.items() if part in PARTS]
    guessed = guess(rows[header])
    named = named | {part: guessed[part] for part in wanted if part in guessed and guessed[part] not in used}
    columns = ColumnsIn.model_validate({**named, "sheet": sheet, "header": header})
    return Chosen(sheet, header, columns, known is not None)


def _parts(row: SheetImport) -> tuple[str, ...]:
    return ANSWER_PARTS if row.response_id is not None else QUESTION_PARTS


def _digest(headings: Sequence[str]) -> str:
    return canonical.digest(list(shape(headings)))


def name_columns(session: WriteSession, *, actor: Actor, import_id: UUID, entry: ColumnsIn) -> SheetImport:
    """Say which column holds what; kept for the next file with the same headings.

    Raises `Invalid` at the field: a column used twice or outside the sheet, none for the question.
    """
    row = kept(session, actor=actor, import_id=import_id)
    rows = _rows(row, entry)
    headings = rows[entry.header]
    width = max(len(each) for each in rows)
    _check_columns(entry, width, filled=row.response_id is not None)
    row.columns = entry.model_dump()
    session.add(row)
    _record(session, actor, row, "mapped")
    known = queries.mapping_of(session, _digest(headings))
    if known is None:
        known = SheetMapping(
            shape=_digest(headings), headings=[heading[:200] for heading in headings], columns={}
        )
    other = {"kind", "every_sheet"} if row.response_id is None else {"every_sheet"}
    known.columns = known.columns | entry.model_dump(include={*_parts(row), *other})
    session.add(known)
    audit.record(
        session,
        actor,
        "questionnaires.mapping.saved",
        ("sheet_mapping", known.id),
        after={"shape": known.shape, "columns": known.columns},
    )
    session.flush()
    return row


def _rows(row: SheetImport, entry: ColumnsIn) -> list[list[str]]:
    if entry.sheet >= len(row.sheets):
        raise Invalid(
            "sheet.columns", [Problem("sheet", "The file has no such sheet; choose one of the list.")]
        )
    rows: list[list[str]] = row.sheets[entry.sheet]["rows"]
    if entry.header >= len(rows):
        raise Invalid(
            "sheet.columns", [Problem("header", "The sheet has no such row; choose one of the list.")]
        )
    return rows


def _check_columns(entry: ColumnsIn, width: int, *, filled: bool) -> None:
    at = entry.at()
    problems = [
        Problem(part, "The sheet has no such column; choose one of the list.")
        for part, column in at.items()
        if column >= width
    ]
    seen: dict[int, str] = {}
    for part, column in at.items():
        if column in seen:
            problems.append(
                Problem(part, f"This column is the one of the {seen[column]} already; choose another.")
            )
        seen.setdefault(column, part)
    if "question" not in at and not (filled and "id" in at):
        problems.append(Problem("question", "Say which column holds the question."))
    if filled and "answer" not in at:
        problems.append(Problem("answer", "Say which column holds the answer."))
    if problems:
        raise Invalid("sheet.columns", problems)


def _named(row: SheetImport) -> tuple[list[tuple[str, Rows]], Columns]:
    """The sheets that are meant, and their columns. Raises `Conflict` while nobody named them."""
    if not row.columns:
        raise Conflict("sheet.columns", "Say first which column holds what.")
    entry = ColumnsIn.model_validate(row.columns)
    first = _rows(row, entry)
    columns = Columns(entry.header, entry.at(), entry.kind)
    chosen: list[tuple[str, Rows]] = [(row.sheets[entry.sheet]["name"], first)]
    if entry.every_sheet:
        wanted = shape(first[entry.header])
        for number, sheet in enumerate(row.sheets):
            place = next((i for i, each in enumerate(sheet["rows"][:40]) if shape(each) == wanted), None)
            if number != entry.sheet and place is not None:
                # the heading row may stand elsewhere: cut or fill, so that it stands where the columns say
                body = [[]] * (entry.header + 1) + sheet["rows"][place + 1 :]
                chosen.append((sheet["name"], body))
    return chosen, columns


def draft_of(row: SheetImport, key: str = "draft", title: str = "Draft") -> tuple[Body, list[str]]:
    """The draft that the file would become, and what was left out."""
    return to_body(*_named(row), key, title)


def make_draft(
    session: WriteSession, *, actor: Actor, import_id: UUID, entry: NewTemplateIn
) -> QuestionnaireVersion:
    """Begin a draft with the questions of the file; the file's texts are then no longer kept."""
    row = kept(session, actor=actor, import_id=import_id)
    body, _ = draft_of(row, entry.key, entry.title)
    made = own.create_from(session, actor=actor, entry=entry, body=body, based_on=f"file {row.name}")
    _drop(session, actor, row, "used")
    return made


def proposed(session: ReadSession, *, actor: Actor, row: SheetImport) -> tuple[list[Proposed], list[str]]:
    """The answers of a filled file that differ from what stands, and the rows that could not be used."""
    if row.response_id is None:
        raise Conflict("sheet.no_answers", "This file was sent as questions; send it at the response.")
    access = _answering(session, actor, row.response_id)
    sheets_named, columns = _named(row)
    read, notes = to_answers(access.template, sheets_named, columns)
    rows = queries.answers_of(session, [row.response_id])[row.response_id]
    found = []
    for answer in read:
        if answer.question in access.hidden:
            notes.append(f"Row {answer.row + 1}: this section is sealed for you; left out")
            continue
        before, after = _spelled(access, answer, rows)
        if before != after:
            found.append(Proposed(answer, access.template.question(answer.question).text, before, after))
    return found, notes


def _spelled(access: ResponseAccess, answer: ReadAnswer, rows: Mapping[str, AnswerRow]) -> tuple[str, str]:
    question, stored = access.template.question(answer.question), rows.get(answer.question)
    before = spell_answer(question, stored.value) if stored else ""
    if stored and stored.not_applicable:
        before = "does not apply"
    after = "does not apply" if answer.not_applicable else spell_answer(question, to_plain(answer.value))
    if not after:
        after = before  # a comment alone leaves the answer
    doubt = doubt_of(question, to_plain(answer.value))
    after = f"{after}\n{doubt}" if doubt else after
    note = stored.note if stored else ""
    return _with(before, note), _with(after, answer.comment or note)


def _with(answer: str, note: str) -> str:
    return f"{answer} ({note})" if answer and note else answer or note


def apply_answers(session: WriteSession, *, actor: Actor, import_id: UUID) -> int:
    """Write the answers of a filled file down as said by the vendor; how many there were.

    An answer that the file leaves blank stays what it is. Raises `Conflict` once the response is finished.
    """
    row = kept(session, actor=actor, import_id=import_id)
    if row.response_id is None:
        raise Conflict("sheet.no_answers", "This file was sent as questions; send it at the response.")
    found, _ = proposed(session, actor=actor, row=row)
    stored = queries.answers_of(session, [row.response_id])[row.response_id]
    for each in found:
        answer, before = each.answer, stored.get(each.answer.question)
        value = to_plain(answer.value)
        keeps = value is None and not answer.not_applicable and before is not None
        entry = AnswerIn(
            value=before.value if keeps and before else value,
            confidence=Confidence.TOLD,
            not_applicable=answer.not_applicable,
            note=answer.comment or (before.note if before else ""),
        )
        save_answer(
            session, actor=actor, response_id=row.response_id, question_id=answer.question, entry=entry
        )
    _drop(session, actor, row, "used")
    return len(found)


def throw_away(session: WriteSession, *, actor: Actor, import_id: UUID) -> None:
    """Forget the file's texts."""
    _drop(session, actor, kept(session, actor=actor, import_id=import_id), "discarded")


def sweep(session: WriteSession) -> int:
    """Forget files that nobody used for 30 days; how many. For the periodic job."""
    old = queries.sheets_before(session, clock.now() - KEPT)
    for row in old:
        _drop(session, SYSTEM, row, "swept")
    return len(old)


def _drop(session: WriteSession, actor: Actor, row: SheetImport, verb: str) -> None:
    _record(session, actor, row, verb)
    session.delete(row)
    session.flush()


def _record(session: WriteSession, actor: Actor, row: SheetImport, verb: str, **after: object) -> None:
    shown = {name: value for name, value in after.items() if value is not None}
    audit.record(
        session,
        actor,
        f"questionnaires.sheet.{verb}",
        ("sheet_import", row.id),
        # a vendor's file may hold sealed prices: the chain gets a digest of questions only
        after=shown if row.response_id else {"digest": canonical.digest(row.sheets), **shown},
    )


def waiting(session: ReadSession, *, actor: Actor) -> list[SheetImport]:
    """Files that the actor sent and has not used yet, newest first."""
    return list(queries.sheets_by(session, actor.id))
