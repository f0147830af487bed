"""Questionnaires as data: read, answered, scored, and carried to where the answers are needed."""

from app.core.questionnaire.answers import (
    Answer,
    AnswerValue,
    MoneyAnswer,
    to_plain,
    validate_answer,
    validate_mark,
)
from app.core.questionnaire.diff import Change, differences
from app.core.questionnaire.model import (
    AgendaItem,
    Column,
    Option,
    Question,
    Questionnaire,
    Section,
    core_subset,
)
from app.core.questionnaire.parse import parse_questionnaire
from app.core.questionnaire.reach import never_shown
from app.core.questionnaire.score import (
    Fed,
    KnockOut,
    Progress,
    QuestionnaireScore,
    QuestionScore,
    SectionScore,
    applicability,
    chosen,
    feeds,
    progress,
    score,
    visible,
)

__all__ = [
    "AgendaItem",
    "Answer",
    "AnswerValue",
    "Change",
    "Column",
    "Fed",
    "KnockOut",
    "MoneyAnswer",
    "Option",
    "Progress",
    "Question",
    "QuestionScore",
    "Questionnaire",
    "QuestionnaireScore",
    "Section",
    "SectionScore",
    "applicability",
    "chosen",
    "core_subset",
    "differences",
    "feeds",
    "never_shown",
    "parse_questionnaire",
    "progress",
    "score",
    "to_plain",
    "validate_answer",
    "validate_mark",
    "visible",
]
