"""What is promised of the shipped questionnaires, and the question behind a bad answer."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.questionnaire import Answer, Questionnaire, core_subset, progress, score, visible
from app.kit import library
from app.settings import ROOT
from tests.core.questionnaire_samples import choice, problems_of, read, section, small

CONTROLS = (Path(__file__).parent / "mvsp_controls.txt").read_text(encoding="utf-8").split()
PLACE = "shared/real/mvsp/mvsp_v3.0-20231109-catalog.json"
CATALOGUE = next((up / PLACE for up in ROOT.parents if (up / PLACE).is_file()), None)
SHIPPED = library.ids("questionnaires")


def shipped(name: str) -> Questionnaire:
    return read(library.load("questionnaires", name))


def test_security_covers_all_25_controls_and_names_no_other() -> None:
    named = {control for question in shipped("security-mvsp").questions() for control in question.controls}
    assert len(CONTROLS) == 25
    assert named == {f"MVSP {label}" for label in CONTROLS}


def test_every_control_has_a_question_that_earns_points() -> None:
    scored = {
        control
        for question in shipped("security-mvsp").questions()
        if question.weight is not None
        for control in question.controls
    }
    assert scored == {f"MVSP {label}" for label in CONTROLS}


@pytest.mark.skipif(CATALOGUE is None, reason="the published catalogue is not here")
def test_committed_list_of_controls_is_the_published_catalogue() -> None:
    assert CATALOGUE is not None
    groups = json.loads(CATALOGUE.read_text(encoding="utf-8"))["catalog"]["groups"]
    labels = [control["props"][0]["value"] for group in groups for control in group["controls"]]
    assert labels == CONTROLS


@pytest.mark.parametrize("name", SHIPPED)
def test_every_question_says_why_it_is_asked(name: str) -> None:
    assert [question.id for question in shipped(name).questions() if not question.why_we_ask] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_best_answers_reach_100_points(name: str) -> None:
    questionnaire = shipped(name)
    for question in questionnaire.questions():
        if question.weight is None or not question.options:
            continue
        points = [option.points or 0 for option in question.options if not option.exclusive]
        best = sum(points) if question.type == "multiple" else max(points)
        assert best == 100, question.id


@pytest.mark.parametrize("name", SHIPPED)
def test_short_version_stands_by_itself(name: str) -> None:
    short = core_subset(shipped(name))
    asked = [question.id for question in visible(short, {}, {})]
    assert 5 <= len(asked) < len(list(shipped(name).questions()))


def test_bad_answer_brings_up_the_question_why_and_a_good_one_does_not() -> None:
    questionnaire = shipped("security-mvsp")
    bad = {"external_test": Answer("never")}
    good = {"external_test": Answer("full")}
    assert "external_test_why" in [question.id for question in visible(questionnaire, {}, bad)]
    assert "external_test_why" not in [question.id for question in visible(questionnaire, {}, good)]


def test_low_level_of_a_scale_brings_up_the_question_why() -> None:
    questionnaire = shipped("security-mvsp")
    assert [
        level
        for level in range(6)
        if "security_training_why"
        in [question.id for question in visible(questionnaire, {}, {"security_training": Answer(level)})]
    ] == [0, 1]


def test_reason_counts_as_asked_and_earns_nothing() -> None:
    first = choice("first", 1, 0, 100)
    first["options"][0]["ask_why"] = True
    questionnaire = read(small(section("s", 1, first)))
    answers = {"first": Answer("o0")}
    assert (progress(questionnaire, {}, answers).settled, progress(questionnaire, {}, answers).asked) == (
        1,
        2,
    )
    answers["first_why"] = Answer("A control of our own does the same.")
    assert progress(questionnaire, {}, answers).settled == 2
    assert score(questionnaire, {}, answers).high == 0.0


def test_paths_of_faults_count_the_questions_of_the_file() -> None:
    first = choice("first", 1, 0, 100)
    first["options"][0]["ask_why"] = True
    second = choice("second", 1, 0, 100, when={"answer": "nobody", "is": "set"})
    assert problems_of(small(section("s", 1, first, second)))[0].startswith("sections[0].questions[1]")


def test_question_that_takes_the_name_of_the_reason_is_refused() -> None:
    first = choice("first", 1, 0, 100)
    first["options"][0]["ask_why"] = True
    second = choice("first_why", 1, 0, 100)
    assert any("stands twice" in text for text in problems_of(small(section("s", 1, first, second))))


def test_level_that_asks_why_is_only_for_scales() -> None:
    wrong = choice("first", 1, 0, 100, ask_why_at_most=2)
    assert any("only for a scale" in text for text in problems_of(small(section("s", 1, wrong))))


def test_longer_circle_is_refused_with_every_question_on_it() -> None:
    questions = [
        choice(name, 1, 0, 100, when={"answer": other, "equals": "o0"})
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    (said,) = [text for text in problems_of(small(section("s", 1, *questions))) if "circle" in text]
    assert all(f"{name} →" in said or f"→ {name}" in said for name in "abc")


def test_zero_open_and_not_applicable_are_three_things() -> None:
    questions = [choice("a", 1, 0, 100), choice("b", 1, 0, 100), choice("c", 2, 0, 100)]
    questionnaire = read(small(section("s", 1, *questions)))
    zero = score(questionnaire, {}, {"a": Answer("o0"), "b": Answer("o1"), "c": Answer("o1")})
    still_open = score(questionnaire, {}, {"b": Answer("o1"), "c": Answer("o1")})
    accepted = score(
        questionnaire, {}, {"a": Answer(not_applicable=True), "b": Answer("o1"), "c": Answer("o1")}
    )
    closed = score(questionnaire, {}, {"b": Answer("o1"), "c": Answer("o1")}, closed=True)
    assert (zero.low, zero.high) == (75.0, 75.0)
    assert (still_open.low, still_open.high) == (75.0, 100.0)
    assert (accepted.low, accepted.high) == (100.0, 100.0)
    assert (closed.low, closed.high) == (75.0, 75.0)


def test_number_zero_is_an_answer() -> None:
    number = {"id": "n", "text": "n", "type": "number", "scored": False}
    questionnaire = read(small(section("s", 1, choice("a", 1, 0, 100), number)))
    assert progress(questionnaire, {}, {"n": Answer(Decimal(0))}).settled == 1
