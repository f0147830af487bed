"""Every look into the tables of onboarding."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from app.accounts.models import User
from app.evaluations.models import Candidate, PanelMember
from app.kit.db import ReadSession
from app.onboarding.models import Onboarding, OnboardingState, OnboardingTask
from app.vendors.models import Vendor


def of_candidate(session: ReadSession, candidate_id: UUID) -> Onboarding | None:
    """The onboarding of a candidate."""
    return session.exec(select(Onboarding).where(Onboarding.candidate_id == candidate_id)).first()


def of_evaluation(session: ReadSession, evaluation_id: UUID) -> Sequence[Onboarding]:
    """The onboardings of an evaluation, in the order they were started."""
    wanted = select(Onboarding).where(Onboarding.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(Onboarding.id))).all()


def everything(session: ReadSession) -> Sequence[Onboarding]:
    """All onboardings, next kickoff first; there is one per vendor chosen, so they are few."""
    return session.exec(select(Onboarding).order_by(col(Onboarding.kickoff), col(Onboarding.id))).all()


def running(session: ReadSession) -> Sequence[Onboarding]:
    """The onboardings in which something is still to do."""
    states = (OnboardingState.PLANNED, OnboardingState.STARTED)
    return session.exec(select(Onboarding).where(col(Onboarding.state).in_(states))).all()


def tasks(session: ReadSession, onboarding_ids: Collection[UUID]) -> Sequence[OnboardingTask]:
    """The tasks that were not removed, in the order of the checklist."""
    wanted = select(OnboardingTask).where(
        col(OnboardingTask.onboarding_id).in_(list(onboarding_ids)),
        col(OnboardingTask.removed_at).is_(None),
    )
    return session.exec(wanted.order_by(col(OnboardingTask.position), col(OnboardingTask.id))).all()


def last_position(session: ReadSession, onboarding_id: UUID) -> int:
    """The highest position given, removed tasks included."""
    wanted = select(OnboardingTask.position).where(OnboardingTask.onboarding_id == onboarding_id)
    return session.exec(wanted.order_by(col(OnboardingTask.position).desc()).limit(1)).first() or 0


def vendor_names(session: ReadSession, candidate_ids: Collection[UUID]) -> dict[UUID, str]:
    """The vendors' names by candidate."""
    wanted = (
        select(Candidate.id, Vendor.name)
        .join(Vendor, col(Vendor.id) == col(Candidate.vendor_id))
        .where(col(Candidate.id).in_(list(candidate_ids)))
    )
    return dict(session.exec(wanted).all())


def people(session: ReadSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id; somebody who was erased is left out."""
    wanted = select(User.id, User.name).where(col(User.id).in_(list(user_ids)))
    return dict(session.exec(wanted).all())


def active_people(session: ReadSession) -> Sequence[User]:
    """Everybody who can be given a task, by name."""
    return session.exec(select(User).where(col(User.active).is_(True)).order_by(col(User.name))).all()


def panel_places(session: ReadSession, user_id: UUID) -> dict[UUID, frozenset[str]]:
    """A person's roles on panels, by evaluation."""
    wanted = select(PanelMember).where(PanelMember.user_id == user_id)
    return {row.evaluation_id: frozenset(row.roles) for row in session.exec(wanted).all()}
