"""Start, submit, reopen, close."""

from uuid import UUID

from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Conflict, NotFound
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import OUT, StepName, StepState
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.questionnaires import queries
from app.questionnaires.models import FINISHED, QuestionnaireResponse, ResponseState
from app.questionnaires.schemas import StartIn
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.facts import record_facts
from app.questionnaires.service.templates import pin


def start_response(
    session: WriteSession, *, actor: Actor, candidate_id: UUID, entry: StartIn
) -> QuestionnaireResponse:
    """Begin a questionnaire with a candidate; it stays what it is now, whatever the library does later.

    Raises `Conflict` when it was begun before, or the candidate no longer takes part.
    """
    candidate, access = evaluations.candidate_access(
        session, actor, candidate_id, Action.ANSWER_WRITE, changing=True
    )
    if candidate.stage in OUT:
        raise Conflict("response.candidate_out", f"This candidate is {candidate.stage}; take it back first.")
    if any(row.key == entry.key for row in queries.responses_of(session, candidate_id)):
        raise Conflict("response.exists", "This questionnaire was begun already; continue that response.")
    pinned = pin(session, actor=actor, key=entry.key)
    row = QuestionnaireResponse(
        candidate_id=candidate_id, questionnaire_id=pinned.id, key=entry.key, variant=entry.variant
    )
    session.add(row)
    after = {"candidate": candidate_id, "questionnaire": pinned.id, "variant": entry.variant}
    audit.record(
        session,
        actor,
        "questionnaires.response.started",
        ("questionnaire_response", row.id),
        label=entry.key,
        after=after,
    )
    session.flush()
    mark_discovery(session, actor, access.evaluation.id)
    return row


def submit_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """The answerer is done: answers can no longer change, and go to the vendor's facts.

    Raises `Conflict` when nothing was answered yet, or it was submitted before.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.only:
        message = "Your colleague who got the questionnaire hands it in. Your answers are saved."
        raise Conflict("response.part", message)
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.SUBMITTED)
    if not queries.answers_of(session, [row.id])[row.id]:
        raise Conflict("response.empty", "Nothing is answered yet. Answer at least one question first.")
    before, row.state = row.state, ResponseState.SUBMITTED
    row.submitted_at, row.submitted_by = clock.now(), actor.id
    _settle_returns(session, row)
    record_response(session, access, "submitted", before)
    record_facts(session, access)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def _settle_returns(session: WriteSession, row: QuestionnaireResponse) -> None:
    for item in queries.open_returns(session, row.id):
        item.settled_at = clock.now()
        session.add(item)


def reopen_response(
    session: WriteSession, *, actor: Actor, response_id: UUID, reason: str
) -> QuestionnaireResponse:
    """Let answers change again; a link that still works lets the vendor do so too."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.is_vendor:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.IN_PROGRESS)
    before, row.state = row.state, ResponseState.IN_PROGRESS
    row.submitted_at = row.closed_at = row.submitted_by = None
    record_response(session, access, "reopened", before, reason=reason)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def close_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """End it: what is open counts as closed_unanswered, which earns nothing; `reopen_response` undoes it."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.is_vendor:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.CLOSED)
    before, row.state = row.state, ResponseState.CLOSED
    row.closed_at = clock.now()
    _settle_returns(session, row)
    record_response(session, access, "closed", before)
    record_facts(session, access)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def record_response(
    session: WriteSession,
    access: ResponseAccess,
    verb: str,
    before: ResponseState,
    *,
    reason: str = "",
    **after: object,
) -> None:
    """Store the response and its audit event; `before` is the state it had."""
    session.add(access.response)
    session.flush()
    audit.record(
        session,
        access.actor,
        f"questionnaires.response.{verb}",
        ("questionnaire_response", access.response.id),
        label=access.response.key,
        before={"state": before},
        after={"state": access.response.state, **after},
        reason=reason,
    )


def mark_discovery(session: WriteSession, actor: Actor, evaluation_id: UUID) -> None:
    """Keep the journey's step true: '3 of 4' candidates have answered, in-house and dropped ones left out."""
    taking_part = {
        view.candidate.id
        for view in evaluations.candidates_of(session, evaluation_id, with_out=False)
        if not view.is_in_house
    }
    rows = queries.responses_in(session, [evaluation_id])
    begun = [row for row, candidate in rows if candidate.id in taking_part]
    answered = {row.candidate_id for row in begun if row.state in FINISHED}
    done = bool(taking_part) and answered == taking_part
    evaluations.mark_step(
        session,
        actor=actor,
        evaluation_id=evaluation_id,
        step=StepName.DISCOVERY,
        state=StepState.DONE if done else StepState.CURRENT,
        note=f"{len(answered)} of {len(taking_part)}",
    )
