"""A spreadsheet on its way: sent, its columns named, looked at, used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import parse_questionnaire
from app.core.questionnaire.edit import Body
from app.core.questionnaire.sheets import ANSWER_PARTS, PARTS, QUESTION_PARTS
from app.core.taxonomy import Taxonomy
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Option
from app.questionnaires.models import SheetImport
from app.questionnaires.schemas import ColumnsIn
from app.questionnaires.service.sheets import Chosen, Proposed
from app.questionnaires.views.library import TYPES

BASE = "/questionnaires/sheets"
SHOWN_ROWS = 12
_WIDTH = 120
_LABELS = {
    "id": "Its id",
    "section": "Section",
    "question": "Question",
    "options": "Possible answers",
    "help": "Guidance for the vendor",
    "answer": "Answer",
    "comment": "Comment",
}
_REMEMBERED = "These are the columns as they were named for the last file with these headings."


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A file that was sent and not used yet."""

    name: str
    href: str
    what: str


@dataclass(frozen=True, slots=True)
class SendSheetPage(Page):
    """Send a spreadsheet."""

    template: ClassVar[str] = "questionnaires/sheet_send.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    text: str
    form: FormState
    waiting: tuple[WaitingRow, ...]


@dataclass(frozen=True, slots=True)
class PartField:
    """A select that says which column holds something."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it stands in the sheet, to recognise it."""

    number: int
    is_header: bool
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnsPage(Page):
    """Name the columns once."""

    template: ClassVar[str] = "questionnaires/sheet_columns.html"

    crumbs: tuple[Crumb, ...]
    url: str
    sheet: str
    sheets: tuple[Option, ...]
    header: str
    headers: tuple[Option, ...]
    note: str
    rows: tuple[SheetRow, ...]
    parts: tuple[PartField, ...]
    columns: tuple[Option, ...]
    kinds: tuple[Option, ...]
    form: FormState
    nonce: str


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """A question the file would become."""

    id: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A section the file would become."""

    title: str
    questions: tuple[DraftQuestion, ...]


@dataclass(frozen=True, slots=True)
class SheetDraftPage(Page):
    """What the file would become, before it does."""

    template: ClassVar[str] = "questionnaires/sheet_draft.html"

    crumbs: tuple[Crumb, ...]
    url: str
    summary: str
    notes: tuple[str, ...]
    sections: tuple[DraftSection, ...]
    form: FormState


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """An answer of the file beside what stands."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SheetAnswersPage(Page):
    """What the file would change, before it does."""

    template: ClassVar[str] = "questionnaires/sheet_answers.html"

    crumbs: tuple[Crumb, ...]
    url: str
    summary: str
    notes: tuple[str, ...]
    rows: tuple[ProposedRow, ...]
    nonce: str


def crumbs_of(row: SheetImport | None, *, inside: bool = False) -> tuple[Crumb, ...]:
    """The pages above; those of a response when the file holds its answers."""
    if row is not None and row.response_id is not None:
        above = [Crumb("Response", f"/responses/{row.response_id}")]
    else:
        above = [Crumb("Questionnaires", "/questionnaires"), Crumb("Spreadsheets", BASE)]
    return (*above, Crumb("Columns", f"{BASE}/{row.id}")) if inside and row else tuple(above)


def send_view(form: FormState, waiting: Sequence[SheetImport]) -> SendSheetPage:
    """The form that takes a file with questions, and the files that wait."""
    rows = tuple(
        WaitingRow(
            row.name, f"{BASE}/{row.id}", "answers" if row.response_id else "questions",
        )
        for row in waiting
    )  # fmt: skip
    return SendSheetPage(
        title="Import a spreadsheet",
        crumbs=(Crumb("Questionnaires", "/questionnaires"),),
        action=BASE,
        cancel="/questionnaires",
        text=(
            "A questionnaire you own as a spreadsheet (of the CAIQ, HECVAT or SIG kind) becomes a draft. You say once "
            "which column holds what; the next file with the same headings needs no more than a look."
        ),
        form=form,
        waiting=rows,
    )


