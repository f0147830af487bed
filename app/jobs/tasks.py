"""Tasks that the machine itself needs."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.core.errors import Invalid, Unavailable
from app.jobs.models import Job, JobState, MailState, OutgoingMail
from app.jobs.worker import ATTEMPTS, JobContext, TwoPhase
from app.kit import clock, mail
from app.kit.db import Database, WriteSession
from app.settings import Settings

KEEP_DONE = timedelta(days=30)


def sweep(session: WriteSession, _job: JobContext) -> None:
    """Forget jobs that were done 30 days ago; dead ones stay until somebody looks at them."""
    old = clock.now() - KEEP_DONE
    session.execute(sa.delete(Job).where(col(Job.state) == JobState.DONE, col(Job.done_at) < old))


def mailing(settings: Settings) -> TwoPhase:
    """The task `mail.send`: hand one mail to the server, at least once (twice when the worker dies right after).

    What the server refuses for good is not tried again; the row of the mail says what became of it.
    """

    def prepare(database: Database, job: JobContext, *, mail_id: str) -> str:
        with database.reading() as session:
            row = session.get(OutgoingMail, UUID(mail_id))
            if row is None or row.state is not MailState.QUEUED:
                return ""
            ready = mail.Mail(row.to, row.subject, row.text, row.html, row.calendar, row.id.hex)
        try:
            mail.send(settings, ready)
        except Invalid as refusal:
            return refusal.problems[0].message
        except Unavailable as failure:
            if job.attempt >= ATTEMPTS:
                return failure.message
            _note(database, mail_id, failure.message)
            raise
        return ""

    return TwoPhase(prepare, _settle)


def _note(database: Database, mail_id: str, error: str) -> None:
    with database.writing() as session:
        row = session.get_one(OutgoingMail, UUID(mail_id))
        row.error = error[:500]
        session.add(row)


def _settle(session: WriteSession, _job: JobContext, error: str, *, mail_id: str) -> None:
    row = session.get(OutgoingMail, UUID(mail_id))
    if row is None or row.state is not MailState.QUEUED:
        return
    row.state, row.error = (MailState.FAILED if error else MailState.SENT), error[:500]
    row.sent_at = None if error else clock.now()
    row.text = row.html = row.calendar = ""  # it may hold a link
    session.add(row)
