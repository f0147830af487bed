"""Every look into the tables of a pilot's run."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from app.accounts.models import OneTimeLink
from app.kit.db import ReadSession
from app.runs.models import (
    PackDownload,
    PilotExample,
    PilotInstructions,
    PilotLink,
    PilotLinkKind,
    PilotMessage,
    PilotPart,
    PilotQuestion,
    PilotRun,
    StatusMail,
    StatusRecipient,
)


def run(session: ReadSession, pilot_id: UUID) -> PilotRun | None:
    """The run of a pilot; None before anything of it was written."""
    return session.exec(select(PilotRun).where(PilotRun.pilot_id == pilot_id)).first()


def instructions(session: ReadSession, pilot_id: UUID) -> Sequence[PilotInstructions]:
    """All published versions, newest first."""
    wanted = select(PilotInstructions).where(PilotInstructions.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotInstructions.number).desc())).all()


def parts(session: ReadSession, pilot_id: UUID) -> Sequence[PilotPart]:
    """The parts of a pilot."""
    return session.exec(select(PilotPart).where(PilotPart.pilot_id == pilot_id)).all()


def part(session: ReadSession, pilot_id: UUID, candidate_id: UUID) -> PilotPart | None:
    """One candidate's part."""
    wanted = select(PilotPart).where(PilotPart.pilot_id == pilot_id, PilotPart.candidate_id == candidate_id)
    return session.exec(wanted).first()


def live_links(
    session: ReadSession, part_id: UUID, now: datetime, kind: PilotLinkKind | None = None
) -> Sequence[tuple[PilotLink, OneTimeLink]]:
    """The links into a part that work, newest first."""
    wanted = (
        select(PilotLink, OneTimeLink)
        .join(OneTimeLink, col(OneTimeLink.id) == col(PilotLink.link_id))
        .where(
            PilotLink.part_id == part_id,
            col(OneTimeLink.revoked_at).is_(None),
            col(OneTimeLink.expires_at) > now,
        )
    )
    if kind is not None:
        wanted = wanted.where(PilotLink.kind == kind)
    return session.exec(wanted.order_by(col(PilotLink.id).desc())).all()


def link_ids(session: ReadSession, part_id: UUID) -> frozenset[UUID]:
    """Every link that was ever handed out for a part."""
    return frozenset(session.exec(select(PilotLink.link_id).where(PilotLink.part_id == part_id)).all())


def downloads(session: ReadSession, part_id: UUID) -> Sequence[PackDownload]:
    """The access log of a part's pack, newest first."""
    wanted = select(PackDownload).where(PackDownload.part_id == part_id)
    return session.exec(wanted.order_by(col(PackDownload.id).desc())).all()


def questions(session: ReadSession, pilot_id: UUID) -> Sequence[PilotQuestion]:
    """All threads, newest first."""
    wanted = select(PilotQuestion).where(PilotQuestion.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotQuestion.id).desc())).all()


def messages(session: ReadSession, question_ids: Sequence[UUID]) -> dict[UUID, list[PilotMessage]]:
    """Thread -> its turns, oldest first."""
    wanted = select(PilotMessage).where(col(PilotMessage.question_id).in_(question_ids))
    out: dict[UUID, list[PilotMessage]] = {one: [] for one in question_ids}
    for row in session.exec(wanted.order_by(col(PilotMessage.sent_at), col(PilotMessage.id))).all():
        out[row.question_id].append(row)
    return out


def status_mail(session: ReadSession, pilot_id: UUID) -> StatusMail | None:
    """Where a pilot's status goes; None before anything of it was written."""
    return session.exec(select(StatusMail).where(StatusMail.pilot_id == pilot_id)).first()


def due_status_mails(session: ReadSession, latest: date) -> Sequence[StatusMail]:
    """Those whose weekly day is `latest` or earlier."""
    wanted = select(StatusMail).where(col(StatusMail.next_on).is_not(None), col(StatusMail.next_on) <= latest)
    return session.exec(wanted.order_by(col(StatusMail.id))).all()


def recipients(session: ReadSession, mail_id: UUID) -> Sequence[StatusRecipient]:
    """Everybody who was ever chosen, those who stopped among them."""
    wanted = select(StatusRecipient).where(StatusRecipient.mail_id == mail_id)
    return session.exec(wanted.order_by(col(StatusRecipient.id))).all()


def recipient_of(session: ReadSession, token: str) -> StatusRecipient | None:
    """Whose stop link has this secret."""
    return session.exec(select(StatusRecipient).where(StatusRecipient.token == token)).first()


def examples(session: ReadSession, pilot_id: UUID) -> Sequence[PilotExample]:
    """The good examples that vendors read, oldest first."""
    wanted = select(PilotExample).where(PilotExample.pilot_id == pilot_id)
    return session.exec(wanted.order_by(col(PilotExample.id))).all()
