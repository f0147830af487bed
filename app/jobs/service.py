"""Put work on the list, and look at the list."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from app.core.errors import Conflict, NotFound
from app.jobs.models import Job, JobState, OutgoingMail
from app.kit import clock, ids
from app.kit.canonical import plain
from app.kit.db import ReadSession, WriteSession
from app.kit.mail import Mail

# Workers of this process that want to be woken by a commit; the set forgets those that ended.
_LISTENERS: WeakSet[threading.Event] = WeakSet()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs wait, are being worked on, were given up; `oldest` is when the longest due one was due."""

    todo: int
    leased: int
    dead: int
    oldest: datetime | None


def enqueue(
    session: WriteSession,
    task: str,
    /,
    *,
    run_at: datetime | None = None,
    dedupe: str | None = None,
    **args: object,
) -> UUID:
    """Let `task` (a name of the task table in the composition root) run after this transaction commits.

    A rolled back transaction leaves no job. `args` are keyword arguments of the task; ids, dates and enums
    arrive as text. `dedupe` is taken once and for ever (while the row is kept, 30 days after it is done): a second
    call with the same key adds nothing, so put what makes the work new into the key ("memo:ID:DIGEST"). Returns
    the id of the job, or of the one that already has the key.
    """
    now = clock.now()
    values = {
        "id": ids.new(),
        "task": task,
        "args": cast(dict[str, Any], plain(args)),
        "run_at": run_at or now,
        "dedupe": dedupe,
        "created_at": now,
        "attempts": 0,
        "leased_by": "",
        "state": JobState.TODO,
        "error": "",
        "progress": 0,
        "note": "",
    }
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Job).values(values).on_conflict_do_nothing(index_elements=["dedupe"]))
    session.info["jobs_enqueued"] = True
    if dedupe is None:
        return cast(UUID, values["id"])
    return session.exec(select(Job.id).where(Job.dedupe == dedupe)).one()


def enqueue_mail(
    session: WriteSession,
    mail: Mail,
    *,
    about: tuple[str, UUID] | None = None,
    purpose: str = "",
    dedupe: str | None = None,
) -> UUID:
    """Send a mail after this transaction commits; its text leaves the store when it was sent.

    `about` (table, id) and `purpose` are what `mails_about` finds it by. Returns the id of the job.
    """
    if dedupe is not None:
        known = session.exec(select(Job.id).where(Job.dedupe == dedupe)).first()
        if known is not None:
            return known
    row = OutgoingMail(
        subject_kind=about[0] if about else "",
        subject_id=about[1] if about else None,
        purpose=purpose,
        to=mail.to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        calendar=mail.calendar,
    )
    session.add(row)
    session.flush()
    return enqueue(session, "mail.send", dedupe=dedupe, mail_id=row.id)


def mails_about(session: ReadSession, kind: str, ids_: Collection[UUID]) -> Sequence[OutgoingMail]:
    """The mails sent about some subjects, newest first, with what became of them."""
    stmt = select(OutgoingMail).where(
        OutgoingMail.subject_kind == kind, col(OutgoingMail.subject_id).in_(list(ids_))
    )
    return session.exec(stmt.order_by(col(OutgoingMail.id).desc())).all()


def is_known(session: ReadSession, dedupe: str) -> bool:
    """Whether a job with this key was enqueued and is still remembered."""
    return session.exec(select(Job.id).where(Job.dedupe == dedupe)).first() is not None


def listen(wake: threading.Event) -> None:
    """Set `wake` whenever a transaction of this process that enqueued something has committed."""
    _LISTENERS.add(wake)


@event.listens_for(WriteSession, "after_commit")
def _wake(session: WriteSession) -> None:
    if session.info.get("jobs_enqueued") and not session.in_nested_transaction():
        session.info.pop("jobs_enqueued")
        for wake in list(_LISTENERS):
            wake.set()


def find(session: ReadSession, job_id: UUID) -> Job:
    """The job, for a page that shows its progress. Raises `NotFound`."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job.not_found", "There is no such job; finished ones are removed after 30 days.")
    return job


def counts(session: ReadSession) -> Counts:
    """The state of the list at a glance."""
    rows = session.execute(sa.select(col(Job.state), sa.func.count()).group_by(col(Job.state))).all()
    number = {JobState(state): int(count) for state, count in rows}
    due = select(Job.run_at).where(Job.state == JobState.TODO, col(Job.run_at) <= clock.now())
    oldest = session.exec(due.order_by(col(Job.run_at)).limit(1)).first()
    return Counts(
        todo=number.get(JobState.TODO, 0),
        leased=number.get(JobState.LEASED, 0),
        dead=number.get(JobState.DEAD, 0),
        oldest=oldest,
    )


def dead_jobs(session: ReadSession, limit: int = 50) -> Sequence[Job]:
    """Jobs that were given up, newest first."""
    stmt = select(Job).where(Job.state == JobState.DEAD).order_by(col(Job.id).desc()).limit(limit)
    return session.exec(stmt).all()


def retry(session: WriteSession, job_id: UUID) -> Job:
    """Put a dead job back on the list with all its attempts. Raises `Conflict` when it is not dead.

    Who may do this and the audit event are the caller's part: jobs stand beside the audit, not above it.
    """
    job = find(session, job_id)
    if job.state is not JobState.DEAD:
        raise Conflict("job.not_dead", "This job is not dead any more. Load the page again.")
    job.state, job.attempts, job.run_at, job.lease_until = JobState.TODO, 0, clock.now(), None
    session.add(job)
    session.info["jobs_enqueued"] = True
    return job
