"""A response together with its answers, and everything that is computed from the two."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.questionnaire import (
    Answer,
    Progress,
    Question,
    Questionnaire,
    QuestionnaireScore,
    applicability,
    progress,
    score,
)
from app.kit.db import ReadSession
from app.questionnaires import queries
from app.questionnaires.models import AnswerRow, ResponseState
from app.questionnaires.service.access import ResponseAccess
from app.questionnaires.service.wording import read_answer


def answers_from(template: Questionnaire, rows: Mapping[str, AnswerRow]) -> dict[str, Answer]:
    """The stored answers as the rules read them; answers to questions of another variant are left out."""
    return {
        question.id: Answer(
            read_answer(question, row.value), row.confidence.value, row.mark, row.not_applicable
        )
        for question in template.questions()
        if (row := rows.get(question.id)) is not None
    }


@dataclass(frozen=True, slots=True)
class HeldResponse:
    """A response with what its actor may read: `rows` and `answers` lack sealed ones for others.

    `applies`: question id -> True, False, or None while it depends on an open answer.
    """

    access: ResponseAccess
    rows: Mapping[str, AnswerRow]
    answers: Mapping[str, Answer]
    applies: Mapping[str, bool | None]
    progress: Progress
    score: QuestionnaireScore

    def status(self, question: Question) -> str:
        """How a question stands: sealed, answered, not_applicable, not_asked, closed_unanswered or open."""
        if question.id in self.access.hidden:
            return "sealed"
        answer = self.answers.get(question.id, Answer())
        if answer.not_applicable:
            return "not_applicable"
        if not self.applies[question.id]:
            return "not_asked"
        if answer.value is not None:
            return "answered"
        return "closed_unanswered" if self.access.response.state is ResponseState.CLOSED else "open"


def hold(
    session: ReadSession,
    access: ResponseAccess,
    rows: Mapping[str, AnswerRow] | None = None,
    without: frozenset[str] | None = None,
) -> HeldResponse:
    """The response with its answers; `rows` and `without` when the caller has them for several at once."""
    response, template = access.response, access.template
    if rows is None:
        rows = queries.answers_of(session, [response.id])[response.id]
    if without is None:
        without = queries.not_applicable_in(session, access.evaluation.id, response.key)
    every, hidden = answers_from(template, rows), access.hidden
    closed = response.state is ResponseState.CLOSED
    return HeldResponse(
        access=access,
        rows={name: row for name, row in rows.items() if name not in hidden},
        answers={name: answer for name, answer in every.items() if name not in hidden},
        applies=applicability(template, access.profile, every),
        progress=progress(template, access.profile, every),
        score=score(template, access.profile, every, without=without, closed=closed),
    )
