"""A questionnaire as a vendor would see it, without a vendor: made in memory, stored nowhere."""

from collections.abc import Mapping
from uuid import UUID

from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.core.questionnaire import core_subset, to_plain, validate_answer
from app.evaluations.models import Candidate, Evaluation
from app.evaluations.schemas import NeedIn
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires.models import AnswerRow, Confidence, QuestionnaireResponse, Variant
from app.questionnaires.schemas import AnswerIn
from app.questionnaires.service.access import ResponseAccess
from app.questionnaires.service.held import HeldResponse, hold
from app.questionnaires.service.templates import Template

_NOBODY = UUID(int=0)


def preview(
    session: ReadSession,
    *,
    actor: Actor,
    found: Template,
    variant: Variant,
    need: NeedIn,
    answers: Mapping[str, AnswerIn],
) -> tuple[HeldResponse, tuple[Problem, ...]]:
    """What the vendor would see with these answers and this need, and what is wrong with the answers.

    Raises `Conflict` while the draft has faults.
    """
    actor.require(Action.LIBRARY_READ)
    if found.questionnaire is None:
        message = "This draft has faults; a vendor cannot see it before they are corrected."
        raise Conflict("questionnaire.faulty", message)
    whole = found.questionnaire
    response = QuestionnaireResponse(
        candidate_id=_NOBODY, questionnaire_id=_NOBODY, key=found.key, variant=variant
    )
    access = ResponseAccess(
        response=response,
        candidate=Candidate(evaluation_id=_NOBODY, vendor_id=_NOBODY, code="A"),
        evaluation=Evaluation(
            number=0, name="Preview", created_by=_NOBODY, need=need.model_dump(mode="json")
        ),
        template=core_subset(whole) if variant is Variant.CORE else whole,
        actor=actor,
        is_vendor=True,
        rights=frozenset({Action.ANSWER_WRITE}),
    )
    rows, problems = _rows(access, answers)
    return hold(session, access, rows, frozenset()), problems


def _rows(
    access: ResponseAccess, answers: Mapping[str, AnswerIn]
) -> tuple[dict[str, AnswerRow], tuple[Problem, ...]]:
    rows: dict[str, AnswerRow] = {}
    problems: list[Problem] = []
    for question in access.template.questions():
        entry = answers.get(question.id)
        if entry is None or question.type == "file":
            continue
        try:
            value = to_plain(validate_answer(question, entry.value))
        except Invalid as failure:
            problems += failure.problems
            continue
        rows[question.id] = AnswerRow(
            response_id=access.response.id,
            question_id=question.id,
            value=value,
            confidence=Confidence.TOLD,
            note=entry.note,
            answered_by=access.actor.id,
            answered_at=clock.now(),
        )
    return rows, tuple(problems)
