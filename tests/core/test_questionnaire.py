from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.questionnaire import (
    AnswerValue,
    MoneyAnswer,
    Questionnaire,
    core_subset,
    to_plain,
    validate_answer,
    validate_mark,
)
from app.kit import library
from tests.core.questionnaire_samples import choice, problems_of, read, section, small


@pytest.fixture(scope="module")
def call() -> Questionnaire:
    return read(library.load("questionnaires", "discovery-call"))


# reading


def test_shipped_discovery_call_has_39_questions_18_of_them_core(call: Questionnaire) -> None:
    assert len(list(call.questions())) == 39
    assert len(core_subset(call).order) == 18
    assert sum(part.minutes for part in call.sections) == 34
    assert sum(item.minutes for item in call.agenda) == call.minutes == 45
    assert sum(part.weight for part in call.sections) == 100


def test_words_of_the_taxonomy_become_options(call: Questionnaire) -> None:
    models = call.question("workforce_model")
    assert models.option("curated_crowd") is not None
    standard = call.question("attestations").columns[0]
    assert standard.option("soc2_type2") is not None


def test_every_word_written_no_stays_a_word(call: Questionnaire) -> None:
    option = call.question("agreements").option("no")
    assert option is not None
    assert option.knock_out


def test_all_problems_come_at_once_with_their_paths() -> None:
    value = library.load("questionnaires", "discovery-call")
    sections = value["sections"]
    sections[0]["questions"][1]["options"][2]["points"] = 120
    sections[0]["questions"][1]["options"][3]["id"] = False
    sections[0]["questions"][2]["mn"] = 0
    sections[0]["questions"][3]["options"][0].pop("text")
    sections[1]["questions"][0]["id"] = "ramp"
    sections[1]["questions"][2]["levels"].pop(3)
    sections[1]["questions"][3]["weight"] = 0
    sections[2]["questions"][2]["not_applicable_when"] = {"profile": "specialist", "is": "empty"}
    sections[2]["questions"][3]["columns"][1]["options_from"] = "taxonomy.proficiency"
    sections[4]["questions"][0]["feeds"] = ["cost"]
    sections[7]["questions"][0]["feeds"][0]["column"] = "step"
    value["audience"] = "vendors"
    said = problems_of(value)
    for expected in [
        "sections[0].questions[1].options[2].points: must be from 0 to 100",
        "sections[0].questions[1].options[3].id: must be text; YAML reads unquoted yes, no",
        "sections[0].questions[2].mn: unknown key; did you mean 'min'?",
        "sections[0].questions[3].options[0].text: is missing",
        "sections[1].questions[1]: the question id 'ramp' stands twice",
        "sections[1].questions[2].levels: write a text for level 3",
        "sections[1].questions[3].weight: must be above 0",
        "sections[2].questions[2]: 'specialist' is no profile entry of this file; "
        "did you mean 'specialists'?",
        "sections[2].questions[3].columns[1].options_from: must be taxonomy.<list>; "
        "did you mean 'proficiencies'?",
        "sections[4].questions[0].feeds[0]: must be vendor.<fact>, criterion.<id>",
        "sections[7].questions[0].feeds[0].column: maximum needs a column of numbers",
        "audience: 'vendors' is not known; did you mean 'vendor'?",
    ]:
        assert any(line.startswith(expected) for line in said), (expected, said)
    assert len(said) == 12


