"""Which questions apply, what the answers score, how far they are, and where they go."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm

from app.core.numbers import apportioned, largest_remainder, round_half_up
from app.core.questionnaire.answers import Answer, AnswerValue
from app.core.questionnaire.conditions import UNDECIDED, decide
from app.core.questionnaire.model import (
    TOP_LEVEL,
    Condition,
    Feed,
    Option,
    Question,
    Questionnaire,
    Section,
    Test,
)

_FULL = Fraction(100)
_STEPS = 10_000
Profile = Mapping[str, object]
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """Points of one scored question.

    `state`: scored, open, to_mark (a reviewer has to), undecided, closed_unanswered. `share` is its part of its
    section, 0–1; `adds_low` and `adds_high` are its points of the total: those of all questions add up to it.
    """

    id: str
    state: str
    low: float
    high: float
    share: float
    adds_low: float
    adds_high: float


@dataclass(frozen=True, slots=True)
class SectionScore:
    """Points of one section, 0–100; `share` is its part of the total, 0–1."""

    id: str
    title: str
    low: float
    high: float
    share: float
    coverage: float
    questions: tuple[QuestionScore, ...]


@dataclass(frozen=True, slots=True)
class KnockOut:
    """An answer that ends it, whatever the score."""

    question: str
    option: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionnaireScore:
    """Points of 100 as an interval, to four decimals; None when nothing is scored.

    `coverage` is the weighted share of scored questions that have points; `left_out` names sealed sections
    that were not counted.
    """

    low: float | None
    high: float | None
    coverage: float | None
    sections: tuple[SectionScore, ...]
    knock_outs: tuple[KnockOut, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the questions asked are settled (answered, or accepted as not applicable), by section."""

    asked: int
    settled: int
    sections: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Fed:
    """What one question says about a target, in its natural unit.

    `status`: evidenced, claimed, open, closed_unanswered, not_applicable; the last three have no `value`.
    """

    question: str
    value: AnswerValue | None
    unit: str
    status: str
    sealed: bool


def applicability(
    questionnaire: Questionnaire, profile: Profile, answers: Answers
) -> Mapping[str, bool | None]:
    """Per question id: True applies, False does not, None depends on an answer that is still open.

    `profile` holds the need under the names the file declares (text, number, flag or list of ids); a name
    that is absent counts as empty.
    """
    sections = {section.id: section for section in questionnaire.sections}
    questions = {question.id: question for question in questionnaire.questions()}
    found: dict[str, bool | None] = {}

    def value_of(test: Test) -> object:
        if test.source == "profile":
            return profile.get(test.name)
        applies = found[test.name]
        answer = answers.get(test.name, Answer())
        if applies is False or answer.not_applicable:
            return None
        return UNDECIDED if applies is None or answer.value is None else answer.value

    def applies(section: Section, question: Question) -> bool | None:
        met = [_met(section.when, value_of, True), _met(question.when, value_of, True)]
        excluded = _met(question.not_applicable_when, value_of, False)
        met.append(None if excluded is None else not excluded)
        return False if False in met else None if None in met else True

    for name in questionnaire.order:
        question = questions[name]
        found[name] = applies(sections[question.section], question)
    return found


def _met(condition: Condition | None, value_of: Callable[[Test], object], default: bool) -> bool | None:
    return default if condition is None else decide(condition, value_of)


def visible(questionnaire: Questionnaire, profile: Profile, answers: Answers) -> tuple[Question, ...]:
    """The questions to show now, in the order of the page."""
    found = applicability(questionnaire, profile, answers)
    return tuple(question for question in questionnaire.questions() if found[question.id])


