"""The answers of up to nine candidates side by side: on the page, for programs, for CSV and Excel."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from app.core.questionnaire import Question, Questionnaire, Section
from app.core.questionnaire import chosen as options_of
from app.files.models import File
from app.kit import wording
from app.kit.paging import link
from app.kit.spreadsheet import Cell
from app.kit.ui import Chip, FileRow, Option
from app.questionnaires.schemas import ComparedAnswer, ComparedQuestion
from app.questionnaires.service import CandidateAnswers, HeldResponse, shown
from app.questionnaires.views.fill import CONFIDENCES, STATUS_WORDS, badge_of

MOST = 9
LONGEST = 400
"""Characters of an answer in a table; the whole stands where its link leads."""
SHOWS = (
    Option("differ", "where they differ"),
    Option("open", "with open answers"),
    Option("bad", "knock-outs and ask-backs"),
    Option("knock_out", "knock-outs only"),
)
KNOCK_OUT = "knock-out"


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """An answer in the table; `text` holds line breaks between the rows of a table. `differs`: from what most
    others say. `points` '' where the answer has none."""

    text: str
    badge: tuple[str, str]
    note: str
    href: str
    alarm: tuple[str, str]
    differs: bool
    points: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A question with one cell per candidate; `evidence` is what would back the answer, `is_split`: the answers
    differ, and none is the usual one."""

    text: str
    evidence: str
    is_split: bool
    cells: tuple[AnswerCell, ...]


