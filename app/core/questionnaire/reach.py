"""Which questions no answers can ever bring up, because their conditions contradict each other."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, combinations, product
from math import prod

from app.core.questionnaire.conditions import decide, tests_in
from app.core.questionnaire.model import Condition, Question, Questionnaire, Test

MOST_CASES = 2_000
"""Conditions with more combinations of answers than this are taken as possible."""
_OTHER = "\x00other"  # stands for every value that no condition names
_Name = tuple[str, str]


def never_shown(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Ids of the questions that no need and no answers bring up, in the order of the page.

    Every combination of the answers that matter is tried, a question being answered only where its own conditions
    hold; a question with too many combinations counts as possible, so that nothing is named wrongly.
    """
    questions = {question.id: question for question in questionnaire.questions()}
    rules = {
        question.id: (section.when, question.when, question.not_applicable_when)
        for section in questionnaire.sections
        for question in section.questions
    }
    return tuple(name for name in questions if not _possible(name, questions, rules))


_Rules = Mapping[str, tuple[Condition | None, Condition | None, Condition | None]]


def _possible(name: str, questions: Mapping[str, Question], rules: _Rules) -> bool:
    tests = _tests_behind(name, rules)
    names = list(tests)
    domains = [
        _values(questions.get(each[1]) if each[0] == "answer" else None, tests[each]) for each in names
    ]
    if prod(map(len, domains)) > MOST_CASES:
        return True
    answered = [each for each in names if each[0] == "answer"]
    for case in product(*domains):
        values = dict(zip(names, case, strict=True))
        asked = [name, *(each[1] for each in answered if values[each] is not None)]
        if all(_met(rules[each], values) for each in asked):
            return True
    return False


def _tests_behind(name: str, rules: _Rules) -> dict[_Name, list[Test]]:
    """Everything that decides about a question, and about the questions its conditions look at."""
    found: dict[_Name, list[Test]] = {}
    left, seen = [name], {name}
    while left:
        for test in chain.from_iterable(tests_in(rule) for rule in rules[left.pop()]):
            found.setdefault((test.source, test.name), []).append(test)
            if test.source == "answer" and test.name not in seen:
                seen.add(test.name)
                left.append(test.name)
    return found


def _met(
    rule: tuple[Condition | None, Condition | None, Condition | None], values: Mapping[_Name, object]
) -> bool:
    def value_of(test: Test) -> object:
        return values[(test.source, test.name)]

    section, own, excluded = rule
    needed = all(each is None or decide(each, value_of) is True for each in (section, own))
    return needed and (excluded is None or decide(excluded, value_of) is False)


def _values(question: Question | None, tests: Iterable[Test]) -> list[object]:
    """Values that tell apart everything the tests can say, and none."""
    named = [test.value for test in tests if test.test in ("equals", "includes")]
    bounds = [Decimal(str(test.value)) for test in tests if test.test in ("at_least", "at_most")]
    near = [bound + step for bound in bounds for step in (-1, 0, 1)]
    if question is None:  # an entry of the need: text, number, flag or list
        return [None, True, False, _OTHER, *named, *near, *_some_of(named)]
    if question.type == "yes_no":
        return [None, True, False]
    if question.type == "single":
        return [None, *(option.id for option in question.options)]
    if question.type == "multiple":
        alone = {option.id for option in question.options if option.exclusive}
        chosen = [option.id for option in question.options if option.id in named]
        other = [option.id for option in question.options if option.id not in named]
        sets = _some_of([*chosen, *other[:1]])
        together = [each for each in sets if len(each) == 1 or not alone.intersection(each)]
        return [None, *together, *((each,) for each in other)]
    if question.type == "scale":
        return [None, *range(6)]
    low, high = question.low, question.high
    inside = [each for each in near if (low is None or each >= low) and (high is None or each <= high)]
    return [None, _OTHER, *inside]


def _some_of(values: Sequence[object]) -> list[tuple[object, ...]]:
    """Every choice of one or more; of many values the single ones and all of them."""
    counts = range(1, len(values) + 1) if len(values) <= 6 else (1, len(values))
    return [each for count in counts for each in combinations(values, count)]
