"""Every look into the tables of decisions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.accounts.models import LinkPurpose, OneTimeLink
from app.decisions.models import ACTIVE, Approval, Decision, DecisionState, Memo
from app.kit.db import ReadSession


def active(session: ReadSession, evaluation_id: UUID) -> Decision | None:
    """The recommendation that counts: draft, proposed or approved."""
    wanted = select(Decision).where(
        Decision.evaluation_id == evaluation_id, col(Decision.state).in_(list(ACTIVE))
    )
    return session.exec(wanted.order_by(col(Decision.number).desc())).first()


def newest(session: ReadSession, evaluation_id: UUID) -> Decision | None:
    """The last recommendation, whatever became of it."""
    wanted = select(Decision).where(Decision.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(Decision.number).desc())).first()


def decisions(session: ReadSession, evaluation_id: UUID) -> Sequence[Decision]:
    """Every recommendation of an evaluation, newest first."""
    wanted = select(Decision).where(Decision.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(Decision.number).desc())).all()


def proposed(session: ReadSession) -> Sequence[Decision]:
    """Recommendations that wait for an answer, oldest first."""
    wanted = select(Decision).where(Decision.state == DecisionState.PROPOSED)
    return session.exec(wanted.order_by(col(Decision.id))).all()


def memos(session: ReadSession, decision_id: UUID) -> Sequence[Memo]:
    """Every frozen memo of a decision, newest first."""
    wanted = select(Memo).where(Memo.decision_id == decision_id)
    return session.exec(wanted.order_by(col(Memo.number).desc())).all()


def memo_by_digest(session: ReadSession, digest: str) -> Memo | None:
    """The newest memo whose record has this digest."""
    wanted = select(Memo).where(Memo.digest == digest).order_by(col(Memo.id).desc())
    return session.exec(wanted).first()


def approvals(session: ReadSession, decision_id: UUID) -> Sequence[Approval]:
    """Every answer to a decision's memos, in the order they came."""
    wanted = select(Approval).where(Approval.decision_id == decision_id)
    return session.exec(wanted.order_by(col(Approval.id))).all()


def open_links(session: ReadSession, decision_id: UUID, now: datetime) -> Sequence[OneTimeLink]:
    """Links to approve this decision that still work, newest first."""
    wanted = select(OneTimeLink).where(
        OneTimeLink.purpose == LinkPurpose.APPROVE,
        OneTimeLink.subject_kind == "decision",
        OneTimeLink.subject_id == decision_id,
        col(OneTimeLink.used_at).is_(None),
        col(OneTimeLink.revoked_at).is_(None),
        col(OneTimeLink.expires_at) > now,
    )
    return session.exec(wanted.order_by(col(OneTimeLink.created_at).desc())).all()
