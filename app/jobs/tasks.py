"""Tasks that the machine itself needs."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from app.jobs.models import Job, JobState
from app.jobs.worker import JobContext, TwoPhase
from app.kit import clock, mail
from app.kit.db import Database, WriteSession
from app.settings import Settings

KEEP_DONE = timedelta(days=30)


def sweep(session: WriteSession, _job: JobContext) -> None:
    """Forget jobs that were done 30 days ago; dead ones stay until somebody looks at them."""
    old = clock.now() - KEEP_DONE
    session.execute(sa.delete(Job).where(col(Job.state) == JobState.DONE, col(Job.done_at) < old))


def mailing(settings: Settings) -> TwoPhase:
    """The task `mail.send`: hand one mail to the server, at least once (twice when the worker dies right after)."""

    def prepare(_database: Database, _job: JobContext, *, to: str, subject: str, text: str) -> None:
        mail.send(settings, mail.Mail(to=to, subject=subject, text=text))

    def write(_session: WriteSession, _job: JobContext, _prepared: None, **_args: str) -> None:
        """Nothing to store: finishing the job is the record that it went out."""

    return TwoPhase(prepare, write)