def send_answers_view(form: FormState, response_id: str) -> SendSheetPage:
    """The form that takes a filled file for a response."""
    url = f"/responses/{response_id}"
    return SendSheetPage(
        title="Read a filled spreadsheet",
        crumbs=(Crumb("Response", url),),
        action=f"{url}/sheets",
        cancel=url,
        text=(
            "A vendor sent the questionnaire back as a spreadsheet. A workbook that was downloaded here is known; of "
            "another file say which columns hold id, answer and comment. You see every change before it is saved."
        ),
        form=form,
        waiting=(),
    )


def form_values(columns: ColumnsIn) -> dict[str, object]:
    """The fields of the columns' form."""
    found: dict[str, object] = {part: getattr(columns, part) for part in PARTS}
    return {**found, "every_sheet": columns.every_sheet, "kind": columns.kind}


def letter(column: int) -> str:
    """A column as spreadsheet programs call it.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def columns_view(row: SheetImport, chosen: Chosen, form: FormState) -> ColumnsPage:
    """The sheet's first rows and a select for each part."""
    rows: list[list[str]] = row.sheets[chosen.sheet]["rows"]
    width = max(len(each) for each in rows)
    headings = rows[chosen.header]
    first = max(0, chosen.header - 2)
    parts = ANSWER_PARTS if row.response_id else QUESTION_PARTS
    return ColumnsPage(
        title=f"Columns of {row.name}",
        crumbs=crumbs_of(row),
        url=f"{BASE}/{row.id}",
        sheet=str(chosen.sheet),
        sheets=tuple(
            Option(str(number), f"{sheet['name']} ({len(sheet['rows'])} rows)")
            for number, sheet in enumerate(row.sheets)
        ),
        header=str(chosen.header),
        headers=tuple(
            Option(str(number), f"Row {number + 1}: {_short('; '.join(filter(None, cells)), 80)}")
            for number, cells in enumerate(rows[:60])
            if any(cells)
        ),
        note=_REMEMBERED if chosen.remembered else "",
        rows=tuple(
            SheetRow(number + 1, number == chosen.header, _cells(cells, width))
            for number, cells in list(enumerate(rows))[first : chosen.header + SHOWN_ROWS]
        ),
        parts=tuple(PartField(part, _LABELS[part]) for part in parts),
        columns=tuple(
            Option(str(column), f"{letter(column)}: {_short(headings[column] if column < len(headings) else '', 60)}")
            for column in range(width)
        ),
        kinds=(
            Option("yes_no", "yes or no"),
            Option("long_text", "text"),
            Option("text", "short text"),
        ) if not row.response_id else (),
        form=form,
        nonce=form.nonce,
    )  # fmt: skip


def _short(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _cells(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(_short(cells[column], _WIDTH) if column < len(cells) else "" for column in range(width))


def draft_view(
    row: SheetImport, body: Body, notes: Sequence[str], taxonomy: Taxonomy, form: FormState
) -> SheetDraftPage:
    """The sections and questions of the file."""
    parsed = parse_questionnaire(body, taxonomy)
    count = sum(len(section.questions) for section in parsed.sections)
    return SheetDraftPage(
        title=f"Questions of {row.name}",
        crumbs=crumbs_of(row, inside=True),
        url=f"{BASE}/{row.id}",
        summary=(
            f"{count} {wording.plural('question', count)} in {len(parsed.sections)} "
            f"{wording.plural('section', len(parsed.sections))}. "
            "None is scored yet: give weights and points in the draft."
        ),
        notes=tuple(notes),
        sections=tuple(
            DraftSection(
                section.title,
                tuple(DraftQuestion(each.id, each.text, TYPES[each.type]) for each in section.questions),
            )
            for section in parsed.sections
        ),
        form=form,
    )


def answers_view(
    row: SheetImport, found: Sequence[Proposed], notes: Sequence[str], nonce: str
) -> SheetAnswersPage:
    """The answers of the file beside what stands."""
    return SheetAnswersPage(
        title=f"Answers of {row.name}",
        crumbs=crumbs_of(row, inside=True),
        url=f"{BASE}/{row.id}",
        summary=f"{len(found)} {wording.plural('answer', len(found))} would change.",
        notes=tuple(notes),
        rows=tuple(ProposedRow(each.question, each.before, each.after) for each in found),
        nonce=nonce,
    )
