"""Every look into the tables of questionnaires."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from app.evaluations.models import Candidate
from app.kit.db import ReadSession
from app.questionnaires.models import (
    AnswerRevision,
    AnswerRow,
    PinnedQuestionnaire,
    QuestionnaireResponse,
    QuestionnaireVersion,
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