@dataclass(frozen=True, slots=True)
class CompareSection:
    """A section of the table."""

    title: str
    rows: tuple[CompareRow, ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the table is wanted: one section or '' for all, `show` one of `SHOWS` or '', candidates by id (none:
    the first nine)."""

    section: str = ""
    show: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table with its filters; without `names` nobody has begun."""

    url: str
    key: str
    names: tuple[str, ...]
    section: str
    section_options: tuple[Option, ...]
    show: str
    show_options: tuple[Option, ...]
    candidates: tuple[str, ...]
    candidate_options: tuple[Option, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    summary: str
    sections: tuple[CompareSection, ...]
    csv_url: str
    excel_url: str


def chosen(found: Sequence[CandidateAnswers], wanted: Narrowed) -> list[CandidateAnswers]:
    """The candidates to compare: those wanted, else all that have begun; never more than nine."""
    begun = [each for each in found if each.held is not None]
    named = [each for each in begun if str(each.view.candidate.id) in wanted.candidates]
    return (named or begun)[:MOST]


def compared(
    template: Questionnaire, found: Sequence[CandidateAnswers], wanted: Narrowed
) -> Iterator[tuple[Section, Question, list[HeldResponse]]]:
    """Every wanted question with the responses to compare; what nobody may read or nobody is asked is left out."""
    held = [each.held for each in found if each.held is not None]
    for section in template.sections:
        if wanted.section not in ("", section.id) or not held:
            continue
        if section.sealed and not held[0].access.sees_sealed:
            continue
        for question in section.questions:
            if _wanted(question, held, wanted.show):
                yield section, question, held


def _wanted(question: Question, held: Sequence[HeldResponse], show: str) -> bool:
    asking = [each for each in held if question.id in each.applies]
    if show == "open":
        return any(each.status(question) in ("open", "closed_unanswered") for each in asking)
    if show == "bad":
        return any(alarm(each, question) for each in asking)
    if show == KNOCK_OUT.replace("-", "_"):
        return any(alarm(each, question) == KNOCK_OUT for each in asking)
    if show == "differ":
        return len(set(_told([_said(each, question) for each in asking]))) > 1
    return bool(asking)


def _said(held: HeldResponse, question: Question) -> tuple[str, str]:
    """What counts as the same: how the question stands, and the answer in words."""
    if question.id not in held.applies:
        return "not_asked", ""
    answer = shown(held, question.id)
    return answer.status, answer.text


def _told(said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that say something: what is open or not asked does not differ from anything."""
    return [each for each in said if each[0] not in ("open", "closed_unanswered", "not_asked")]


def alarm(held: HeldResponse, question: Question) -> str:
    """`knock-out` or `ask back` for an answer that deserves it and counts, '' for all others."""
    answer = held.answers.get(question.id)
    if answer is None or answer.value is None or held.status(question) != "answered":
        return ""
    picked = options_of(question, answer.value)
    if any(option.knock_out for option in picked):
        return KNOCK_OUT
    return "ask back" if any(option.on_bad or option.ask_why for option in picked) else ""


def usual(said: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """What more answers say than anything else; None when nothing stands out or nothing differs.

    >>> usual([("answered", "a"), ("answered", "a"), ("answered", "b")])
    ('answered', 'a')
    >>> usual([("answered", "a"), ("answered", "b")]) is None
    True
    """
    counts = Counter(said).most_common(2)
    if len(counts) == 2 and counts[0][1] == counts[1][1]:
        return None
    return counts[0][0] if counts else None


def comparison(
    template: Questionnaire,
    found: Sequence[CandidateAnswers],
    wanted: Narrowed,
    url: str,
    key: str,
    files: Mapping[UUID, Mapping[str, File]],
) -> Comparison:
    """The table of one questionnaire; `files` holds by response what is attached to it."""
    begun = [each for each in found if each.held is not None]
    taken = chosen(found, wanted)
    query: dict[str, object] = {
        "key": key,
        "section": wanted.section,
        "show": wanted.show,
        "candidate": wanted.candidates,
    }
    titles = {section.id: section.title for section in template.sections}
    chips = [Chip(titles[wanted.section], link(url, query, section=""))] if wanted.section else []
    chips += [Chip(row.label, link(url, query, show="")) for row in SHOWS if wanted.show == row.value != ""]
    if wanted.candidates:
        chips.append(Chip(f"{len(taken)} chosen", link(url, query, candidate=())))
    return Comparison(
        url=url,
        key=key,
        names=tuple(each.view.name for each in taken),
        section=wanted.section,
        section_options=tuple(Option(name, title) for name, title in titles.items()),
        show=wanted.show,
        show_options=SHOWS,
        candidates=tuple(str(each.view.candidate.id) for each in taken),
        candidate_options=tuple(Option(str(each.view.candidate.id), each.view.name) for each in begun),
        chips=tuple(chips),
        clear_url=link(url, {"key": key}),
        summary=_summary(found, len(taken)),
        sections=_sections(template, taken, wanted, files),
        csv_url=link(f"{url}.csv", query),
        excel_url=link(f"{url}.xlsx", query),
    )


def _summary(found: Sequence[CandidateAnswers], taken: int) -> str:
    """How far everybody is together, and how many of them are shown."""
    begun = [each.held for each in found if each.held is not None]
    done = sum(held.access.is_finished for held in begun)
    settled, asked = (sum(getattr(held.progress, name) for held in begun) for name in ("settled", "asked"))
    text = (
        f"{done} of {len(found)} {wording.plural('candidate', len(found))} handed in · {settled} of {asked} "
        f"{wording.plural('question', asked)} answered"
    )
    return text + (f" · {taken} of {len(begun)} shown" if taken < len(begun) else "")


def _sections(
    template: Questionnaire,
    found: Sequence[CandidateAnswers],
    wanted: Narrowed,
    files: Mapping[UUID, Mapping[str, File]],
) -> tuple[CompareSection, ...]:
    rows: dict[str, list[CompareRow]] = {}
    for section, question, held in compared(template, found, wanted):
        said = [_said(each, question) for each in held]
        told = _told(said)
        most = usual(told)
        cells = tuple(
            _cell(each, question, most is not None and mine in told and mine != most, files)
            for each, mine in zip(held, said, strict=True)
        )
        evidence = ", ".join(each.replace("_", " ") for each in question.evidence)
        rows.setdefault(section.title, []).append(
            CompareRow(question.text, evidence, most is None and len(told) > 1, cells)
        )
    return tuple(CompareSection(title, tuple(lines)) for title, lines in rows.items())


def _cell(
    held: HeldResponse, question: Question, differs: bool, files: Mapping[UUID, Mapping[str, File]]
) -> AnswerCell:
    href = f"/responses/{held.access.response.id}#q-{question.id}"
    if question.id not in held.applies:
        return AnswerCell("", STATUS_WORDS["not_asked"], "", href, ("", ""), False, "", ())
    answer, found = shown(held, question.id), alarm(held, question)
    badge = badge_of(held, question)
    if answer.status == "answered":
        badge = (answer.confidence.value, "ok" if answer.confidence == "evidenced" else "")
    kind = (found, "bad" if found == KNOCK_OUT else "warn") if found else ("", "")
    attached = _files(held, question, files.get(held.access.response.id, {}))
    return AnswerCell(
        clipped(answer.text), badge, answer.note, href, kind, differs, _points(held, question), attached
    )


def clipped(text: str) -> str:
    """The beginning of a long answer, up to a word."""
    return (
        text
        if len(text) <= LONGEST
        else (text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]).rstrip() + " …"
    )


def _points(held: HeldResponse, question: Question) -> str:
    points = points_of(held, question)
    return "" if points is None else f"{wording.number(points)} {wording.plural('point', round(points))}"


def points_of(held: HeldResponse, question: Question) -> float | None:
    """What the answer is worth of 100, None where it has no points (yet)."""
    for section in held.score.sections:
        for each in section.questions:
            if each.id == question.id and each.state == "scored":
                return each.low
    return None


def _files(held: HeldResponse, question: Question, known: Mapping[str, File]) -> tuple[FileRow, ...]:
    row = held.rows.get(question.id)
    names = row.value if row is not None and question.type == "file" and isinstance(row.value, list) else []
    return tuple(
        FileRow(file.name, f"/files/{file.id}/{quote(file.name, safe='')}", wording.size(file.size))
        for name in names
        if (file := known.get(str(name))) is not None
    )


def compared_out(template: Questionnaire, found: Sequence[CandidateAnswers]) -> list[ComparedQuestion]:
    """The table for programs, every candidate in it."""
    return [
        ComparedQuestion(
            question_id=question.id,
            section=section.id,
            text=question.text,
            answers=[_out(each, question) for each in held],
        )
        for section, question, held in compared(template, found, Narrowed())
    ]


def _out(held: HeldResponse, question: Question) -> ComparedAnswer:
    if question.id not in held.applies:
        return ComparedAnswer(
            candidate_id=held.access.candidate.id,
            status="not_asked",
            text="",
            confidence=None,
            revision=None,
            points=None,
        )
    answer = shown(held, question.id)
    return ComparedAnswer(
        candidate_id=held.access.candidate.id,
        status=answer.status,
        text=answer.text,
        confidence=answer.confidence if answer.status == "answered" else None,
        revision=answer.evidence.revision if answer.evidence else None,
        points=points_of(held, question),
    )


def table(
    template: Questionnaire, found: Sequence[CandidateAnswers], wanted: Narrowed
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and rows for CSV and Excel: per candidate the answer, how it stands, and the note."""
    taken = chosen(found, wanted) if wanted.candidates else list(found)
    header = ["Section", "Question"]
    for each in taken:
        if each.held is not None:
            header += [each.view.name, f"{each.view.name}: standing", f"{each.view.name}: note"]
    rows: list[list[Cell]] = []
    for section, question, held in compared(template, taken, wanted):
        cells = [cell for response in held for cell in _exported(response, question)]
        rows.append([section.title, question.text, *cells])
    return header, rows


def _exported(held: HeldResponse, question: Question) -> tuple[str, str, str]:
    if question.id not in held.applies:
        return "", STATUS_WORDS["not_asked"][0], ""
    told = shown(held, question.id)
    answered = told.status == "answered"
    stands = CONFIDENCES[told.confidence] if answered else badge_of(held, question)[0]
    found = alarm(held, question)
    return told.text, f"{stands}; {found}" if found else stands, told.note