BOTH = ({"id": "x", "text": "X", "points": 60}, {"id": "y", "text": "Y", "points": 50})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scored": False}, "q0: give either a weight or 'scored: false'"),
        ({"weight": None}, "q0: give either a weight or 'scored: false'"),
        ({"scored": True}, "q0.scored: leave it out, or write 'scored: false'"),
        ({"options": None}, "q0: give either options or options_from"),
        ({"options_from": "taxonomy.industries"}, "q0: give either options or options_from"),
        ({"options": None, "options_from": "taxonomy.industries"}, "q0.options_from: words of the taxonomy"),
        ({"type": "multiple", "options": list(BOTH)}, "q0.options: all options together give 110 points"),
        ({"type": "yes_no"}, 'q0.options: a yes_no question has the two options "yes" and "no"'),
        ({"type": "number"}, "q0.weight: a number is never turned into points"),
        ({"type": "long_text", "options": None}, "q0.reviewer_levels: is missing; a long_text question"),
        ({"type": "table", "options": None}, "q0.columns: is missing; a table question needs it"),
        ({"levels": {0: "x"}}, "q0.levels: is not for single questions"),
        ({"reviewer_levels": {0: "x", 5: "y"}}, "q0.reviewer_levels: is not for single questions"),
        ({"unit": "people"}, "q0.unit: is only for numbers"),
        ({"when": {"answer": "q1", "equals": "o9"}}, "q0: 'o9' is no option of 'q1'"),
        ({"when": {"answer": "q9", "is": "set"}}, "q0: 'q9' is no question of this file"),
        ({"when": {"answer": "q1", "at_least": 3}}, "q0: 'at_least' does not fit a single question"),
        ({"when": {"answer": "q1"}}, "q0.when: a condition has one of profile or answer, and one test"),
        ({"when": {"any": []}}, "q0.when.any: needs at least 1 entry"),
        ({"when": "import os"}, "q0.when: must be keys with values"),
        ({"core": True, "when": {"answer": "q1", "is": "set"}}, "q0: a core question depends on q1"),
        ({"text": None}, "q0.text: is missing"),
        ({"type": "choice"}, "q0.type: 'choice' is not known"),
    ],
)
def test_fault_in_a_question_names_the_remedy(change: dict[str, Any], says: str) -> None:
    changed = {**choice("q0", 1, 0, 100), **change}
    value = small(section("s", 1, {k: v for k, v in changed.items() if v is not None}, choice("q1", 1, 0, 9)))
    place = says.replace("q0", "sections[0].questions[0]", 1)
    assert any(line.startswith(place) for line in problems_of(value)), problems_of(value)


def test_conditions_in_a_circle_are_refused() -> None:
    first = choice("a", 1, 0, 100, when={"answer": "b", "is": "set"})
    second = choice("b", 1, 0, 100, when={"not": {"answer": "a", "equals": "o1"}})
    (said,) = problems_of(small(section("s", 1, first, second)))
    assert said.startswith("sections: conditions run in a circle: ")
    assert problems_of(small(section("s", 1, choice("a", 1, 0, 100, when={"answer": "a", "is": "set"}))))


def test_section_condition_that_looks_at_its_own_question_is_a_circle() -> None:
    value = small(section("s", 1, choice("a", 1, 0, 100), when={"answer": "a", "is": "set"}))
    assert "circle" in problems_of(value)[0]


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {}, {"sections": [None, {}, {"questions": [None, 3, {"options": "x"}]}]}, {"profile": 1}],
)
def test_something_else_is_refused_and_never_crashes(value: object) -> None:
    assert problems_of(value)


# answers


@pytest.mark.parametrize(
    ("question", "raw", "value"),
    [
        ("same_people", "named", "named"),
        ("same_people", "  ", None),
        ("same_people", None, None),
        ("workforce_model", ["open_crowd"], ("open_crowd",)),
        ("agreement", ["gold", "overlap", "gold"], ("overlap", "gold")),
        ("agreement", [], None),
        ("attrition", "45 %", Decimal(45)),
        ("attrition", 45.5, Decimal("45.5")),
        ("ramp", "2.5", Decimal("2.5")),
        ("spikes", "0", 0),
        ("spikes", 5, 5),
        ("bad_week", " It went wrong.\r\nWe changed. ", "It went wrong.\nWe changed."),
        ("metrics_reported", "018f-aa", ("018f-aa",)),
        ("hours", [{"site": "Cebu", "time_zone": "Asia/Manila", "from": "9:00", "to": "18:00",
                    "weekend_cover": "no"}, {"site": "", "to": None}],
         ({"site": "Cebu", "time_zone": "Asia/Manila", "from": "09:00", "to": "18:00",
           "weekend_cover": False},)),
        ("hours", [{"site": ""}], None),
        ("worker_share", [{"site": "Cebu", "pay_per_hour": "2.10 usd",
                           "local_living_wage": {"amount": "1.9", "currency": "USD"}}],
         ({"site": "Cebu", "pay_per_hour": MoneyAnswer(Decimal("2.10"), "USD"),
           "local_living_wage": MoneyAnswer(Decimal("1.9"), "USD")},)),
        ("attestations", [{"standard": "soc2_type2", "until": "2027-03-31"}],
         ({"standard": "soc2_type2", "until": date(2027, 3, 31)},)),
        ("languages_covered", [{"language": "pt-br", "proficiency": "native", "people": 4}],
         ({"language": "pt-BR", "proficiency": "native", "people": Decimal(4)},)),
        ("where_data", [{"country": "de", "stored": True}], ({"country": "DE", "stored": True},)),
    ],
)  # fmt: skip
def test_answer_becomes_its_value_and_survives_json(
    call: Questionnaire, question: str, raw: object, value: AnswerValue | None
) -> None:
    found = validate_answer(call.question(question), raw)
    assert found == value
    assert validate_answer(call.question(question), to_plain(found)) == value


