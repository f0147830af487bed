"""Every look into the tables of questionnaires."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.accounts.models import OneTimeLink
from app.evaluations.models import Candidate, Evaluation
from app.kit.db import ReadSession
from app.questionnaires.models import (
    FINISHED,
    AnswerReturn,
    AnswerRevision,
    AnswerRow,
    Call,
    Clarification,
    FollowUp,
    LateDraft,
    PinnedQuestionnaire,
    QuestionnaireResponse,
    QuestionnaireVersion,
    ResponseLink,
    SheetImport,
    SheetMapping,
)


def pinned_by_digest(session: ReadSession, digest: str) -> PinnedQuestionnaire | None:
    """The pinned questionnaire with these very contents."""
    return session.exec(select(PinnedQuestionnaire).where(PinnedQuestionnaire.digest == digest)).first()


def versions(session: ReadSession, key: str) -> Sequence[QuestionnaireVersion]:
    """All versions of a questionnaire of our own, newest first."""
    wanted = select(QuestionnaireVersion).where(QuestionnaireVersion.key == key)
    return session.exec(wanted.order_by(col(QuestionnaireVersion.number).desc())).all()


def all_versions(session: ReadSession) -> Sequence[QuestionnaireVersion]:
    """Every version of every own questionnaire, by key, newest first."""
    wanted = select(QuestionnaireVersion)
    return session.exec(
        wanted.order_by(col(QuestionnaireVersion.key), col(QuestionnaireVersion.number).desc())
    ).all()


def mapping_of(session: ReadSession, shape: str) -> SheetMapping | None:
    """What was said about the columns of spreadsheets of this shape."""
    return session.exec(select(SheetMapping).where(SheetMapping.shape == shape)).first()


def sheets_by(session: ReadSession, user_id: UUID) -> Sequence[SheetImport]:
    """Spreadsheets that somebody sent and has not used yet, newest first."""
    wanted = select(SheetImport).where(SheetImport.created_by == user_id)
    return session.exec(wanted.order_by(col(SheetImport.id).desc()).limit(50)).all()


def sheets_before(session: ReadSession, moment: datetime) -> Sequence[SheetImport]:
    """Spreadsheets that were sent before a moment and not used."""
    return session.exec(select(SheetImport).where(SheetImport.created_at < moment)).all()


def responses_of(session: ReadSession, candidate_id: UUID) -> Sequence[QuestionnaireResponse]:
    """A candidate's responses, in the order they were started."""
    wanted = select(QuestionnaireResponse).where(QuestionnaireResponse.candidate_id == candidate_id)
    return session.exec(wanted.order_by(col(QuestionnaireResponse.id))).all()


def responses_in(
    session: ReadSession, evaluation_ids: Collection[UUID]
) -> Sequence[tuple[QuestionnaireResponse, Candidate]]:
    """All responses of some evaluations, with their candidates."""
    wanted = (
        select(QuestionnaireResponse, Candidate)
        .join(Candidate, col(Candidate.id) == col(QuestionnaireResponse.candidate_id))
        .where(col(Candidate.evaluation_id).in_(list(evaluation_ids)))
    )
    return session.exec(wanted.order_by(col(QuestionnaireResponse.id))).all()


def answers_of(session: ReadSession, response_ids: Collection[UUID]) -> dict[UUID, dict[str, AnswerRow]]:
    """Response id -> question id -> what stands now."""
    found: dict[UUID, dict[str, AnswerRow]] = {each: {} for each in response_ids}
    for row in session.exec(select(AnswerRow).where(col(AnswerRow.response_id).in_(list(response_ids)))):
        found[row.response_id][row.question_id] = row
    return found


def answer(session: ReadSession, response_id: UUID, question_id: str) -> AnswerRow | None:
    """What stands for one question."""
    wanted = select(AnswerRow).where(
        AnswerRow.response_id == response_id, AnswerRow.question_id == question_id
    )
    return session.exec(wanted).first()


def revisions(session: ReadSession, answer_id: UUID) -> Sequence[AnswerRevision]:
    """Every revision of an answer, newest first."""
    wanted = select(AnswerRevision).where(AnswerRevision.answer_id == answer_id)
    return session.exec(wanted.order_by(col(AnswerRevision.revision).desc())).all()


def not_applicable_in(session: ReadSession, evaluation_id: UUID, key: str) -> frozenset[str]:
    """Questions that were accepted as not applicable for some candidate of the evaluation."""
    wanted = (
        select(AnswerRow.question_id)
        .join(QuestionnaireResponse, col(QuestionnaireResponse.id) == col(AnswerRow.response_id))
        .join(Candidate, col(Candidate.id) == col(QuestionnaireResponse.candidate_id))
        .where(
            Candidate.evaluation_id == evaluation_id,
            QuestionnaireResponse.key == key,
            col(AnswerRow.not_applicable).is_(True),
        )
    )
    return frozenset(session.exec(wanted).all())


