"""Take the demonstration away: every row that it or its visitors left on its evaluations, vendors and people."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select

from app.accounts.models import OneTimeLink, User
from app.assessment.models import ManualValue
from app.audit import service as audit
from app.decisions.models import Decision, Memo
from app.demo import people
from app.demo.build import story
from app.evaluations.models import Candidate, Evaluation, PanelMember
from app.files.models import Attachment, File, Note
from app.kit.actors import SYSTEM
from app.kit.db import Database, ReadSession, WriteSession
from app.onboarding.models import Onboarding, OnboardingTask
from app.pilots.models import Delivery, GoldSet, GoldVersion, Pilot, PilotImages, PilotItems
from app.questionnaires.models import PinnedQuestionnaire, QuestionnaireResponse
from app.runs.models import PilotPart
from app.scorecards.models import ScorecardVersion
from app.vendors.models import Agreement, Certificate, Vendor

# Every column that names a file: one that none of them names any more goes with the demonstration.
_FILE_USES: tuple[Any, ...] = (
    Attachment.file_id,
    Agreement.file_id,
    Certificate.file_id,
    Delivery.file_id,
    Delivery.times_file_id,
    GoldSet.file_id,
    GoldVersion.file_id,
    ManualValue.file_id,
    Memo.file_id,
    PilotImages.file_id,
    PilotItems.file_id,
)


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, whose account had to stay, and which vendors stay because other evaluations use them."""

    evaluations: int
    vendors: int
    stayed: list[str]
    in_use: list[str]


def remove(database: Database) -> Removed:
    """Delete the demonstration; the audit record keeps that it was there, and what was done in it.

    Contents on disk stay: they are named by digest and may be shared. A vendor that takes part in another
    evaluation stays, and so does the last person who could manage accounts.
    """
    with database.writing() as session:
        files, templates = _used_files(session), _pinned(session)
        evaluations = list(session.exec(select(Evaluation).where(col(Evaluation.is_demo))))
        prints = _prints(session, [row.id for row in evaluations])
        vendors, kept = _vendors(session)
        _drop(session, _hanging(session, _subjects(session, [*evaluations, *vendors])))
        _drop(session, evaluations)
        _drop(session, vendors)
        key = story("tickets")["library"]["key"]
        _drop(session, session.exec(select(ScorecardVersion).where(ScorecardVersion.key == key)).all())
        _drop(session, _rows(session, PinnedQuestionnaire, templates - _pinned(session)))
        after = _used_files(session)
        _drop(session, _rows(session, File, (files | prints) - after))
        stayed, erased = people.remove_people(session)
        session.flush()
        _drop(session, _rows(session, User, set(erased) - _named(session)))
        return Removed(len(evaluations), len(vendors), stayed, [row.name for row in kept])


def _drop(session: WriteSession, rows: Iterable[SQLModel]) -> None:
    """Delete rows, each with its own line in the audit record; what hangs below them goes by the database."""
    found = list(rows)
    for row in found:
        table = str(row.__tablename__)
        audit.record(session, SYSTEM, f"demo.{table}.removed", (table, row.id))  # type: ignore[attr-defined]
        session.delete(row)
    session.flush()
    if found:
        session.expire_all()  # what the database took along is not to be found any more


def _rows(session: ReadSession, kind: Any, keys: Collection[UUID]) -> Sequence[SQLModel]:
    found: Sequence[SQLModel] = session.exec(select(kind).where(kind.id.in_(list(keys)))).all()
    return found


def _used_files(session: ReadSession) -> set[UUID]:
    """Ids of the files that anything names."""
    return {
        key for column in _FILE_USES for key in session.exec(select(column).where(col(column).is_not(None)))
    }


def _pinned(session: ReadSession) -> set[UUID]:
    """Ids of the pinned questionnaires that responses hold on to."""
    return set(session.exec(select(QuestionnaireResponse.questionnaire_id)))


def _prints(session: ReadSession, evaluations: Sequence[UUID]) -> set[UUID]:
    """Ids of the files of every print of the memos; a memo itself names only the newest."""
    wanted = select(Memo.printed).join(Decision, col(Decision.id) == col(Memo.decision_id))
    digests = {
        digest
        for printed in session.exec(wanted.where(col(Decision.evaluation_id).in_(evaluations)))
        for digest in printed
    }
    return set(session.exec(select(File.id).where(col(File.digest).in_(digests))))


def _vendors(session: ReadSession) -> tuple[list[Vendor], list[Vendor]]:
    """The demonstration's vendors that can go, and those in other evaluations."""
    rows = session.exec(select(Vendor).where(col(Vendor.is_demo))).all()
    elsewhere = select(Candidate.vendor_id).join(
        Evaluation, col(Evaluation.id) == col(Candidate.evaluation_id)
    )
    used = set(session.exec(elsewhere.where(~col(Evaluation.is_demo))))
    return [row for row in rows if row.id not in used], [row for row in rows if row.id in used]


def _subjects(session: ReadSession, roots: Sequence[Evaluation | Vendor]) -> set[UUID]:
    """Everything below the evaluations and vendors that notes, files and links can hang on."""
    found = {row.id for row in roots}
    below: tuple[tuple[Any, Any], ...] = (
        (Candidate.id, Candidate.evaluation_id),
        (Pilot.id, Pilot.evaluation_id),
        (PilotPart.id, PilotPart.pilot_id),
        (Decision.id, Decision.evaluation_id),
        (Onboarding.id, Onboarding.evaluation_id),
        (OnboardingTask.id, OnboardingTask.onboarding_id),
        (QuestionnaireResponse.id, QuestionnaireResponse.candidate_id),
    )
    for key, parent in below:
        found |= set(session.exec(select(key).where(col(parent).in_(list(found)))))
    return found


def _hanging(session: ReadSession, subjects: set[UUID]) -> list[SQLModel]:
    kinds: tuple[Any, ...] = (Attachment, Note, OneTimeLink)
    return [
        row
        for kind in kinds
        for row in session.exec(select(kind).where(col(kind.subject_id).in_(list(subjects))))
    ]


def _named(session: ReadSession) -> set[UUID]:
    """Ids of the people whom an evaluation names; their accounts stay, erased."""
    return set(session.exec(select(PanelMember.user_id))) | set(session.exec(select(Evaluation.created_by)))
