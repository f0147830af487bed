"""Answer, attach, mark: what stands for one question, revision by revision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.core.questionnaire import Question, to_plain, validate_answer, validate_mark
from app.files import service as files
from app.files.models import File
from app.files.service import Subject, Upload
from app.kit import clock, ids
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import AnswerRevision, AnswerRow, Confidence, LateDraft, ResponseState
from app.questionnaires.schemas import AnswerIn, MarkIn
from app.questionnaires.service.access import (
    SEALED_SUBJECT,
    SUBJECT,
    ResponseAccess,
    response_access,
    sealed_questions,
)
from app.questionnaires.service.wording import spell_answer


@dataclass(frozen=True, slots=True)
class _Standing:
    """What an answer says, without who and when; two equal ones are the same answer."""

    value: object
    confidence: Confidence
    not_applicable: bool
    note: str
    comment: str
    says_not_applicable: bool = False


_NOTHING = _Standing(None, Confidence.TOLD, not_applicable=False, note="", comment="")


def save_answer(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    entry: AnswerIn,
    seen: int | None = None,
    words: str | None = None,
) -> AnswerRow | None:
    """Write down what was filled in for one question; None when there was nothing and still is nothing.

    `words`: the vendor's comment, where we bring in what a vendor wrote elsewhere. `seen` is the revision the form
    showed (0: none); the same answer again changes nothing. A vendor's answer counts as told, and leaves what a
    reviewer accepted as not applicable; its own word that a question does not apply needs a
    comment.

    Raises `Invalid` at the question, `Conflict` with both texts when somebody answered since, or when the response
    is submitted or closed.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    question = access.question(question_id)
    _require_open(access, question_id)
    row = queries.answer(session, response_id, question_id)
    new = _read(session, access, question, entry, row)
    if words is not None:
        new = replace(new, comment=words)
    if new == (_standing(row) if row else _NOTHING):
        return row
    _require_seen(question, row, seen, new)
    return _write(session, access, question, row, new)


def _require_open(access: ResponseAccess, question_id: str) -> None:
    if access.is_vendor and access.ended == "late":
        message = "The last day for answers has passed. Ask your contact person for more time."
        raise Conflict("response.late", message)
    if access.may_answer and not access.takes(question_id):
        message = "Only the answers that were sent back can be changed now. Write to your contact person."
        raise Conflict("answer.not_returned", message)
    if access.is_finished:
        state = access.response.state
        remedy = (
            "Ask your contact person to open it again."
            if access.is_vendor
            else "Reopen it to change an answer."
        )
        raise Conflict("response.finished", f"These answers are {state}. {remedy}")


def _read(
    session: ReadSession,
    access: ResponseAccess,
    question: Question,
    entry: AnswerIn,
    row: AnswerRow | None,
) -> _Standing:
    value = to_plain(validate_answer(question, entry.value))
    if question.type == "file":
        require_attached(session, access, question, value)
    if not access.is_vendor:
        comment = row.comment if row is not None else ""
        says = row is not None and row.says_not_applicable and value is None
        return _Standing(value, entry.confidence, entry.not_applicable, entry.note, comment, says)
    says = entry.not_applicable and value is None
    if says and not entry.comment:
        message = "say in the comment why it does not apply; it counts once your contact person agrees"
        raise Invalid("answer.why", [Problem(question.id, message)])
    unchanged = row is not None and row.value == value
    return _Standing(
        value,
        row.confidence if row is not None and unchanged else Confidence.TOLD,
        row is not None and row.not_applicable and value is None,
        row.note if row is not None else "",
        entry.comment,
        says,
    )


def _standing(row: AnswerRow) -> _Standing:
    return _Standing(
        row.value, row.confidence, row.not_applicable, row.note, row.comment, row.says_not_applicable
    )


def _require_seen(question: Question, row: AnswerRow | None, seen: int | None, new: _Standing) -> None:
    if seen is None or seen == (row.revision if row else 0):
        return
    theirs = spell_answer(question, row.value) if row else ""
    raise Conflict(
        "answer.stale",
        "Somebody else answered this question meanwhile. Compare both answers and decide which one stands.",
        theirs={question.text: theirs or "no answer"},
        yours={question.text: spell_answer(question, new.value) or "no answer"},
    )


def write_late(
    session: WriteSession, access: ResponseAccess, question: Question, draft: LateDraft
) -> AnswerRow:
    """Let what a vendor gave too late stand as its answer; files are added to those it has."""
    row = queries.answer(session, access.response.id, question.id)
    note = row.note if row is not None else ""
    value = draft.value
    if question.type == "file":
        held = (row.value or []) if row is not None else []
        value = list(dict.fromkeys([*held, *(draft.value or [])])) or None
    new = _Standing(value, Confidence.TOLD, not_applicable=False, note=note, comment=draft.comment)
    return _write(session, access, question, row, new, by=draft.saved_by)


def _write(
    session: WriteSession,
    access: ResponseAccess,
    question: Question,
    row: AnswerRow | None,
    new: _Standing,
    by: UUID | None = None,
) -> AnswerRow:
    response = access.response
    before = row.revision if row else 0
    if row is None:
        row = AnswerRow(response_id=response.id, question_id=question.id, answered_by=access.actor.id)
    else:
        row.revision, row.mark = row.revision + 1, None
    row.value, row.confidence = new.value, new.confidence
    row.not_applicable, row.note, row.comment = new.not_applicable, new.note, new.comment
    row.says_not_applicable = new.says_not_applicable
    row.answered_by, row.answered_at = by or access.actor.id, clock.now()
    session.add(row)
    session.flush()
    kept = _keep_revision(session, row)
    if response.state in (ResponseState.DRAFT, ResponseState.SENT):
        response.state = ResponseState.IN_PROGRESS
        session.add(response)
    after = {"question": question.id, "revision": row.revision, **_chained(new, kept.salt)}
    audit.record(
        session,
        access.actor,
        "questionnaires.answer.saved",
        ("questionnaire_response", response.id),
        label=question.id,
        before={"revision": before},
        after=after,
    )
    session.flush()
    return row


