"""How this installation is doing: one value for the command, the page and the API."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from uuid import UUID

from sqlalchemy.engine import make_url

from app.audit import service as audit
from app.core.permissions import Action
from app.files import service as files
from app.jobs import service as jobs
from app.jobs.models import Job
from app.kit import migrate
from app.kit.actors import Actor
from app.kit.db import Database, WriteSession, sqlite_warning
from app.settings import Settings

LITTLE_SPACE = 1_000_000_000  # bytes below which the disk is a warning


@dataclass(frozen=True, slots=True)
class Contents:
    """What the store holds; only of a store with the tables of this version. Sizes in bytes."""

    jobs_todo: int
    jobs_leased: int
    jobs_dead: int
    oldest_due: datetime | None
    audit_head: str
    files: int
    files_bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an installation; `contents` is None while migrations are pending."""

    version: str
    store: str
    schema_revision: str
    pending_migrations: tuple[str, ...]
    free_bytes: int
    contents: Contents | None
    warnings: tuple[str, ...]

    def facts(self) -> dict[str, object]:
        """Flat names and plain values, for machines."""
        flat = asdict(self)
        return {**flat, "contents": flat["contents"] and _plain(flat["contents"])}


def _plain(contents: dict[str, object]) -> dict[str, object]:
    oldest = contents["oldest_due"]
    return {**contents, "oldest_due": oldest.isoformat() if isinstance(oldest, datetime) else None}


def read_status(database: Database, settings: Settings) -> Status:
    """Look at the store, the files and the disk; opens its own short reading session."""
    current, lacking = migrate.revisions(settings.url)
    contents = None if lacking else _contents(database)
    free = shutil.disk_usage(settings.data_dir).free
    found = [sqlite_warning() if database.is_sqlite else ""]
    if lacking:
        found.append(f"Migrations are pending: {', '.join(lacking)}. Run `assay migrate`.")
    if contents and contents.jobs_dead:
        found.append(f"Jobs given up: {contents.jobs_dead}. Look at their errors, then retry them.")
    if free < LITTLE_SPACE:
        found.append("Less than 1 GB is free where the files lie. Make room or move the data folder.")
    return Status(
        version=version("assay"),
        store=make_url(settings.url).render_as_string(hide_password=True),
        schema_revision=current,
        pending_migrations=lacking,
        free_bytes=free,
        contents=contents,
        warnings=tuple(text for text in found if text),
    )


def _contents(database: Database) -> Contents:
    with database.reading() as session:
        counted, (count, size) = jobs.counts(session), files.totals(session)
        return Contents(
            jobs_todo=counted.todo,
            jobs_leased=counted.leased,
            jobs_dead=counted.dead,
            oldest_due=counted.oldest,
            audit_head=audit.head(session),
            files=count,
            files_bytes=size,
        )


def retry_job(session: WriteSession, *, actor: Actor, job_id: UUID) -> Job:
    """Put a dead job back on the list. Raises `NotFound`, or `Conflict` when it is not dead any more."""
    actor.require(Action.JOB_RETRY)
    job = jobs.retry(session, job_id)
    audit.record(session, actor, "jobs.job.retried", ("job", job.id), label=job.task)
    return job
