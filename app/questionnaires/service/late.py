"""What a vendor types when answers are no longer taken: kept as a draft, until we take it over or leave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict
from app.core.permissions import Action
from app.core.questionnaire import to_plain, validate_answer
from app.evaluations.models import EvaluationState
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import LateDraft
from app.questionnaires.schemas import AnswerIn
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.answers import save_answer, write_late
from app.questionnaires.service.facts import record_facts
from app.questionnaires.service.wording import spell_answer


@dataclass(frozen=True, slots=True)
class Draft:
    """One late draft in words."""

    question_id: str
    question: str
    text: str
    comment: str
    saved_at: datetime


def save_or_keep(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    entry: AnswerIn,
    seen: int | None = None,
) -> bool:
    """Save an answer; what a vendor types once answers are no longer taken is kept as a draft instead.

    True when it was kept as a draft. Raises what `save_answer` raises.
    """
    access = response_access(session, actor, response_id)
    if not (access.is_vendor and access.ended):
        save_answer(
            session, actor=actor, response_id=response_id, question_id=question_id, entry=entry, seen=seen
        )
        return False
    actor.require(Action.ANSWER_WRITE)
    return _keep(session, access, question_id, entry)


def _keep(session: WriteSession, access: ResponseAccess, question_id: str, entry: AnswerIn) -> bool:
    question = access.question(question_id)
    value = to_plain(validate_answer(question, entry.value))
    stored = queries.answer(session, access.response.id, question_id)
    drafts = queries.drafts_of(session, access.response.id)
    own = next(
        (each for each in drafts if (each.question_id, each.saved_by) == (question_id, access.actor.id)), None
    )
    same = (stored.value, stored.comment) if stored is not None else (None, "")
    if own is None and (value, entry.comment) == same:
        return False
    row = own or LateDraft(response_id=access.response.id, question_id=question_id, saved_by=access.actor.id)
    row.value, row.comment, row.saved_at = value, entry.comment, clock.now()
    session.add(row)
    _tell(session, access, "kept", question=question_id, because=access.ended)
    session.flush()
    return True


def _tell(session: WriteSession, access: ResponseAccess, verb: str, **after: object) -> None:
    audit.record(
        session,
        access.actor,
        f"questionnaires.late_draft.{verb}",
        ("questionnaire_response", access.response.id),
        label=access.response.key,
        after=after,
    )


def late_values(session: ReadSession, access: ResponseAccess) -> Mapping[str, LateDraft]:
    """Question id -> the newest draft, for the form of the vendor who typed it."""
    if not access.is_vendor:
        return {}
    drafts = queries.drafts_of(session, access.response.id)
    return {each.question_id: each for each in drafts if each.question_id not in access.hidden}


def drafts_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> list[Draft]:
    """The late drafts of a response that the actor may read, oldest first."""
    access = response_access(session, actor, response_id)
    return [
        Draft(
            each.question_id,
            access.template.question(each.question_id).text,
            spell_answer(access.template.question(each.question_id), each.value),
            each.comment,
            each.saved_at,
        )
        for each in queries.drafts_of(session, response_id)
        if each.question_id not in access.hidden
    ]


def accept_drafts(session: WriteSession, *, actor: Actor, response_id: UUID) -> int:
    """Let late drafts stand as the vendor's answers, in the order in which they were typed; the number of them.

    Drafts of sealed questions are taken over by those who may read prices. Raises `Conflict` when there are none.
    """
    access = _deciding(session, actor, response_id)
    drafts = [
        each for each in queries.drafts_of(session, response_id) if each.question_id not in access.hidden
    ]
    if not drafts:
        raise Conflict("late_draft.none", "No late draft is waiting. Load the page again.")
    for draft in drafts:
        write_late(session, access, access.template.question(draft.question_id), draft)
        session.delete(draft)
    _tell(session, access, "accepted", questions=[each.question_id for each in drafts])
    if access.is_finished:
        record_facts(session, access)
    return len(drafts)


def leave_drafts(session: WriteSession, *, actor: Actor, response_id: UUID) -> int:
    """Leave late drafts out for good; the number of them."""
    access = _deciding(session, actor, response_id)
    drafts = [
        each for each in queries.drafts_of(session, response_id) if each.question_id not in access.hidden
    ]
    for draft in drafts:
        session.delete(draft)
    _tell(session, access, "left", questions=[each.question_id for each in drafts])
    return len(drafts)


def _deciding(session: WriteSession, actor: Actor, response_id: UUID) -> ResponseAccess:
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.is_vendor or access.evaluation.state is not EvaluationState.OPEN:
        raise Conflict(
            "late_draft.not_yours", "Late answers are taken over by those who asked. Write to them."
        )
    return access
