from contextlib import suppress
from datetime import timedelta

import pytest
from sqlmodel import select

from app.core.errors import Conflict, NotFound
from app.jobs import service
from app.jobs.models import Job, JobState
from app.kit import clock, ids
from app.kit.db import Database


def all_jobs(db: Database) -> list[Job]:
    with db.reading() as session:
        return list(session.exec(select(Job).order_by(Job.id)).all())


def test_committed_enqueue_leaves_one_job_with_plain_arguments(db: Database) -> None:
    subject = ids.new()
    with db.writing() as session:
        made = service.enqueue(session, "memo.render", subject=subject, pages=2)
    (job,) = all_jobs(db)
    assert (job.id, job.task, job.state) == (made, "memo.render", JobState.TODO)
    assert job.args == {"subject": str(subject), "pages": 2}


def test_rolled_back_enqueue_leaves_no_job(db: Database) -> None:
    with suppress(ZeroDivisionError), db.writing() as session:
        service.enqueue(session, "memo.render")
        session.flush()
        raise ZeroDivisionError
    assert all_jobs(db) == []


def test_second_enqueue_with_the_same_key_gives_the_first_job(db: Database) -> None:
    with db.writing() as session:
        first = service.enqueue(session, "digest", dedupe="digest@2026-12-01", day=1)
    with db.writing() as session:
        assert service.enqueue(session, "digest", dedupe="digest@2026-12-01", day=2) == first
        assert service.enqueue(session, "digest", dedupe="digest@2026-12-02") != first
        assert service.enqueue(session, "digest") != service.enqueue(session, "digest")
    assert [job.args for job in all_jobs(db)] == [{"day": 1}, {}, {}, {}]


def test_counts_tell_what_waits_and_since_when(db: Database) -> None:
    early = clock.now() - timedelta(hours=1)
    with db.writing() as session:
        service.enqueue(session, "a", run_at=early)
        service.enqueue(session, "b")
        service.enqueue(session, "c", run_at=clock.now() + timedelta(days=1))
    with db.reading() as session:
        found = service.counts(session)
    assert (found.todo, found.leased, found.dead, found.oldest) == (3, 0, 0, early)


def test_dead_job_can_be_put_back_and_a_living_one_cannot(db: Database) -> None:
    with db.writing() as session:
        job_id = service.enqueue(session, "a")
        session.get_one(Job, job_id).state = JobState.DEAD
    with db.writing() as session:
        assert [job.id for job in service.dead_jobs(session)] == [job_id]
        service.retry(session, job_id)
    (job,) = all_jobs(db)
    assert (job.state, job.attempts) == (JobState.TODO, 0)
    with pytest.raises(Conflict), db.writing() as session:
        service.retry(session, job_id)
    with pytest.raises(NotFound), db.writing() as session:
        service.retry(session, ids.new())
