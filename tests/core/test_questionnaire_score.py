from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.questionnaire import (
    Answer,
    AnswerValue,
    Questionnaire,
    applicability,
    feeds,
    progress,
    score,
    visible,
)
from app.kit import library
from tests.core.questionnaire_samples import EU, choice, read, section, small


@pytest.fixture(scope="module")
def call() -> Questionnaire:
    return read(library.load("questionnaires", "discovery-call"))


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


def test_what_the_questions_add_sums_to_the_total_to_the_last_step() -> None:
    weights = [3, 7, 11, 13, 17]
    questions = [choice(f"q{i}", weight, 0, 33, 66) for i, weight in enumerate(weights)]
    form = read(
        small(
            section("a", 3, *questions[:2]), section("b", 4, *questions[2:4]), section("c", 6, questions[4])
        )
    )
    answers = {f"q{i}": Answer(f"o{1 + i % 2}") for i in range(4)}
    found = score(form, {}, answers)
    each = [question for part in found.sections for question in part.questions]
    for side in ("low", "high"):
        steps = sum(round(getattr(question, f"adds_{side}") * 10_000) for question in each)
        assert steps == round(getattr(found, side) * 10_000), side
    assert [question.adds_low for question in each][-1] == 0
    assert each[-1].adds_high == pytest.approx(600 / 13, abs=1e-4)