def live_link(session: ReadSession, response_id: UUID, link_id: UUID, now: datetime) -> ResponseLink | None:
    """The way into a response by this link, while the link is neither withdrawn nor past its end."""
    wanted = (
        select(ResponseLink)
        .join(OneTimeLink, col(OneTimeLink.id) == col(ResponseLink.link_id))
        .where(
            ResponseLink.response_id == response_id,
            ResponseLink.link_id == link_id,
            col(OneTimeLink.revoked_at).is_(None),
            col(OneTimeLink.expires_at) > now,
        )
    )
    return session.exec(wanted).first()


def links_of(
    session: ReadSession, response_ids: Collection[UUID]
) -> Sequence[tuple[ResponseLink, OneTimeLink]]:
    """Every link that was handed out for some responses, oldest first."""
    wanted = (
        select(ResponseLink, OneTimeLink)
        .join(OneTimeLink, col(OneTimeLink.id) == col(ResponseLink.link_id))
        .where(col(ResponseLink.response_id).in_(list(response_ids)))
    )
    return session.exec(wanted.order_by(col(ResponseLink.id))).all()


def drafts_of(session: ReadSession, response_id: UUID) -> Sequence[LateDraft]:
    """What was typed too late, in the order in which it was last saved."""
    wanted = select(LateDraft).where(LateDraft.response_id == response_id)
    return session.exec(wanted.order_by(col(LateDraft.saved_at), col(LateDraft.id))).all()


def open_returns(session: ReadSession, response_id: UUID) -> Sequence[AnswerReturn]:
    """The answers that were sent back and not handed in again, oldest first."""
    wanted = select(AnswerReturn).where(
        AnswerReturn.response_id == response_id, col(AnswerReturn.settled_at).is_(None)
    )
    return session.exec(wanted.order_by(col(AnswerReturn.id))).all()


def clarifications(session: ReadSession, evaluation_id: UUID, key: str) -> Sequence[Clarification]:
    """What vendors asked about a questionnaire in an evaluation, oldest first."""
    wanted = select(Clarification).where(
        Clarification.evaluation_id == evaluation_id, Clarification.key == key
    )
    return session.exec(wanted.order_by(col(Clarification.id))).all()


def call_of(session: ReadSession, response_id: UUID) -> Call | None:
    """The discovery call about a response."""
    return session.exec(select(Call).where(Call.response_id == response_id)).first()


def follow_ups(session: ReadSession, response_id: UUID) -> dict[str, FollowUp]:
    """Question id -> its mark for a follow-up."""
    wanted = select(FollowUp).where(FollowUp.response_id == response_id)
    return {row.question_id: row for row in session.exec(wanted)}


def earlier_responses(
    session: ReadSession, vendor_id: UUID, key: str, without: UUID
) -> Sequence[tuple[QuestionnaireResponse, Candidate]]:
    """A vendor's handed-in responses to the same questionnaire in other evaluations, newest first."""
    wanted = (
        select(QuestionnaireResponse, Candidate)
        .join(Candidate, col(Candidate.id) == col(QuestionnaireResponse.candidate_id))
        .where(
            Candidate.vendor_id == vendor_id,
            QuestionnaireResponse.key == key,
            QuestionnaireResponse.candidate_id != without,
            col(QuestionnaireResponse.submitted_at).is_not(None),
            col(QuestionnaireResponse.state).in_(list(FINISHED)),
        )
    )
    return session.exec(wanted.order_by(col(QuestionnaireResponse.submitted_at).desc())).all()


def awaited(session: ReadSession) -> Sequence[tuple[QuestionnaireResponse, Evaluation]]:
    """Responses that are with a vendor and have a due day, with their evaluations."""
    wanted = (
        select(QuestionnaireResponse, Evaluation)
        .join(Candidate, col(Candidate.id) == col(QuestionnaireResponse.candidate_id))
        .join(Evaluation, col(Evaluation.id) == col(Candidate.evaluation_id))
        .where(
            col(QuestionnaireResponse.due).is_not(None),
            col(QuestionnaireResponse.link_id).is_not(None),
            col(QuestionnaireResponse.state).not_in(list(FINISHED)),
        )
    )
    return session.exec(wanted.order_by(col(QuestionnaireResponse.id))).all()


def responses_with_drafts(session: ReadSession, response_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of the responses hold late drafts."""
    wanted = select(LateDraft.response_id).where(col(LateDraft.response_id).in_(list(response_ids)))
    return frozenset(session.exec(wanted.distinct()).all())


def responses_that_ask(session: ReadSession, response_ids: Collection[UUID]) -> frozenset[UUID]:
    """From which of the responses a question waits for an answer."""
    wanted = select(Clarification.response_id).where(
        col(Clarification.response_id).in_(list(response_ids)), col(Clarification.answered_at).is_(None)
    )
    return frozenset(session.exec(wanted.distinct()).all())
