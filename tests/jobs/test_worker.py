import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from app.audit import service as audit
from app.audit.models import AuditEvent
from app.jobs import service, tasks, worker
from app.jobs.models import Job, JobState
from app.jobs.worker import JobContext, Periodic, TwoPhase, Worker
from app.kit import clock, ids
from app.kit.actors import SYSTEM
from app.kit.db import Database, WriteSession


def effect(session: WriteSession, job: JobContext, **args: object) -> None:
    audit.record(
        session, SYSTEM, "test.effect.made", ("effect", ids.new()), after={"job": str(job.id), **args}
    )


def refuse(_session: WriteSession, _job: JobContext) -> None:
    raise ValueError("the printer is on fire")


def enqueue(db: Database, task: str, **args: object) -> UUID:
    with db.writing() as session:
        return service.enqueue(session, task, **args)


def job_of(db: Database, job_id: UUID) -> Job:
    with db.reading() as session:
        return service.find(session, job_id)


def effects(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.exec(select(AuditEvent.body)).all())


def due_now(db: Database) -> None:
    with db.writing() as session:
        for job in session.exec(select(Job)).all():
            job.run_at = clock.now() - timedelta(seconds=1)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_due_job_runs_once_and_forgets_its_arguments(db: Database) -> None:
    job_id = enqueue(db, "effect", colour="red")
    runner = Worker(db, {"effect": effect})
    assert runner.run_once() is True
    assert runner.run_once() is False
    job = job_of(db, job_id)
    assert (job.state, job.attempts, job.progress, job.args) == (JobState.DONE, 1, 100, {})
    assert job.done_at is not None
    (body,) = effects(db)
    assert '"colour":"red"' in body


def test_job_of_tomorrow_waits(db: Database) -> None:
    with db.writing() as session:
        service.enqueue(session, "effect", run_at=clock.now() + timedelta(days=1))
    assert Worker(db, {"effect": effect}).run_once() is False


def test_failing_job_waits_longer_each_time_and_ends_as_a_dead_letter_with_its_error(db: Database) -> None:
    job_id = enqueue(db, "refuse")
    runner = Worker(db, {"refuse": refuse})
    waits = []
    for _ in range(worker.ATTEMPTS):
        due_now(db)
        before = clock.now()
        assert runner.run_once() is True
        waits.append((job_of(db, job_id).run_at - before).total_seconds())
    job = job_of(db, job_id)
    assert all(wait - 5 < least <= wait for wait, least in zip(waits, (10, 60, 300, 1800, 0), strict=True))
    assert (job.state, job.attempts, job.error) == (JobState.DEAD, 5, "ValueError: the printer is on fire")
    assert runner.run_once() is False


def test_failed_task_leaves_no_effect(db: Database) -> None:
    def half(session: WriteSession, job: JobContext) -> None:
        effect(session, job)
        session.flush()
        raise ValueError("second half")

    enqueue(db, "half")
    Worker(db, {"half": half}).run_once()
    assert effects(db) == []


def test_unknown_task_names_the_remedy(db: Database) -> None:
    job_id = enqueue(db, "from.the.future")
    Worker(db, {}).run_once()
    assert "start a worker of the newest version" in job_of(db, job_id).error


def test_killed_worker_is_replaced_and_the_effect_happens_once(
    db: Database, store_url: str, tmp_path: Path
) -> None:
    job_id = enqueue(db, "effect")
    flag = tmp_path / "flag"
    victim = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "victim.py"), store_url, str(flag)]
    )
    try:
        wait_for(flag.exists, 120)
    finally:
        victim.kill()
        victim.wait()
    assert job_of(db, job_id).state is JobState.LEASED
    runner = Worker(db, {"effect": effect})
    wait_for(runner.run_once)
    assert (job_of(db, job_id).state, job_of(db, job_id).attempts) == (JobState.DONE, 2)
    assert len(effects(db)) == 1


def test_job_that_kills_every_worker_is_given_up(db: Database) -> None:
    job_id = enqueue(db, "effect")
    with db.writing() as session:
        job = service.find(session, job_id)
        job.attempts, job.state = worker.ATTEMPTS, JobState.LEASED
        job.lease_until = clock.now() - timedelta(seconds=1)
    assert Worker(db, {"effect": effect}).run_once() is False
    assert job_of(db, job_id).state is JobState.DEAD
    assert "was killed 5 times" in job_of(db, job_id).error
    assert effects(db) == []


