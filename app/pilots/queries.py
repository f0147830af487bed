"""Every look into the tables of pilots."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.jobs.models import Job
from app.kit.db import ReadSession
from app.pilots.models import (
    Delivery,
    DeliveryState,
    DraftState,
    GoldChoice,
    GoldDraft,
    GoldSet,
    GoldVersion,
    Pilot,
    PilotImages,
    PilotItems,
    PilotLook,
    PilotOffer,
    PilotResult,
)


def every_pilot(session: ReadSession) -> Sequence[Pilot]:
    """All pilots, oldest first."""
    return session.exec(select(Pilot).order_by(col(Pilot.created_at))).all()


def pilots(session: ReadSession, evaluation_id: UUID) -> Sequence[Pilot]:
    """The pilots of an evaluation, newest first."""
    wanted = select(Pilot).where(Pilot.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(Pilot.id).desc())).all()


def golds(session: ReadSession, pilot_id: UUID) -> Sequence[GoldVersion]:
    """All versions of the gold, newest first."""
    wanted = select(GoldVersion).where(GoldVersion.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(GoldVersion.number).desc())).all()


def all_deliveries(session: ReadSession, pilot_id: UUID) -> Sequence[Delivery]:
    """All deliveries, newest first, replaced ones among them."""
    wanted = select(Delivery).where(Delivery.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(Delivery.received_at).desc(), col(Delivery.id).desc())).all()


def accepted(session: ReadSession, pilot_id: UUID) -> Sequence[Delivery]:
    """Deliveries that count, by candidate and round."""
    wanted = select(Delivery).where(Delivery.pilot_id == pilot_id, Delivery.state == DeliveryState.ACCEPTED)
    return session.exec(wanted.order_by(col(Delivery.candidate_id), col(Delivery.round))).all()


def delivered_by(session: ReadSession, candidate_id: UUID) -> Sequence[Delivery]:
    """A candidate's deliveries that count, newest pilot first."""
    wanted = select(Delivery).where(
        Delivery.candidate_id == candidate_id, Delivery.state == DeliveryState.ACCEPTED
    )
    return session.exec(wanted.order_by(col(Delivery.pilot_id).desc())).all()


def all_offers(session: ReadSession, pilot_id: UUID) -> Sequence[PilotOffer]:
    """The offers of a pilot."""
    return session.exec(select(PilotOffer).where(PilotOffer.pilot_id == pilot_id)).all()


def offer(session: ReadSession, pilot_id: UUID, candidate_id: UUID) -> PilotOffer | None:
    """One candidate's offer."""
    wanted = select(PilotOffer).where(
        PilotOffer.pilot_id == pilot_id, PilotOffer.candidate_id == candidate_id
    )
    return session.exec(wanted).first()


def result(session: ReadSession, pilot_id: UUID, digest: str) -> PilotResult | None:
    """The comparison of exactly these inputs, if it was computed."""
    wanted = select(PilotResult).where(PilotResult.pilot_id == pilot_id, PilotResult.digest == digest)
    return session.exec(wanted.options(sa.orm.defer(PilotResult.outcomes))).first()  # type: ignore[arg-type]


def last_revision(session: ReadSession, pilot_id: UUID) -> int:
    """The highest revision of a pilot's results so far."""
    highest = sa.func.coalesce(sa.func.max(PilotResult.revision), 0)
    return session.exec(select(highest).where(PilotResult.pilot_id == pilot_id)).one()


def job(session: ReadSession, dedupe: str) -> Job | None:
    """The job with this key."""
    return session.exec(select(Job).where(Job.dedupe == dedupe)).first()


def look(session: ReadSession, pilot_id: UUID, person_id: UUID) -> PilotLook | None:
    """That this person looked, if so."""
    wanted = select(PilotLook).where(PilotLook.pilot_id == pilot_id, PilotLook.person_id == person_id)
    return session.exec(wanted).first()


def items(session: ReadSession, pilot_id: UUID) -> PilotItems | None:
    """The item list that counts."""
    wanted = select(PilotItems).where(PilotItems.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotItems.number).desc())).first()


def items_file(session: ReadSession, pilot_id: UUID) -> PilotItems | None:
    """The item list that counts, without what is in it."""
    wanted = select(PilotItems).where(PilotItems.pilot_id == pilot_id)
    light = wanted.options(sa.orm.defer(PilotItems.content))  # type: ignore[arg-type]
    return session.exec(light.order_by(col(PilotItems.number).desc())).first()


def images(session: ReadSession, pilot_id: UUID) -> PilotImages | None:
    """The archive of images that counts."""
    wanted = select(PilotImages).where(PilotImages.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotImages.id).desc())).first()


def drafts(session: ReadSession, pilot_id: UUID) -> Sequence[GoldDraft]:
    """Gold in the making and made, newest first; without what was dropped."""
    wanted = select(GoldDraft).where(GoldDraft.pilot_id == pilot_id, GoldDraft.state != DraftState.DROPPED)
    light = wanted.options(sa.orm.defer(GoldDraft.content))  # type: ignore[arg-type]
    return session.exec(light.order_by(col(GoldDraft.id).desc())).all()


def dropped_drafts(session: ReadSession, pilot_id: UUID) -> Sequence[GoldDraft]:
    """Gold that was given up, newest first."""
    wanted = select(GoldDraft).where(GoldDraft.pilot_id == pilot_id, GoldDraft.state == DraftState.DROPPED)
    light = wanted.options(sa.orm.defer(GoldDraft.content))  # type: ignore[arg-type]
    return session.exec(light.order_by(col(GoldDraft.id).desc())).all()


def sets(session: ReadSession, draft_id: UUID) -> Sequence[GoldSet]:
    """The label sets of a draft, set A first."""
    wanted = select(GoldSet).where(GoldSet.draft_id == draft_id)
    return session.exec(wanted.order_by(col(GoldSet.place))).all()


def choices(session: ReadSession, draft_id: UUID) -> Sequence[GoldChoice]:
    """Everything decided about a draft, by item."""
    wanted = select(GoldChoice).where(GoldChoice.draft_id == draft_id)
    return session.exec(wanted.order_by(col(GoldChoice.item))).all()


def choice(session: ReadSession, draft_id: UUID, item: str) -> GoldChoice | None:
    """What was decided about one item of a draft."""
    wanted = select(GoldChoice).where(GoldChoice.draft_id == draft_id, GoldChoice.item == item)
    return session.exec(wanted).first()