def score(
    questionnaire: Questionnaire,
    profile: Profile,
    answers: Answers,
    *,
    without: Collection[str] = (),
    with_sealed: bool = False,
    closed: bool = False,
) -> QuestionnaireScore:
    """Weighted mean of points inside sections and over sections, as an interval.

    An open question is [0, 100]; so is one whose condition is not decided yet. A question that does not
    apply leaves both sums, as do the ids in `without`: name there what was accepted as not applicable for
    one candidate, so that it counts for nobody. Sealed sections count only on request. `closed`: nothing more
    will be answered, so that an open question has no points.
    """
    found = applicability(questionnaire, profile, answers)
    counted = [section for section in questionnaire.sections if with_sealed or not section.sealed]
    scored = []
    for section in counted:
        entries = [
            (question, *_points(question, found[question.id], answers.get(question.id, Answer()), closed))
            for question in section.questions
            if _counts(question, found[question.id], answers, without)
        ]
        if entries:
            scored.append((section, entries))
    whole = sum((Fraction(section.weight) for section, _ in scored), Fraction(0))
    added = _added(scored, whole)
    results = tuple(_section_score(section, entries, whole, added) for section, entries in scored)
    coverage = sum(
        (Fraction(section.weight) / whole * _totals(entries)[2] for section, entries in scored), Fraction(0)
    )
    low, high = (sum(parts[i] for parts in added.values()) / _STEPS for i in range(2))
    return QuestionnaireScore(
        low=low if scored else None,
        high=high if scored else None,
        coverage=_shown(coverage) if scored else None,
        sections=results,
        knock_outs=_knock_outs(counted, found, answers),
        left_out=tuple(section.id for section in questionnaire.sections if section not in counted),
    )


def _counts(question: Question, applies: bool | None, answers: Answers, without: Collection[str]) -> bool:
    if question.weight is None or applies is False or question.id in without:
        return False
    return not answers.get(question.id, Answer()).not_applicable


_Entry = tuple[Question, str, Fraction, Fraction]


def _points(
    question: Question, applies: bool | None, answer: Answer, closed: bool
) -> tuple[str, Fraction, Fraction]:
    """State and lowest and highest points of a question that counts."""
    if closed and answer.value is None:
        return "closed_unanswered", Fraction(0), Fraction(0)
    if applies is None:
        return "undecided", Fraction(0), _FULL
    if answer.value is None:
        return "open", Fraction(0), _FULL
    if question.reviewer_levels:
        if answer.mark is None:
            return "to_mark", Fraction(0), _FULL
        points = _FULL * answer.mark / TOP_LEVEL
    elif question.type == "scale":
        points = _FULL * Fraction(str(answer.value)) / TOP_LEVEL
    else:
        points = min(_FULL, Fraction(sum(option.points or 0 for option in chosen(question, answer.value))))
    return "scored", points, points


def chosen(question: Question, value: AnswerValue) -> list[Option]:
    """The options that an answer picks, in the order of the question."""
    if isinstance(value, bool):
        names: tuple[object, ...] = ("yes" if value else "no",)
    else:
        names = value if isinstance(value, tuple) else (value,)
    return [option for option in question.options if option.id in names]


def _totals(entries: list[_Entry]) -> tuple[Fraction, Fraction, Fraction]:
    whole = _weight_of(entries)
    low = high = covered = Fraction(0)
    for question, state, least, most in entries:
        share = Fraction(question.weight or 0) / whole
        low, high = low + share * least, high + share * most
        covered += share if state == "scored" else 0
    return low, high, covered


def _added(scored: list[tuple[Section, list[_Entry]]], whole: Fraction) -> dict[str, tuple[int, int]]:
    """Question -> what it adds to the total, at least and at most, in 1/10,000 points that sum to the rounded total."""
    names: list[str] = []
    parts: tuple[list[Fraction], list[Fraction]] = ([], [])
    for section, entries in scored:
        inside = _weight_of(entries)
        for question, _, least, most in entries:
            share = Fraction(section.weight) / whole * Fraction(question.weight or 0) / inside
            names.append(question.id)
            parts[0].append(share * least)
            parts[1].append(share * most)
    return dict(zip(names, _in_steps(*parts), strict=True))


def _in_steps(low: list[Fraction], high: list[Fraction]) -> list[tuple[int, int]]:
    """Both in steps, each summing to its rounded total; where nothing is open they stay equal."""
    divisor = lcm(*(part.denominator for part in (*low, *high)))
    least, most = ([int(part * divisor) * _STEPS for part in parts] for parts in (low, high))
    steps = largest_remainder(least, divisor)
    total = round_half_up(sum(most), divisor) - sum(steps)
    spans = apportioned([b - a for a, b in zip(least, most, strict=True)], divisor, total)
    return [(step, step + span) for step, span in zip(steps, spans, strict=True)]


