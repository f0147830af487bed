"""How the points of a response come about: each question with its answer, its weight and what it adds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from app.core.numbers import apportioned, round_half_up, shown_tenths
from app.core.questionnaire import QuestionScore
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.spreadsheet import Cell
from app.kit.templating import Page
from app.questionnaires.service import HeldResponse, shown
from app.questionnaires.views.compare import clipped
from app.questionnaires.views.response import ScoreView, score_view

_STEPS = 10_000  # points are exact to 1/10,000
STATES = {
    "scored": ("", ""),
    "open": ("open", ""),
    "to_mark": ("to be marked by us", "warn"),
    "undecided": ("depends on an open answer", ""),
    "closed_unanswered": ("closed unanswered", "bad"),
}
HEADER = ("Section", "Question", "Answer", "Standing", "Points of 100, at least", "Points of 100, at most",
          "Part of the total", "Adds at least", "Adds at most")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PointsRow:
    """One question that counts; `href` leads to its answer."""

    question: str
    href: str
    answer: str
    state: tuple[str, str]
    points: str
    part: str
    adds: str


@dataclass(frozen=True, slots=True)
class PointsSection:
    """A section with the sum of its rows."""

    title: str
    part: str
    points: str
    adds: str
    rows: tuple[PointsRow, ...]


@dataclass(frozen=True, slots=True)
class PointsPage(Page):
    """The points of one response, down to the answers."""

    template: ClassVar[str] = "questionnaires/points.html"

    frame: EvaluationFrame
    base: str
    score: ScoreView
    total: str
    sections: tuple[PointsSection, ...]
    left_out: tuple[str, ...]
    csv_url: str


def points_view(held: HeldResponse, frame: EvaluationFrame, candidate: str, base: str) -> PointsPage:
    """The table, its parts rounded so that they add up to the total shown."""
    found = held.score.sections
    adds = iter(_tenths([each for section in found for each in section.questions]))
    sections, totals = [], (0.0, 0.0)
    for section in found:
        parts = [next(adds) for _ in section.questions]
        whole = (sum(low for low, _ in parts), sum(high for _, high in parts))
        totals = (totals[0] + whole[0], totals[1] + whole[1])
        rows = tuple(
            _row(held, base, each, section.share, part)
            for each, part in zip(section.questions, parts, strict=True)
        )
        sections.append(
            PointsSection(
                section.title,
                wording.percent(section.share, 1),
                _range(section.low, section.high),
                _range(*whole),
                rows,
            )
        )
    return PointsPage(
        title=f"Points: {candidate}",
        frame=frame,
        base=base,
        score=score_view(held),
        total=_range(*totals),
        sections=tuple(sections),
        left_out=tuple(_left_out(held)),
        csv_url=f"{base}/points.csv",
    )


def _tenths(questions: list[QuestionScore]) -> list[tuple[float, float]]:
    """Least and most of every question, each summing to its rounded total; one that is certain shows one figure.

    Rounded by themselves the two could fall apart by a tenth, so the most is the least with what is open added.
    """
    low = shown_tenths([each.adds_low for each in questions])
    most = round_half_up(round(sum(each.adds_high for each in questions) * _STEPS), _STEPS // 10)
    spans = [round((each.adds_high - each.adds_low) * _STEPS) for each in questions]
    open_tenths = apportioned(spans, _STEPS // 10, most - round(sum(low) * 10))
    return [(least, round(least + more / 10, 1)) for least, more in zip(low, open_tenths, strict=True)]


def _range(low: float, high: float) -> str:
    return wording.number(low, 1) if round(low, 1) == round(high, 1) else wording.interval(low, high)


def _row(
    held: HeldResponse, base: str, each: QuestionScore, share: float, part: tuple[float, float]
) -> PointsRow:
    answer = shown(held, each.id)
    return PointsRow(
        question=answer.question,
        href=f"{base}#q-{each.id}",
        answer=clipped(answer.text),
        state=STATES[each.state],
        points=_range(each.low, each.high),
        part=wording.percent(share * each.share, 1),
        adds=_range(*part),
    )


def _left_out(held: HeldResponse) -> Iterator[str]:
    """What counts in neither sum, and why."""
    template, counted = (
        held.access.template,
        {each.id for part in held.score.sections for each in part.questions},
    )
    for section in template.sections:
        if section.id in held.score.left_out:
            yield f"{section.title}: sealed, counted in no quality score."
            continue
        for question in section.questions:
            if question.weight is None or question.id in counted:
                continue
            stands = held.status(question)
            why = {"not_applicable": "does not apply, accepted", "not_asked": "not asked"}.get(
                stands, "accepted as not applicable for another candidate, so it counts for nobody"
            )
            yield f"{question.text} ({why})"


def points_table(held: HeldResponse) -> list[list[Cell]]:
    """The same for CSV, unrounded."""
    return [
        [
            section.title,
            (answer := shown(held, each.id)).question,
            answer.text,
            STATES[each.state][0] or "scored",
            each.low,
            each.high,
            round(section.share * each.share, 6),
            each.adds_low,
            each.adds_high,
        ]
        for section in held.score.sections
        for each in section.questions
    ]
