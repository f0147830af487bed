"""Every look into the tables of the assessment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from app.assessment.models import (
    ConflictOfInterest,
    Consensus,
    GateWaiver,
    ManualValue,
    PinnedScorecard,
    Rating,
    RatingLock,
)
from app.kit.db import ReadSession
from app.pilots.models import Delivery, Pilot, PilotOffer

OfEvaluation = TypeVar("OfEvaluation", Rating, RatingLock, Consensus, ConflictOfInterest, ManualValue)


def pin(session: ReadSession, evaluation_id: UUID) -> PinnedScorecard | None:
    """The evaluation's scorecard."""
    wanted = select(PinnedScorecard).where(PinnedScorecard.evaluation_id == evaluation_id)
    return session.exec(wanted).first()


def pins(session: ReadSession, evaluation_ids: Iterable[UUID]) -> Sequence[PinnedScorecard]:
    """The scorecards of several evaluations."""
    wanted = select(PinnedScorecard).where(col(PinnedScorecard.evaluation_id).in_(list(evaluation_ids)))
    return session.exec(wanted).all()


def of_evaluation(
    session: ReadSession, kind: type[OfEvaluation], evaluation_id: UUID
) -> Sequence[OfEvaluation]:
    """All rows of one kind of an evaluation, oldest first."""
    return session.exec(
        select(kind).where(col(kind.evaluation_id) == evaluation_id).order_by(col(kind.id))
    ).all()


def rating(session: ReadSession, candidate_id: UUID, criterion: str, user_id: UUID) -> Rating | None:
    """One person's rating of a cell."""
    return session.exec(
        select(Rating).where(
            Rating.candidate_id == candidate_id, Rating.criterion == criterion, Rating.user_id == user_id
        )
    ).first()


def lock(session: ReadSession, candidate_id: UUID, user_id: UUID) -> RatingLock | None:
    """Whether a person is done with a candidate."""
    return session.exec(
        select(RatingLock).where(RatingLock.candidate_id == candidate_id, RatingLock.user_id == user_id)
    ).first()


def conflict(session: ReadSession, candidate_id: UUID, user_id: UUID) -> ConflictOfInterest | None:
    """Whether a person does not judge a candidate."""
    return session.exec(
        select(ConflictOfInterest).where(
            ConflictOfInterest.candidate_id == candidate_id, ConflictOfInterest.user_id == user_id
        )
    ).first()


def consensus(session: ReadSession, candidate_id: UUID, criterion: str) -> Consensus | None:
    """What the panel agreed on for a cell."""
    return session.exec(
        select(Consensus).where(Consensus.candidate_id == candidate_id, Consensus.criterion == criterion)
    ).first()


def value(session: ReadSession, candidate_id: UUID, subject: str) -> ManualValue | None:
    """The figure typed in for a cell, a document or a question."""
    return session.exec(
        select(ManualValue).where(ManualValue.candidate_id == candidate_id, ManualValue.subject == subject)
    ).first()


def waivers(session: ReadSession, evaluation_id: UUID) -> Sequence[GateWaiver]:
    """The waivers that were not withdrawn, oldest first."""
    wanted = select(GateWaiver).where(
        GateWaiver.evaluation_id == evaluation_id, col(GateWaiver.withdrawn_at).is_(None)
    )
    return session.exec(wanted.order_by(col(GateWaiver.id))).all()


def first_delivery(session: ReadSession, evaluation_id: UUID) -> datetime | None:
    """When the first delivery of a pilot of this evaluation arrived."""
    wanted = select(Delivery.received_at).join(Pilot, col(Pilot.id) == col(Delivery.pilot_id))
    wanted = wanted.where(Pilot.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(Delivery.received_at)).limit(1)).first()


def first_offer(session: ReadSession, evaluation_id: UUID) -> datetime | None:
    """When the first price of this evaluation was entered."""
    wanted = select(PilotOffer.created_at).join(Pilot, col(Pilot.id) == col(PilotOffer.pilot_id))
    wanted = wanted.where(Pilot.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(PilotOffer.created_at)).limit(1)).first()
