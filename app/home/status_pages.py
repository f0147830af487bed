"""The state of the installation as a page, for programs, and for a metrics collector."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.core.permissions import Action
from app.home.status import Status, read_status, retry_job
from app.jobs import service as jobs
from app.jobs.models import Job
from app.kit import htmx, metrics, wording
from app.kit.actors import CurrentActor
from app.kit.api import done
from app.kit.forms import FormState, blank
from app.kit.requests import Read, Write, database
from app.kit.templating import Page, render
from app.kit.ui import Fact

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["status"])


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that was given up; `retry_url` '' hides the button."""

    task: str
    made: str
    attempts: str
    error: str
    retry_url: str


@dataclass(frozen=True, slots=True)
class StatusPage(Page):
    """How this installation is doing."""

    template: ClassVar[str] = "home/status.html"

    warnings: tuple[str, ...]
    facts: tuple[Fact, ...]
    dead: tuple[DeadJob, ...]
    form: FormState


class ContentsOut(BaseModel):
    """What the store holds; sizes in bytes."""

    jobs_todo: int
    jobs_leased: int
    jobs_dead: int
    oldest_due: datetime | None
    audit_head: str
    files: int
    files_bytes: int


class StatusOut(BaseModel):
    """The state of the installation; `contents` is null while migrations are pending."""

    version: str
    store: str
    schema_revision: str
    pending_migrations: list[str]
    free_bytes: int
    contents: ContentsOut | None
    warnings: list[str]


class JobOut(BaseModel):
    """A job; its arguments stay inside, because they may hold addresses and links."""

    id: UUID
    task: str
    state: str
    attempts: int
    error: str
    progress: int
    note: str
    run_at: datetime


def _found(request: Request) -> Status:
    return read_status(database(request), request.app.state.settings)


@router.get("/status")
def show_status(request: Request, actor: CurrentActor) -> Response:
    """Version, store, jobs, files, disk, and the jobs that were given up."""
    actor.require(Action.STATUS_READ)
    found = _found(request)  # it has a session of its own: no request holds two connections
    with database(request).reading() as session:
        dead = jobs.dead_jobs(session)
    page = StatusPage(
        title="Status",
        warnings=found.warnings,
        facts=_facts(found),
        dead=tuple(_dead(job, may_retry=actor.may(Action.JOB_RETRY)) for job in dead),
        form=blank(),
    )
    return render(request, page)


def _facts(found: Status) -> tuple[Fact, ...]:
    facts = [
        Fact("Version", found.version),
        Fact("Database", found.store.partition(":")[0].partition("+")[0]),
        Fact("Schema", found.schema_revision, note=", ".join(found.pending_migrations)),
        Fact("Free disk", wording.size(found.free_bytes)),
    ]
    held = found.contents
    if held is not None:
        since = f"longest due since {wording.moment(held.oldest_due)}" if held.oldest_due else ""
        facts += [
            Fact("Jobs waiting", wording.number(held.jobs_todo), note=since),
            Fact("Jobs running", wording.number(held.jobs_leased)),
            Fact("Jobs given up", wording.number(held.jobs_dead)),
            Fact("Files", wording.number(held.files), note=wording.size(held.files_bytes)),
            Fact("Audit head", held.audit_head, note="compare it later: assay audit verify --head"),
        ]
    return tuple(facts)


def _dead(job: Job, *, may_retry: bool) -> DeadJob:
    return DeadJob(
        task=job.task,
        made=wording.moment(job.created_at),
        attempts=wording.number(job.attempts),
        error=job.error,
        retry_url=f"/status/jobs/{job.id}/retry" if may_retry else "",
    )


@router.post("/status/jobs/{job_id}/retry")
def retry(session: Write, request: Request, actor: CurrentActor, job_id: UUID) -> Response:
    """Put a dead job back on the list."""
    retry_job(session, actor=actor, job_id=job_id)
    return htmx.redirect(request, "/status", toast="The job runs again.")


@router.get("/metrics")
def show_metrics(session: Read) -> Response:
    """Counters for a collector (Prometheus text); nothing personal, so it asks nobody to sign in."""
    found = jobs.counts(session)
    values = {"todo": found.todo, "leased": found.leased, "dead": found.dead}
    return Response(metrics.exposition(values), media_type=metrics.CONTENT_TYPE)


@api.get("/status")
def get_status(request: Request, actor: CurrentActor) -> StatusOut:
    """The state of the installation."""
    actor.require(Action.STATUS_READ)
    return StatusOut.model_validate(_found(request).facts())


@api.get("/jobs/dead")
def dead_jobs(session: Read, actor: CurrentActor) -> list[JobOut]:
    """Jobs that were given up, newest first, at most 50."""
    actor.require(Action.STATUS_READ)
    return [_out(job) for job in jobs.dead_jobs(session)]


@api.post("/jobs/{job_id}/retry", response_model=JobOut)
def retry_dead_job(session: Write, request: Request, actor: CurrentActor, job_id: UUID) -> Response:
    """Put a dead job back on the list."""
    return done(request, _out(retry_job(session, actor=actor, job_id=job_id)))


def _out(job: Job) -> JobOut:
    return JobOut.model_validate(job.model_dump())
