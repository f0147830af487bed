"""Spreadsheets of other makers' shapes: small ones, in words of our own."""

import pytest

from app.core.errors import Invalid
from app.core.questionnaire import Questionnaire
from app.core.questionnaire.sheets import (
    Columns,
    guess,
    header_row,
    ident_of,
    shape,
    to_answers,
    to_body,
)
from tests.core.questionnaire_samples import read

CAIQ = [
    ["Assessment of cloud controls", "", "", ""],
    [],
    [
        "Question ID",
        "Consensus Assessment Question",
        "CSP Answer",
        "CSP Implementation Description",
        "Domain",
    ],
    ["A&A-01.1", "Are audits planned?", "Yes", "Every spring", "Audit"],
    ["A&A-01.2", "Are they reviewed?", "NA", "", ""],
    ["DSP-01.1", "Is data classified?", "No", "Next year", "Data"],
]
HECVAT = [
    ["Company", "", "", ""],
    ["ID", "Question", "Answers", "Additional Information", "Guidance"],
    ["COMP-01", "Describe your company.", "", "", "A few lines"],
    ["Documentation", "", "", ""],
    ["DOCU-01", "Is there a report?", "", "", "SOC 2 and the like"],
]
SIG = [
    ["Ser No", "Ques Num", "Question/Request", "Response", "Comments", "Category", "Options"],
    ["1", "A.1", "How is risk handled?", "Fully", "", "Risk", "Fully; Partly; Not at all"],
    ["2", "A.1", "Again?", "Maybe", "", "Risk", "Yes/No/N/A"],
]


def draft(rows: list[list[str]], columns: Columns) -> tuple[Questionnaire, list[str]]:
    body, notes = to_body([("Sheet", rows)], columns, "theirs", "Theirs")
    return read(body), notes


@pytest.mark.parametrize(
    ("rows", "header", "found"),
    [
        (CAIQ, 2, {"id": 0, "question": 1, "answer": 2, "comment": 3, "section": 4}),
        (HECVAT, 1, {"id": 0, "question": 1, "answer": 2, "comment": 3, "help": 4}),
    ],
)
def test_headings_of_known_shapes_are_recognised(
    rows: list[list[str]], header: int, found: dict[str, int]
) -> None:
    assert header_row(rows) == header
    assert guess(rows[header]) == found


def test_shape_ignores_case_blanks_and_punctuation() -> None:
    assert shape(["Question  ID", "Answer:", ""]) == shape(["question id", "ANSWER"])
    assert shape(["Question ID"]) != shape(["Question"])


def test_cloud_shape_becomes_yes_no_questions_in_sections() -> None:
    parsed, notes = draft(CAIQ, Columns(2, guess(CAIQ[2])))
    assert notes == []
    assert [section.title for section in parsed.sections] == ["Audit", "Data"]
    assert [(q.id, q.type, q.controls) for q in parsed.questions()] == [
        ("a_a_01_1", "yes_no", ("A&A-01.1",)),
        ("a_a_01_2", "yes_no", ("A&A-01.2",)),
        ("dsp_01_1", "yes_no", ("DSP-01.1",)),
    ]


def test_row_with_one_text_is_a_heading() -> None:
    parsed, _ = draft(HECVAT, Columns(1, {"question": 1, "answer": 2, "help": 4}, "long_text"))
    assert [section.title for section in parsed.sections] == ["Sheet", "Documentation"]
    assert parsed.question("q_001").help == "A few lines"


def test_listed_options_become_choices_and_a_second_id_gets_another_name() -> None:
    columns = Columns(0, {"id": 1, "question": 2, "section": 5, "options": 6})
    parsed, notes = draft(SIG, columns)
    first, second = parsed.questions()
    assert [option.text for option in first.options] == ["Fully", "Partly", "Not at all"]
    assert (second.id, second.type) == ("a_1_2", "yes_no")
    assert notes == ["Sheet, row 3: the id 'A.1' stands twice; it became a_1_2"]


def test_filled_sheet_gives_answers_and_not_applicable_is_no_no() -> None:
    columns = Columns(2, guess(CAIQ[2]))
    parsed, _ = draft(CAIQ, columns)
    found, notes = to_answers(parsed, [("Sheet", CAIQ)], columns)
    assert notes == []
    assert [(each.question, each.value, each.not_applicable, each.comment) for each in found] == [
        ("a_a_01_1", True, False, "Every spring"),
        ("a_a_01_2", None, True, ""),
        ("dsp_01_1", False, False, "Next year"),
    ]


def test_answers_that_fit_nothing_are_named_with_their_row() -> None:
    columns = Columns(0, {"id": 1, "question": 2, "answer": 3, "options": 6})
    parsed, _ = draft(SIG, columns)
    filled = [*SIG[:1], ["1", "A.1", "How is risk handled?", "Somewhat"], ["9", "Z.9", "Unknown", "Yes"]]
    found, notes = to_answers(parsed, [("Sheet", filled)], columns)
    assert found == []
    assert notes[0].startswith("Sheet, row 2: 'Somewhat' is not offered")
    assert notes[1] == "Sheet, row 3: belongs to no question of this questionnaire; left out"


def test_blank_answer_is_no_answer() -> None:
    columns = Columns(2, guess(CAIQ[2]))
    parsed, _ = draft(CAIQ, columns)
    blank_one = [*CAIQ[:3], ["A&A-01.1", "Are audits planned?", "", ""]]
    assert to_answers(parsed, [("Sheet", blank_one)], columns) == ([], [])


def test_sheet_without_a_question_is_refused_with_the_remedy() -> None:
    with pytest.raises(Invalid, match="heading row"):
        to_body([("Sheet", [["a"], ["b"]])], Columns(0, {"question": 5}), "k", "K")


@pytest.mark.parametrize("text", ["", "—", "New", "1", "Ä", "x" * 300, "new"])
def test_every_id_of_a_sender_gives_a_draft_that_can_be_read(text: str) -> None:
    rows = [["ID", "Question"], [text, "Why?"], [text, "Why not?"], [f"{text} section"], ["2", "How?"]]
    parsed, _ = draft(rows, Columns(0, {"id": 0, "question": 1}))
    assert len(list(parsed.questions())) == 3
    assert len(ident_of(text)) <= 72
