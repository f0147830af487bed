from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.questionnaire import (
    Answer,
    AnswerValue,
    MoneyAnswer,
    Questionnaire,
    applicability,
    core_subset,
    feeds,
    parse_questionnaire,
    progress,
    score,
    to_plain,
    validate_answer,
    validate_mark,
    visible,
)
from app.kit import library

EU = {"data_classes": ["personal_eu"], "languages": ["de"], "specialists": ["lawyer"]}


def read(value: object) -> Questionnaire:
    return parse_questionnaire(value, library.taxonomy())


@pytest.fixture(scope="module")
def call() -> Questionnaire:
    return read(library.load("questionnaires", "discovery-call"))


def problems_of(value: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(value)
    return [str(problem) for problem in caught.value.problems]


def choice(name: str, weight: int, *points: int, **more: Any) -> dict[str, Any]:
    options = [{"id": f"o{i}", "text": f"Option {i}", "points": p} for i, p in enumerate(points)]
    return {"id": name, "text": name, "type": "single", "weight": weight, "options": options, **more}


def small(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": "assay/questionnaire@1",
        "id": "small",
        "version": 1,
        "title": "Small",
        "audience": "vendor",
        "sections": list(sections),
        **more,
    }


def section(name: str, weight: int, *questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "weight": weight, "questions": list(questions), **more}


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


# which questions apply


def test_profile_switches_questions_on(call: Questionnaire) -> None:
    plain = {question.id for question in visible(call, {}, {})}
    european = {question.id for question in visible(call, EU, {})}
    assert european - plain == {"agreements", "languages_covered", "domain_experts"}


FOLLOWING = small(
    section(
        "s", 1, choice("a", 1, 0, 100),
        choice("b", 1, 0, 100, when={"answer": "a", "equals": "o1"}),
        choice("c", 2, 0, 100, when={"any": [
            {"answer": "b", "equals": "o0"}, {"profile": "p", "at_least": 3}]}),
    ),
    profile=[{"id": "p", "from": "need.volume"}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "answers", "expected"),
    [
        ({}, {}, {"a": True, "b": None, "c": None}),
        ({"p": 3}, {}, {"a": True, "b": None, "c": True}),
        ({"p": 2}, {"a": "o0"}, {"a": True, "b": False, "c": False}),
        ({}, {"a": "o1"}, {"a": True, "b": True, "c": None}),
        ({}, {"a": "o1", "b": "o0"}, {"a": True, "b": True, "c": True}),
        ({}, {"a": "o0", "b": "o0"}, {"a": True, "b": False, "c": False}),
    ],
)
def test_question_follows_earlier_answers(
    profile: dict[str, object], answers: dict[str, str], expected: dict[str, bool | None]
) -> None:
    given_answers = {name: Answer(value) for name, value in answers.items()}
    assert applicability(read(FOLLOWING), profile, given_answers) == expected


# points


def test_points_are_weighted_means_by_hand() -> None:
    mark = {"id": "m", "text": "m", "type": "text", "weight": 1, "reviewer_levels": {0: "x", 5: "y"}}
    levels = {"id": "l", "text": "l", "type": "scale", "weight": 3, "levels": dict.fromkeys(range(6), "t")}
    several = {
        "id": "v", "text": "v", "type": "multiple", "weight": 1,
        "options": [{"id": "x", "text": "X", "points": 30}, {"id": "y", "text": "Y", "points": 45}],
    }  # fmt: skip
    yes = {
        "id": "y", "text": "y", "type": "yes_no", "weight": 1,
        "options": [{"id": "yes", "text": "Y", "points": 90}, {"id": "no", "text": "N", "points": 10}],
    }  # fmt: skip
    questionnaire = read(
        small(section("one", 30, choice("a", 2, 0, 50), levels), section("two", 10, several, yes, mark))
    )
    answers = {
        "a": Answer("o1"),
        "l": Answer(4),
        "v": Answer(("x", "y")),
        "y": Answer(True),
        "m": Answer("said"),
    }
    found = score(questionnaire, {}, answers)
    one, two = found.sections
    assert (one.low, one.high, one.share, one.coverage) == (68.0, 68.0, 0.75, 1.0)  # (2·50 + 3·80) / 5
    assert (two.low, two.high) == (55.0, 88.3333)  # (75 + 90 + 0…100) / 3
    assert [question.state for question in two.questions] == ["scored", "scored", "to_mark"]
    assert (found.low, found.high) == (64.75, 73.0833)
    assert found.coverage == 0.9167
    answers["m"] = Answer("said", mark=3)
    assert score(questionnaire, {}, answers).sections[1].low == 75.0


def test_nothing_answered_is_the_whole_interval_and_nothing_scored_is_none() -> None:
    questionnaire = read(small(section("s", 1, choice("a", 1, 0, 100))))
    found = score(questionnaire, {}, {})
    assert (found.low, found.high, found.coverage) == (0.0, 100.0, 0.0)
    none = score(questionnaire, {}, {"a": Answer(not_applicable=True)})
    assert (none.low, none.high, none.coverage, none.sections) == (None, None, None, ())


def test_what_does_not_apply_leaves_both_sums_for_everybody() -> None:
    questionnaire = read(small(section("s", 1, choice("a", 1, 0, 40), choice("b", 3, 0, 100))))
    answers = {"a": Answer("o1"), "b": Answer("o1")}
    assert score(questionnaire, {}, answers).low == 85.0
    assert score(questionnaire, {}, answers, without={"b"}).low == 40.0
    assert score(questionnaire, {}, {**answers, "b": Answer("o1", not_applicable=True)}).high == 40.0


def test_sealed_section_counts_only_on_request_and_is_named(call: Questionnaire) -> None:
    answers = {"subcontractors": Answer("undisclosed"), "rework_terms": Answer("us")}
    found = score(call, EU, answers)
    assert found.left_out == ("pricing",)
    assert "pricing" not in [part.id for part in found.sections]
    opened = score(call, EU, answers, with_sealed=True)
    assert opened.left_out == ()
    assert sum(part.share for part in opened.sections) == pytest.approx(1, abs=1e-3)


def test_knock_out_is_named_whatever_the_score(call: Questionnaire) -> None:
    found = score(call, EU, {"subcontractors": Answer("undisclosed"), "agreements": Answer("no")})
    assert [(out.question, out.option) for out in found.knock_outs] == [
        ("subcontractors", "undisclosed"),
        ("agreements", "no"),
    ]
    assert score(call, {}, {"agreements": Answer("no")}).knock_outs == ()


def test_progress_counts_only_what_is_asked(call: Questionnaire) -> None:
    start = progress(call, {}, {})
    assert (start.settled, start.asked) == (0, 36)
    answers = {"ramp": Answer(Decimal(2)), "sla": Answer(not_applicable=True), "agreements": Answer("ours")}
    later = progress(call, {}, answers)
    assert later.settled == 2
    assert later.sections["flexibility"] == (2, 6)
    assert progress(call, EU, answers).sections["assurance"] == (1, 6)


def test_question_whose_condition_is_still_open_counts_as_open() -> None:
    questionnaire = read(FOLLOWING)
    waiting = score(questionnaire, {"p": 3}, {"c": Answer("o1")})
    assert [question.state for question in waiting.sections[0].questions] == ["open", "undecided", "scored"]
    assert (waiting.low, waiting.high) == (50.0, 100.0)  # weights 1, 1, 2
    decided = score(questionnaire, {"p": 3}, {"a": Answer("o0"), "c": Answer("o1")})
    assert (decided.low, decided.high) == (66.6667, 66.6667)


# feeds


def test_answers_reach_criteria_and_facts_in_natural_units(call: Questionnaire) -> None:
    steps: tuple[dict[str, AnswerValue], ...] = (
        {"step": "contract", "done_by_day": Decimal(14)},
        {"step": "first_batch", "done_by_day": Decimal(40)},
        {"step": "hiring", "done_by_day": Decimal(21)},
    )
    found = feeds(
        call,
        {},
        {
            "ramp": Answer(Decimal("2.5"), confidence="evidenced"),
            "days_to_first_batch": Answer(steps),  # type: ignore[arg-type]
            "attrition": Answer(Decimal(45)),
            "rework_terms": Answer("vendor"),
        },
    )
    ramp, days = found["criterion.ramp_weeks"][0], found["criterion.kickoff_days"][0]
    assert (ramp.value, ramp.unit, ramp.status, ramp.sealed) == (Decimal("2.5"), "weeks", "evidenced", False)
    assert (days.value, days.unit, days.status) == (Decimal(40), "calendar days", "claimed")
    assert (found["vendor.attrition"][0].value, found["vendor.attrition"][0].unit) == (Decimal(45), "percent")
    assert found["criterion.rework_terms"][0].sealed
    assert found["requirement.dpa"][0].status == "not_applicable"
    assert (found["criterion.vetting"][0].value, found["criterion.vetting"][0].status) == (None, "open")
    assert [fed.question for fed in found["criterion.worker_treatment"]] == ["worker_share", "ethics"]


def test_table_without_numbers_feeds_nothing_instead_of_zero() -> None:
    columns = [
        {"id": "what", "text": "What", "type": "text"},
        {"id": "days", "text": "Days", "type": "number", "unit": "days"},
    ]
    value = small(
        section(
            "s", 0,
            {"id": "t", "text": "T", "type": "table", "scored": False, "columns": columns, "feeds": [
                {"to": "criterion.total", "column": "days", "take": "sum"},
                {"to": "criterion.rows", "column": "days", "take": "count"},
                {"to": "criterion.least", "column": "days", "take": "minimum"},
                "vendor.rows",
            ]},
        )
    )  # fmt: skip
    questionnaire = read(value)
    empty = feeds(questionnaire, {}, {"t": Answer(({"what": "x"},))})
    assert (empty["criterion.total"][0].value, empty["criterion.total"][0].status) == (None, "open")
    assert empty["criterion.rows"][0].value == 0
    full = feeds(questionnaire, {}, {"t": Answer(({"days": Decimal(3)}, {"days": Decimal(4)}))})
    assert (full["criterion.total"][0].value, full["criterion.total"][0].unit) == (Decimal(7), "days")
    assert full["criterion.least"][0].value == Decimal(3)
    assert full["vendor.rows"][0].value == ({"days": Decimal(3)}, {"days": Decimal(4)})


# properties

quick = settings(max_examples=60, deadline=None)


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    made: list[str] = []
    sections = []
    for s in range(draw(st.integers(1, 3))):
        questions = []
        for _ in range(draw(st.integers(1, 4))):
            name = f"q{len(made)}"
            points = draw(st.lists(st.integers(0, 100), min_size=2, max_size=4))
            question = choice(name, draw(st.integers(1, 9)), *points)
            if made and draw(st.booleans()):
                test = {"answer": draw(st.sampled_from(made)), "equals": draw(st.sampled_from(["o0", "o1"]))}
                key = draw(st.sampled_from(["when", "not_applicable_when"]))
                question[key] = draw(st.sampled_from([test, {"not": test}]))
            made.append(name)
            questions.append(question)
        sections.append(section(f"s{s}", draw(st.integers(1, 9)), *questions))
    return read(small(*sections))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, Answer]]:
    questionnaire = draw(questionnaires())
    answers = {
        question.id: Answer(draw(st.sampled_from([option.id for option in question.options])))
        for question in questionnaire.questions()
        if draw(st.booleans())
    }
    return questionnaire, answers