@pytest.mark.parametrize(
    ("question", "raw", "says"),
    [
        ("same_people", "names", "same_people: 'names' is not offered; did you mean 'named'?"),
        ("same_people", ["named", "core"], "same_people: choose one option only"),
        ("agreement", ["none", "gold"], "agreement: 'Not measured' cannot stand beside another choice"),
        ("ramp", "two", "ramp: enter a number, such as 12.5"),
        ("ramp", "2,5", "ramp: enter the number with a point"),
        ("ramp", -1, "ramp: must be at least 0 weeks; -1 was entered"),
        ("ramp", float("nan"), "ramp: enter a number"),
        ("ramp", "1e400", "ramp: enter a number"),
        ("ramp", True, "ramp: enter a number"),
        ("capacity_now", "2.5", "capacity_now: enter a whole number"),
        ("attrition", "301", "attrition: must be at most 300 %; 301 was entered"),
        ("spikes", 6, "spikes: choose a level from 0 to 5"),
        ("spikes", True, "spikes: choose a level from 0 to 5"),
        ("bad_week", "x" * 10_001, "bad_week: is 10001 characters long; shorten it to 10000"),
        ("bad_week", "a\x00b", "bad_week: holds characters that cannot be shown"),
        ("bad_week", "\ud800", "bad_week: holds characters that cannot be shown"),
        ("metrics_reported", ["../x"], "metrics_reported: attach a file"),
        ("hours", "9 to 5", "hours: enter rows with the columns site, time_zone"),
        ("hours", [{"site": "Cebu"}] * 201, "hours: enter at most 200 rows"),
        ("price_table", [{"component": "Labels", "unit": "label", "price_full": "12"}],
         "price_table[0].price_full: enter amount and currency, such as 12.50 USD"),
        ("price_table", [{"component": "Labels", "unit": "label", "price_full": "12 XYZ"}],
         "price_table[0].price_full: 'XYZ' is no currency"),
        ("price_table", [{"component": "Labels", "unit": "label", "price_full": "-1 USD"}],
         "price_table[0].price_full: must be at least 0 USD"),
        ("attestations", [{"standard": "soc2_type2", "until": "2027-02-30"}],
         "attestations[0].until: 2027-02-30 is not in the calendar"),
        ("attestations", [{"standard": "soc2_type2", "until": "31.3.2027"}],
         "attestations[0].until: enter a date as year-month-day"),
    ],
)  # fmt: skip
def test_wrong_answer_is_refused_with_its_remedy(
    call: Questionnaire, question: str, raw: object, says: str
) -> None:
    with pytest.raises(Invalid) as caught:
        validate_answer(call.question(question), raw)
    assert str(caught.value.problems[0]).startswith(says)


def test_all_wrong_cells_of_a_table_come_at_once(call: Questionnaire) -> None:
    rows = [
        {"site": "Cebu", "from": "25:00", "weekend": "yes"},
        {"time_zone": "UTC", "weekend_cover": "maybe"},
    ]
    with pytest.raises(Invalid) as caught:
        validate_answer(call.question("hours"), rows)
    assert [problem.where for problem in caught.value.problems] == [
        "hours[0].weekend",
        "hours[0].time_zone",
        "hours[0].from",
        "hours[0].to",
        "hours[1].site",
        "hours[1].from",
        "hours[1].to",
        "hours[1].weekend_cover",
    ]


def test_mark_is_0_to_5_and_only_where_a_reviewer_marks(call: Questionnaire) -> None:
    assert validate_mark(call.question("bad_week"), "4") == 4
    assert validate_mark(call.question("bad_week"), "") is None
    for question, raw in [("bad_week", 6), ("ramp", 3)]:
        with pytest.raises(Invalid):
            validate_mark(call.question(question), raw)
