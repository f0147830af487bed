"""Take jobs off the list: claim with a lease, run, finish; effects and `finish` are one commit.

Within the database an effect therefore happens exactly once, however often a worker dies. What leaves the
database (a mail, a file) happens at least once. The lease is compared by a token that is fresh per claim, so a
worker that lost its lease rolls its effects back.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from app.jobs import service
from app.jobs.models import Job, JobState
from app.kit import clock
from app.kit.db import Database, WriteSession
from app.kit.logging import logger

ATTEMPTS = 5
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))  # before attempts 2 to 5
LEASE = timedelta(seconds=60)

TaskFunction = Callable[..., None]  # (session: WriteSession, job: JobContext, **args)


class LeaseLost(Exception):
    """Another worker has this job now; what this one did is rolled back."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a task may know of its job; `attempt` counts from 1."""

    id: UUID
    task: str
    attempt: int
    report: Callable[[int, str], None]  # percent 0..100 and a short text, stored at once: in `prepare` only


@dataclass(frozen=True, slots=True)
class TwoPhase:
    """A task with slow work (PDF, mail, parsing), which must not hold the write slot.

    `prepare(database, job, **args)` runs outside any transaction of the worker: it opens short sessions of its own
    (`with database.reading() as session`), may call `job.report`, and returns what `write(session, job, prepared,
    **args)` stores. When the worker dies between the two, `prepare` runs again: it must stand being repeated.
    """

    prepare: Callable[..., Any]
    write: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task without arguments that runs once per `every`, in slots counted from 1970 (UTC), and at once when
    `of` changes: a version that its work depends on."""

    task: str
    every: timedelta
    of: str = ""

    def slot(self, now: datetime) -> str:
        """The dedupe key of the slot that `now` lies in: whoever enqueues it first wins."""
        length = int(self.every.total_seconds())
        start = int(now.timestamp()) // length * length
        return f"{self.task}@{start}" + (f":{self.of}" if self.of else "")


class Worker:
    """Runs jobs of one store, one after the other. `tasks` maps names to functions; safe to run side by side."""

    def __init__(
        self,
        database: Database,
        tasks: Mapping[str, TaskFunction | TwoPhase],
        *,
        periodic: Sequence[Periodic] = (),
        lease: timedelta = LEASE,
        poll_seconds: float = 1.0,
    ) -> None:
        self.database = database
        self.tasks = tasks
        self.periodic = periodic
        self.lease = lease
        self.poll_seconds = poll_seconds
        self.wake = threading.Event()
        self._slots: set[str] = set()
        service.listen(self.wake)

    def run_forever(self, stop: threading.Event) -> None:
        """Work until `stop` is set (and `wake` after it); the job at hand is finished first."""
        while not stop.is_set():
            try:
                self.enqueue_periodic()
                if self.run_once():
                    continue
            except Exception as failure:  # a database that is away or busy must not end the worker
                logger().warning("worker waits for its database", exc_info=failure)
                stop.wait(self.poll_seconds)
            self.wake.wait(self.poll_seconds)
            self.wake.clear()

    def run_once(self) -> bool:
        """Run one due job; False when none is due."""
        with self.database.reading() as session:  # the write slot is taken only when something is due
            if session.exec(_due().limit(1)).first() is None:
                return False
        claimed = self._claim()
        if claimed is None:
            return False
        self._run(claimed)
        return True

    def enqueue_periodic(self) -> None:
        """Put the slot of now on the list for each periodic task, once."""
        now = clock.now()
        slots = {item.slot(now): item.task for item in self.periodic}
        missing = slots.keys() - self._slots
        if missing:
            with self.database.writing() as session:
                for slot in sorted(missing):
                    service.enqueue(session, slots[slot], dedupe=slot)
        self._slots = set(slots)

    def _claim(self) -> "_Claimed | None":
        with self.database.writing() as session:
            job = session.exec(_due().limit(1).with_for_update(skip_locked=True)).first()
            if job is None:
                return None
            if job.attempts >= ATTEMPTS:  # every one of them died without a word
                error = f"the worker was killed {job.attempts} times while running this (out of memory?)"
                job.state, job.error, job.lease_until = JobState.DEAD, job.error or error, None
                logger().error("job given up", job=str(job.id), task=job.task, error=job.error)
                return None
            job.state, job.leased_by, job.attempts = JobState.LEASED, uuid4().hex, job.attempts + 1
            job.lease_until = clock.now() + self.lease
            return _Claimed(job.id, job.task, dict(job.args), job.attempts, job.leased_by)

    def _run(self, job: "_Claimed") -> None:
        stop = threading.Event()
        beat = threading.Thread(target=self._heartbeat, args=(job, stop), name="job-heartbeat", daemon=True)
        beat.start()
        try:
            self._carry_out(job)
        except LeaseLost:
            logger().warning("job lease lost, effects rolled back", job=str(job.id), task=job.name)
        except Exception as failure:
            logger().warning("job failed", job=str(job.id), task=job.name, exc_info=failure)
            self._fail(job, failure)
        finally:
            stop.set()
            beat.join()

    def _carry_out(self, job: "_Claimed") -> None:
        task = self.tasks.get(job.name)
        if task is None:
            raise LookupError(
                f"this version knows no task {job.name!r}; start a worker of the newest version"
            )
        context = JobContext(job.id, job.name, job.attempt, self._reporter(job))
        prepared = (task.prepare(self.database, context, **job.args),) if isinstance(task, TwoPhase) else ()
        write = task.write if isinstance(task, TwoPhase) else task
        closed = JobContext(job.id, job.name, job.attempt, _no_report)
        with self.database.writing() as session:
            write(session, closed, *prepared, **job.args)
            session.flush()
            _update(session, job, state=JobState.DONE, done_at=clock.now(), progress=100, args={}, error="")

    def _fail(self, job: "_Claimed", failure: Exception) -> None:
        error = f"{type(failure).__name__}: {failure}"[:2000]
        dead = job.attempt >= ATTEMPTS
        again = clock.now() + (timedelta(0) if dead else BACKOFF[job.attempt - 1])
        state = JobState.DEAD if dead else JobState.TODO
        try:
            with self.database.writing() as session:
                _update(session, job, state=state, error=error, run_at=again)
        except LeaseLost:
            return
        if dead:
            logger().error("job given up", job=str(job.id), task=job.name, error=error)

    def _heartbeat(self, job: "_Claimed", stop: threading.Event) -> None:
        while not stop.wait(self.lease.total_seconds() / 3):
            try:
                with self.database.writing() as session:
                    _update(session, job, release=False, lease_until=clock.now() + self.lease)
            except LeaseLost:
                return
            except OperationalError:  # the slot is busy, perhaps by this very job; nobody can claim meanwhile
                continue

    def _reporter(self, job: "_Claimed") -> Callable[[int, str], None]:
        def report(percent: int, note: str = "") -> None:
            with self.database.writing() as session:
                _update(session, job, release=False, progress=max(0, min(100, percent)), note=note[:300])

        return report


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: UUID
    name: str
    args: dict[str, Any]
    attempt: int
    token: str


def _due() -> Any:
    now = clock.now()
    return (
        select(Job)
        .where(
            col(Job.state).in_([JobState.TODO, JobState.LEASED]),
            col(Job.run_at) <= now,
            sa.or_(col(Job.lease_until).is_(None), col(Job.lease_until) < now),
        )
        .order_by(col(Job.run_at), col(Job.id))
    )


def _update(session: WriteSession, job: _Claimed, *, release: bool = True, **values: object) -> None:
    """Change the job as long as the lease is ours; `release` gives the lease back. Raises `LeaseLost`."""
    if release:
        values |= {"lease_until": None, "leased_by": ""}
    mine = sa.and_(col(Job.id) == job.id, col(Job.leased_by) == job.token)
    done = session.execute(
        sa.update(Job).where(mine).values(values), execution_options={"synchronize_session": False}
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(str(job.id))


def _no_report(_percent: int, _note: str = "") -> None:
    raise RuntimeError(
        "progress told inside the transaction would be seen by nobody; call report in `prepare`"
    )