def _chained(new: _Standing, salt: str) -> dict[str, object]:
    """What the audit chain keeps of an answer: nothing that tells a price or a name."""
    words = {"value": new.value, "note": new.note, "comment": new.comment}
    digest = audit.sealed_digest(salt.encode(), words)
    kept = {"confidence": new.confidence, "not_applicable": new.not_applicable, "digest": digest}
    return kept | ({"says_not_applicable": True} if new.says_not_applicable else {})


def _keep_revision(session: WriteSession, row: AnswerRow) -> AnswerRevision:
    kept = AnswerRevision(
        answer_id=row.id,
        salt=ids.token(),
        **row.model_dump(
            include={
                "response_id",
                "revision",
                "value",
                "confidence",
                "not_applicable",
                "says_not_applicable",
                "note",
                "comment",
                "answered_by",
                "answered_at",
            }
        ),
    )
    session.add(kept)
    return kept


def file_subject(access: ResponseAccess, question_id: str) -> Subject:
    """What the files of a question hang on: those of a sealed section on a subject that only price readers see."""
    sealed = question_id in sealed_questions(access.template)
    return Subject(SEALED_SUBJECT if sealed else SUBJECT, access.response.id)


def files_of(session: ReadSession, access: ResponseAccess) -> dict[str, File]:
    """File id -> file, of everything attached to the response that the actor may see."""
    subjects = [Subject(SUBJECT, access.response.id)]
    if access.sees_sealed:
        subjects.append(Subject(SEALED_SUBJECT, access.response.id))
    return {
        str(item.file.id): item.file
        for subject in subjects
        for item in files.attachments_of(session, actor=access.actor, subject=subject)
    }


def require_attached(session: ReadSession, access: ResponseAccess, question: Question, value: object) -> None:
    """Raises `Invalid` at the question when a list names a file that is not attached where its files belong."""
    if not isinstance(value, list):
        return
    subject = file_subject(access, question.id)
    there = {str(item.file.id) for item in files.attachments_of(session, actor=access.actor, subject=subject)}
    if not set(value) <= there:
        message = "This file is not attached to the response. Upload it here, then save."
        raise Invalid("answer.file", [Problem(question.id, message)])


def add_files(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    uploads: Sequence[Upload],
) -> AnswerRow | None:
    """Attach files to the answer of a file question, beside those it has."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    question = access.question(question_id)
    _require_open(access, question_id)
    added = attach_files(session, access, question, uploads)
    return _with_files(session, actor, access, question, added=added)


def attach_files(
    session: WriteSession, access: ResponseAccess, question: Question, uploads: Sequence[Upload]
) -> list[str]:
    """Hang files where those of a question belong, without touching its answer; their ids."""
    if question.type != "file":
        raise Invalid("answer.no_file", [Problem(question.id, "This question takes no files.")])
    subject = file_subject(access, question.id)
    return [
        str(files.attach_file(session, actor=access.actor, subject=subject, file=upload).file_id)
        for upload in uploads
    ]


def drop_file(
    session: WriteSession, *, actor: Actor, response_id: UUID, question_id: str, file_id: UUID
) -> AnswerRow | None:
    """Take a file out of an answer; earlier revisions keep it."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    return _with_files(session, actor, access, access.question(question_id), added=[], dropped=str(file_id))


def _with_files(
    session: WriteSession,
    actor: Actor,
    access: ResponseAccess,
    question: Question,
    *,
    added: list[str],
    dropped: str = "",
) -> AnswerRow | None:
    row = queries.answer(session, access.response.id, question.id)
    held = [each for each in (row.value or [] if row else []) if each != dropped]
    entry = AnswerIn(
        value=held + added,
        confidence=row.confidence if row else Confidence.TOLD,
        not_applicable=_said(access, row) if row and not added else False,
        note=row.note if row else "",
        comment=row.comment if row else "",
    )
    return save_answer(
        session, actor=actor, response_id=access.response.id, question_id=question.id, entry=entry
    )


def _said(access: ResponseAccess, row: AnswerRow) -> bool:
    return row.says_not_applicable if access.is_vendor else row.not_applicable


def mark_answer(
    session: WriteSession, *, actor: Actor, response_id: UUID, question_id: str, entry: MarkIn
) -> AnswerRow:
    """Give a reviewer's mark 0–5 to the answer that stands, or take it away.

    Raises `Conflict` when there is no answer, or another one than the reviewer read.
    """
    access = response_access(session, actor, response_id, Action.RATE, changing=True)
    question = access.question(question_id)
    mark = validate_mark(question, entry.mark)
    row = queries.answer(session, response_id, question_id)
    if row is None or row.value is None:
        raise Conflict("answer.missing", "There is no answer to mark yet.")
    if entry.revision is not None and entry.revision != row.revision:
        raise Conflict("answer.stale", "The answer changed since you read it. Read it again, then mark it.")
    if row.mark != mark:
        before, row.mark = row.mark, mark
        session.add(row)
        audit.record(
            session,
            actor,
            "questionnaires.answer.marked",
            ("questionnaire_response", response_id),
            label=question_id,
            before={"mark": before},
            after={"mark": mark, "question": question_id, "revision": row.revision},
        )
        session.flush()
    return row