def _weight_of(entries: list[_Entry]) -> Fraction:
    return sum((Fraction(question.weight or 0) for question, *_ in entries), Fraction(0))


def _section_score(
    section: Section, entries: list[_Entry], whole: Fraction, added: Mapping[str, tuple[int, int]]
) -> SectionScore:
    low, high, coverage = _totals(entries)
    inside = _weight_of(entries)
    return SectionScore(
        id=section.id,
        title=section.title,
        low=_shown(low),
        high=_shown(high),
        share=_shown(Fraction(section.weight) / whole),
        coverage=_shown(coverage),
        questions=tuple(
            QuestionScore(
                question.id,
                state,
                _shown(least),
                _shown(most),
                _shown(Fraction(question.weight or 0) / inside),
                *(steps / _STEPS for steps in added[question.id]),
            )
            for question, state, least, most in entries
        ),
    )


def _knock_outs(
    sections: list[Section], found: Mapping[str, bool | None], answers: Answers
) -> tuple[KnockOut, ...]:
    return tuple(
        KnockOut(question.id, option.id, option.text)
        for section in sections
        for question in section.questions
        if found[question.id] and (answer := answers.get(question.id)) is not None
        if answer.value is not None and not answer.not_applicable
        for option in chosen(question, answer.value)
        if option.knock_out
    )


def _shown(value: Fraction) -> float:
    return float(round(value, 4))


def progress(questionnaire: Questionnaire, profile: Profile, answers: Answers) -> Progress:
    """How far the answers are, counting only the questions that are shown."""
    sections: dict[str, tuple[int, int]] = {section.id: (0, 0) for section in questionnaire.sections}
    for question in visible(questionnaire, profile, answers):
        answer = answers.get(question.id, Answer())
        settled, asked = sections[question.section]
        done = answer.value is not None or answer.not_applicable
        sections[question.section] = (settled + done, asked + 1)
    return Progress(
        asked=sum(asked for _, asked in sections.values()),
        settled=sum(settled for settled, _ in sections.values()),
        sections=sections,
    )


def feeds(
    questionnaire: Questionnaire, profile: Profile, answers: Answers, *, closed: bool = False
) -> Mapping[str, tuple[Fed, ...]]:
    """Per target (`criterion.ramp_weeks`, `vendor.attrition`) what each question that feeds it says.

    `closed`: nothing more will be answered, so that open becomes closed_unanswered.
    """
    found = applicability(questionnaire, profile, answers)
    gathered: dict[str, list[Fed]] = {}
    for section in questionnaire.sections:
        for question in section.questions:
            answer = answers.get(question.id, Answer())
            for feed in question.feeds:
                fed = _fed(question, feed, found[question.id], answer, section.sealed)
                if closed and fed.status == "open":
                    fed = replace(fed, status="closed_unanswered")
                gathered.setdefault(feed.target, []).append(fed)
    return {target: tuple(entries) for target, entries in gathered.items()}


def _fed(question: Question, feed: Feed, applies: bool | None, answer: Answer, sealed: bool) -> Fed:
    unit = question.unit or ("percent" if question.type == "percent" else "")
    if applies is False or answer.not_applicable:
        return Fed(question.id, None, unit, "not_applicable", sealed)
    value = _taken(feed, answer.value) if applies and answer.value is not None else None
    if feed.column:
        unit = next(column.unit for column in question.columns if column.id == feed.column)
    if value is None:
        return Fed(question.id, None, unit, "open", sealed)
    return Fed(
        question.id, value, unit, "evidenced" if answer.confidence == "evidenced" else "claimed", sealed
    )


def _taken(feed: Feed, value: AnswerValue) -> AnswerValue | None:
    """The value itself, or the numbers of one column folded into one; no numbers give None, not zero."""
    if not feed.take or not isinstance(value, tuple):
        return value
    cells = [row[feed.column] for row in value if isinstance(row, Mapping) and feed.column in row]
    if feed.take == "count":
        return Decimal(len(cells))
    numbers = [Decimal(cell) for cell in cells if isinstance(cell, Decimal | int)]
    if not numbers:
        return None
    return {"sum": sum(numbers, Decimal(0)), "maximum": max(numbers), "minimum": min(numbers)}[feed.take]
