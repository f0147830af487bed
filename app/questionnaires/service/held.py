"""A response together with its answers, and everything that is computed from the two."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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

    def says_not_applicable(self, question_id: str) -> bool:
        """Whether the vendor says that an open question does not apply, and we have not accepted it."""
        row = self.rows.get(question_id)
        return row is not None and row.says_not_applicable and not row.not_applicable

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


def _with_said(every: Mapping[str, Answer], rows: Mapping[str, AnswerRow]) -> dict[str, Answer]:
    """The answers, a vendor's word that a question does not apply taken as settled: nothing is left to do there."""
    return {
        name: replace(answer, not_applicable=True) if rows[name].says_not_applicable else answer
        for name, answer in every.items()
    }


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
        progress=progress(template, access.profile, _with_said(every, rows)),
        score=score(template, access.profile, every, without=without, closed=closed),
    )