@quick
@given(answered())
def test_score_is_an_interval_inside_0_to_100(case: tuple[Questionnaire, dict[str, Answer]]) -> None:
    found = score(case[0], {}, case[1])
    for part in (found, *found.sections):
        if part.low is not None and part.high is not None:
            assert 0 <= part.low <= part.high <= 100
    if found.coverage == 1:
        assert found.low == found.high


@quick
@given(answered(), st.data())
def test_answering_a_question_never_widens_the_interval(
    case: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    questionnaire, answers = case
    open_questions = [question for question in questionnaire.questions() if question.id not in answers]
    assume(open_questions)
    question = data.draw(st.sampled_from(open_questions))
    option = data.draw(st.sampled_from(question.options))
    before = score(questionnaire, {}, answers)
    after = score(questionnaire, {}, {**answers, question.id: Answer(option.id)})
    assume(after.low is not None and after.high is not None)
    assert before.low is not None
    assert before.high is not None
    assert before.low <= (after.low or 0)
    assert (after.high or 0) <= before.high


@quick
@given(answered(), st.data())
def test_raising_an_answers_points_never_lowers_the_score(
    case: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    questionnaire, answers = case
    assume(answers)
    name = data.draw(st.sampled_from(sorted(answers)))
    followers = [question for question in questionnaire.questions() if f"'{name}'" in repr(question.when)]
    followers += [q for q in questionnaire.questions() if f"'{name}'" in repr(q.not_applicable_when)]
    assume(not followers)
    options = {option.id: option.points or 0 for option in questionnaire.question(name).options}
    better = data.draw(st.sampled_from(sorted(options)))
    assume(options[better] >= options[str(answers[name].value)])
    before = score(questionnaire, {}, answers)
    after = score(questionnaire, {}, {**answers, name: Answer(better)})
    assert (after.low or 0) >= (before.low or 0)
    assert (after.high or 0) >= (before.high or 0)
