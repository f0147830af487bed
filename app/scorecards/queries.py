"""Every look into the table of own scorecards."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.kit.db import ReadSession
from app.scorecards.models import ScorecardState, ScorecardVersion


def newest(session: ReadSession) -> Sequence[ScorecardVersion]:
    """Every own scorecard in every version, newest version of each key first."""
    wanted = select(ScorecardVersion).order_by(col(ScorecardVersion.key), col(ScorecardVersion.number).desc())
    return session.exec(wanted).all()


def versions(session: ReadSession, key: str) -> Sequence[ScorecardVersion]:
    """The versions of one key, newest first."""
    wanted = select(ScorecardVersion).where(ScorecardVersion.key == key)
    return session.exec(wanted.order_by(col(ScorecardVersion.number).desc())).all()


def published(session: ReadSession) -> Sequence[ScorecardVersion]:
    """Every published version that is not retired, newest first."""
    wanted = select(ScorecardVersion).where(
        ScorecardVersion.state == ScorecardState.PUBLISHED, col(ScorecardVersion.retired_at).is_(None)
    )
    return session.exec(wanted.order_by(col(ScorecardVersion.key), col(ScorecardVersion.number).desc())).all()
