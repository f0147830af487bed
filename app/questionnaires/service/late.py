"""What a vendor types when answers are no longer taken: kept as a draft, until we take it over or leave it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict
from app.core.permissions import Action
from app.core.questionnaire import Question, to_plain, validate_answer
from app.evaluations.models import EvaluationState
from app.files.models import File
from app.files.service import Upload
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import Confidence, LateDraft
from app.questionnaires.schemas import AnswerIn
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.answers import (
    add_files,
    attach_files,
    drop_file,
    files_of,
    require_attached,
    save_answer,
    write_late,
)
from app.questionnaires.service.facts import record_facts
from app.questionnaires.service.wording import spell_answer


@dataclass(frozen=True, slots=True)
class Draft:
    """One late draft in words; `files` are the ids of those that came too late."""

    question_id: str
    question: str
    text: str
    comment: str
    saved_at: datetime
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateValue:
    """What a vendor gave too late for one question: the newest draft, of files all that came."""

    value: Any
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
    if not _is_late(access):
        save_answer(
            session, actor=actor, response_id=response_id, question_id=question_id, entry=entry, seen=seen
        )
        return False
    actor.require(Action.ANSWER_WRITE)
    question = access.question(question_id)
    value = to_plain(validate_answer(question, entry.value))
    if question.type == "file":
        require_attached(session, access, question, value)
        value = _only_new(session, access, question, value) or None
    return _keep(session, access, question, value, entry.comment)


def save_proposed(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    value: object,
    comment: str,
    seen: int | None,
) -> bool:
    """Save an answer that a vendor wrote elsewhere, in a workbook or the last time, with its comment; our note stays.

    True when it came too late and was kept as a draft. Raises what `save_answer` raises.
    """
    access = response_access(session, actor, response_id)
    if _is_late(access):
        entry = AnswerIn(value=value, comment=comment)
        return save_or_keep(
            session, actor=actor, response_id=response_id, question_id=question_id, entry=entry, seen=seen
        )
    row = queries.answer(session, response_id, question_id)
    same = row is not None and row.value == value
    entry = AnswerIn(
        value=value,
        confidence=row.confidence if row is not None and same else Confidence.TOLD,
        not_applicable=row is not None and row.not_applicable and value is None,
        note=row.note if row is not None else "",
    )
    save_answer(
        session,
        actor=actor,
        response_id=response_id,
        question_id=question_id,
        entry=entry,
        seen=seen,
        words=comment[:4000],
    )
    return False


def _is_late(access: ResponseAccess) -> bool:
    return access.is_vendor and bool(access.ended)


def _only_new(session: ReadSession, access: ResponseAccess, question: Question, value: object) -> list[str]:
    """Files of a list that the stored answer does not have: what came late is added, never taken away."""
    row = queries.answer(session, access.response.id, question.id)
    stored = (row.value or []) if row is not None else []
    return [each for each in value if each not in stored] if isinstance(value, list) else []


def _own(session: ReadSession, access: ResponseAccess, question: Question) -> LateDraft | None:
    mine = (question.id, access.actor.id)
    drafts = queries.drafts_of(session, access.response.id)
    return next((each for each in drafts if (each.question_id, each.saved_by) == mine), None)


def _keep(
    session: WriteSession, access: ResponseAccess, question: Question, value: object, comment: str
) -> bool:
    row = queries.answer(session, access.response.id, question.id)
    stands = (row.value, row.comment) if row is not None else (None, "")
    if question.type == "file":
        stands = (None, stands[1])
    own = _own(session, access, question)
    if own is None and (value, comment) == stands:
        return False
    draft = own or LateDraft(
        response_id=access.response.id, question_id=question.id, saved_by=access.actor.id
    )
    draft.value, draft.comment, draft.saved_at = value, comment, clock.now()
    session.add(draft)
    _tell(session, access, "kept", question=question.id, because=access.ended)
    session.flush()
    return True


def attach_or_keep(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    uploads: Sequence[Upload],
) -> bool:
    """Attach files to an answer; those that come too late are kept as a draft beside it. True when they were."""
    access = response_access(session, actor, response_id)
    if not _is_late(access):
        add_files(session, actor=actor, response_id=response_id, question_id=question_id, uploads=uploads)
        return False
    actor.require(Action.ANSWER_WRITE)
    question = access.question(question_id)
    added = _only_new(session, access, question, attach_files(session, access, question, uploads))
    own, row = _own(session, access, question), queries.answer(session, response_id, question_id)
    held = list(own.value or []) if own is not None else []
    comment = own.comment if own is not None else row.comment if row is not None else ""
    return _keep(session, access, question, list(dict.fromkeys(held + added)) or None, comment)


def drop_or_leave(
    session: WriteSession, *, actor: Actor, response_id: UUID, question_id: str, file_id: UUID
) -> None:
    """Take a file out of an answer; of those that came too late its sender may take out its own.

    Raises what `drop_file` raises for a file that counts already.
    """
    access = response_access(session, actor, response_id)
    if _is_late(access):
        own = _own(session, access, access.question(question_id))
        if own is not None and str(file_id) in (own.value or []):
            own.value = [each for each in own.value if each != str(file_id)]
            if not own.value:
                session.delete(own)
            _tell(session, access, "file_dropped", question=question_id)
            session.flush()
            return
    drop_file(session, actor=actor, response_id=response_id, question_id=question_id, file_id=file_id)


def _tell(session: WriteSession, access: ResponseAccess, verb: str, **after: object) -> None:
    audit.record(
        session,
        access.actor,
        f"questionnaires.late_draft.{verb}",
        ("questionnaire_response", access.response.id),
        label=access.response.key,
        after=after,
    )


def late_values(session: ReadSession, access: ResponseAccess) -> Mapping[str, LateValue]:
    """Question id -> what came too late, for the form of the vendor who gave it."""
    found: dict[str, LateValue] = {}
    if not access.is_vendor:
        return found
    for draft in _shown(access, queries.drafts_of(session, access.response.id)):
        before, value = found.get(draft.question_id), draft.value
        if before is not None and access.template.question(draft.question_id).type == "file":
            value = list(dict.fromkeys([*(before.value or []), *(value or [])]))
        found[draft.question_id] = LateValue(value, draft.comment, draft.saved_at)
    return found


def own_files(session: ReadSession, access: ResponseAccess) -> dict[str, File]:
    """File id -> file, of a vendor's answers and of what came too late; not what we keep beside them."""
    rows, late = (
        queries.answers_of(session, [access.response.id])[access.response.id],
        late_values(session, access),
    )
    named = {
        name
        for question in access.template.questions()
        if question.type == "file" and question.id not in access.hidden
        for given in (rows.get(question.id), late.get(question.id))
        if given is not None
        for name in given.value or ()
    }
    return {name: file for name, file in files_of(session, access).items() if name in named}


def _shown(access: ResponseAccess, drafts: Iterable[LateDraft]) -> list[LateDraft]:
    return [each for each in drafts if each.question_id not in access.hidden]


def drafts_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> list[Draft]:
    """The late drafts of a response that the actor may read, oldest first."""
    access = response_access(session, actor, response_id)
    found = []
    for each in _shown(access, queries.drafts_of(session, response_id)):
        question = access.template.question(each.question_id)
        files = tuple(each.value or ()) if question.type == "file" else ()
        found.append(
            Draft(
                question.id,
                question.text,
                spell_answer(question, each.value),
                each.comment,
                each.saved_at,
                files,
            )
        )
    return found


def accept_drafts(session: WriteSession, *, actor: Actor, response_id: UUID) -> int:
    """Let late drafts stand as the vendor's answers, in the order in which they were typed; the number of them.

    Drafts of sealed questions are taken over by those who may read prices. Raises `Conflict` when there are none.
    """
    access = _deciding(session, actor, response_id)
    drafts = _shown(access, queries.drafts_of(session, response_id))
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
    drafts = _shown(access, queries.drafts_of(session, response_id))
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
