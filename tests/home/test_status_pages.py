import re
import threading
import time
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.audit.models import AuditEvent
from app.core.permissions import Role
from app.jobs import service as jobs
from app.jobs.models import Job, JobState
from app.main import create_app
from app.settings import Settings
from tests.conftest import sign_in


def dead_job(app: FastAPI) -> UUID:
    with app.state.database.writing() as session:
        job_id = jobs.enqueue(session, "mail.send", to="ada@example.org")
        job = session.get_one(Job, job_id)
        job.state, job.error, job.attempts = JobState.DEAD, "Unavailable: the server is away", 5
    return job_id


def test_status_page_lists_dead_jobs_without_their_arguments(app: FastAPI, client: TestClient) -> None:
    dead_job(app)
    sign_in(client, Role.READER)
    page = client.get("/status")
    assert page.status_code == 200
    assert "the server is away" in page.text
    assert "Jobs given up: 1." in page.text
    assert "ada@example.org" not in page.text
    assert "/retry" not in page.text


def test_admin_retries_a_dead_job_once_and_it_is_recorded(app: FastAPI, client: TestClient) -> None:
    job_id = dead_job(app)
    sign_in(client, Role.ADMIN)
    button = re.search(r'action="(/status/jobs/[^"]+/retry)"', client.get("/status").text)
    assert button is not None
    assert client.post(button[1]).status_code == 303
    assert client.post(button[1]).status_code == 409
    with app.state.database.reading() as session:
        assert session.get_one(Job, job_id).state is JobState.TODO
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.subject_id == str(job_id))).all()
    assert list(actions) == ["jobs.job.retried"]


def test_others_may_look_and_not_retry(app: FastAPI, client: TestClient) -> None:
    job_id = dead_job(app)
    sign_in(client, Role.PROCUREMENT_LEAD)
    assert client.post(f"/status/jobs/{job_id}/retry").status_code == 403
    assert client.post(f"/api/v1/jobs/{job_id}/retry").status_code == 403
    assert client.get("/api/v1/jobs/dead").json()[0]["id"] == str(job_id)
    assert client.get("/api/v1/status").json()["contents"]["jobs_dead"] == 1


def test_api_retries_a_dead_job(app: FastAPI, client: TestClient) -> None:
    job_id = dead_job(app)
    sign_in(client, Role.ADMIN)
    answer = client.post(f"/api/v1/jobs/{job_id}/retry").json()
    assert (answer["state"], answer["attempts"]) == ("todo", 0)
    assert "args" not in answer


def test_metrics_count_requests_by_route_and_jobs_by_state(app: FastAPI, client: TestClient) -> None:
    dead_job(app)
    client.get("/files/01a1ff84-4398-7d9b-a5c1-26700e9a5407/secret-name.pdf")
    client.get("/no/such/place")
    text = client.get("/metrics").text
    assert 'assay_jobs{state="dead"} 1.0' in text
    assert re.search(
        r'assay_requests_total\{method="GET",route="/files/\{file_id\}/\{name\}",status="303"\}', text
    )
    assert 'route="none",status="404"' in text
    assert "secret-name" not in text
    assert "no/such" not in text


def test_web_process_runs_jobs_on_sqlite_unless_told_otherwise(settings: Settings) -> None:
    settings.worker_in_web = None
    opened = create_app(settings)
    with TestClient(opened):
        with opened.state.database.writing() as session:
            job_id = jobs.enqueue(session, "jobs.sweep")
        end = time.monotonic() + 60
        while _state(opened, job_id) is not JobState.DONE:
            assert time.monotonic() < end, "the job was not run"
            time.sleep(0.02)
    assert "worker" not in {thread.name for thread in threading.enumerate()}


def _state(app: FastAPI, job_id: UUID) -> JobState:
    with app.state.database.reading() as session:
        return jobs.find(session, job_id).state