def test_lost_lease_rolls_the_effect_back(db: Database) -> None:
    job_id = enqueue(db, "slow")

    def steal(database: Database, _job: JobContext) -> None:
        with database.writing() as session:
            service.find(session, job_id).leased_by = "another worker"

    Worker(db, {"slow": TwoPhase(steal, lambda session, job, _prepared: effect(session, job))}).run_once()
    assert effects(db) == []
    assert job_of(db, job_id).leased_by == "another worker"


def test_heartbeat_keeps_the_lease_of_slow_work(db: Database) -> None:
    job_id = enqueue(db, "slow")

    def prepare(_database: Database, _job: JobContext) -> str:
        first = job_of(db, job_id).lease_until
        wait_for(lambda: job_of(db, job_id).lease_until != first)
        return "prepared"

    def write(session: WriteSession, job: JobContext, prepared: str) -> None:
        effect(session, job, what=prepared)

    Worker(db, {"slow": TwoPhase(prepare, write)}, lease=timedelta(seconds=1)).run_once()
    assert job_of(db, job_id).state is JobState.DONE
    assert '"what":"prepared"' in effects(db)[0]


def test_leased_job_is_taken_by_nobody_else(db: Database) -> None:
    enqueue(db, "slow")
    found = []

    def prepare(_database: Database, _job: JobContext) -> None:
        found.append(Worker(db, {}).run_once())

    Worker(db, {"slow": TwoPhase(prepare, lambda _session, _job, _prepared: None)}).run_once()
    assert found == [False]


def test_progress_of_slow_work_is_seen_while_it_runs(db: Database) -> None:
    job_id = enqueue(db, "slow")
    seen = []

    def prepare(_database: Database, job: JobContext) -> None:
        job.report(40, "page 2 of 5")
        stored = job_of(db, job_id)
        seen.append((stored.progress, stored.note))

    Worker(db, {"slow": TwoPhase(prepare, lambda _session, _job, _prepared: None)}).run_once()
    assert seen == [(40, "page 2 of 5")]


def test_progress_inside_the_transaction_is_a_bug_that_shows(db: Database) -> None:
    job_id = enqueue(db, "quick")
    Worker(db, {"quick": lambda _session, job: job.report(10, "")}).run_once()
    assert "call report in `prepare`" in job_of(db, job_id).error


def test_many_workers_never_run_one_job_twice(db: Database) -> None:
    with db.writing() as session:
        jobs = [str(service.enqueue(session, "effect")) for _ in range(40)]

    def drain() -> None:
        runner = Worker(db, {"effect": effect})
        while service_has_work(db):
            runner.run_once()

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bodies = effects(db)
    assert len(bodies) == 40
    assert all(sum(job in body for body in bodies) == 1 for job in jobs)


def service_has_work(db: Database) -> bool:
    with db.reading() as session:
        found = service.counts(session)
    return bool(found.todo + found.leased)


def test_commit_wakes_the_worker_of_this_process(db: Database) -> None:
    runner = Worker(db, {"effect": effect}, poll_seconds=60)
    stop = threading.Event()
    thread = threading.Thread(target=runner.run_forever, args=(stop,))
    thread.start()
    job_id = enqueue(db, "effect")
    wait_for(lambda: job_of(db, job_id).state is JobState.DONE)
    stop.set()
    runner.wake.set()
    thread.join(10)
    assert not thread.is_alive()


def test_periodic_task_is_enqueued_once_per_slot_by_any_number_of_workers(db: Database) -> None:
    every = (Periodic("effect", timedelta(days=1)),)
    for _ in range(3):
        Worker(db, {"effect": effect}, periodic=every).enqueue_periodic()
    with db.reading() as session:
        (job,) = session.exec(select(Job)).all()
    assert job.dedupe == every[0].slot(clock.now())
    assert every[0].slot(clock.now() + timedelta(days=1)) != job.dedupe


def test_a_task_that_depends_on_a_version_runs_at_once_when_that_changes(db: Database) -> None:
    for version in ("engine/1", "engine/1", "engine/2"):
        every = Periodic("effect", timedelta(days=36_500), of=version)
        Worker(db, {"effect": effect}, periodic=(every,)).enqueue_periodic()
    with db.reading() as session:
        assert len(session.exec(select(Job)).all()) == 2


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_sweep_forgets_old_finished_jobs(db: Database, days: int, left: int) -> None:
    job_id = enqueue(db, "effect")
    with db.writing() as session:
        job = service.find(session, job_id)
        job.state, job.done_at = JobState.DONE, clock.now() - timedelta(days=days)
    enqueue(db, "sweep")
    Worker(db, {"sweep": tasks.sweep}).run_once()
    with db.reading() as session:
        found = session.exec(select(Job).where(Job.task == "effect")).all()
    assert len(found) == left
