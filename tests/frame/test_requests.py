"""What every request meets: commit before answer, errors by meaning, headers, cross-site check, double sending."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from sqlalchemy.orm.exc import StaleDataError

from app.kit.actors import CurrentActor
from app.kit.htmx import redirect
from app.kit.middleware import CSP
from app.kit.requests import RawForm, Write
from app.vendors.models import VendorCapability

ClientAs = Callable[..., TestClient]


@pytest.fixture
def failing_commit(app: FastAPI) -> str:
    """A page whose write is refused by the database at commit, after the route has returned."""

    @app.post("/failing-commit")
    def fail(session: Write, actor: CurrentActor, form: RawForm) -> Response:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        session.add(VendorCapability(vendor_id=uuid4(), facet="technique", value="polygon"))
        session.info.setdefault("audit_touched", set()).clear()
        session.flush()
        session.info["audit_touched"].clear()
        return Response("all is well")

    return "/failing-commit"


def test_failing_commit_is_never_a_200(failing_commit: str, client_as: ClientAs) -> None:
    answer = client_as("procurement_lead").post(failing_commit)
    assert answer.status_code == 409
    assert "all is well" not in answer.text


def test_who_comes_second_is_told_also_when_the_database_finds_it_while_the_route_runs(
    app: FastAPI, client_as: ClientAs
) -> None:
    @app.post("/stale")
    def stale() -> None:
        raise StaleDataError("UPDATE expected to update 1 row(s); 0 were matched")

    answer = client_as("procurement_lead").post("/stale")
    assert (answer.status_code, "stored a moment ago" in answer.text) == (409, True)


def test_same_form_sent_twice_is_carried_out_once(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    form = {"name": "Harbor Annotation", "_nonce": "one-form"}
    first, second = client.post("/vendors/new", data=form), client.post("/vendors/new", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    listed = client.get("/api/v1/vendors").json()
    assert len(listed["items"]) == 1


def test_same_idempotency_key_gives_the_same_answer_and_another_body_is_refused(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    key = {"Idempotency-Key": "abc"}
    first = client.post("/api/v1/vendors", json={"name": "Harbor"}, headers=key)
    second = client.post("/api/v1/vendors", json={"name": "Harbor"}, headers=key)
    other = client.post("/api/v1/vendors", json={"name": "Other"}, headers=key)
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == second.json()
    assert other.json()["code"] == "idempotency.reused"


def test_refused_form_can_be_sent_again_with_the_same_nonce(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    assert client.post("/vendors/new", data={"name": "", "_nonce": "n"}).status_code == 422
    assert client.post("/vendors/new", data={"name": "Harbor", "_nonce": "n"}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_write_sent_by_another_site_is_refused(
    client_as: ClientAs, headers: dict[str, str], status: int
) -> None:
    answer = client_as("procurement_lead").post("/vendors/new", data={"name": "Harbor"}, headers=headers)
    assert answer.status_code == status


def test_every_answer_carries_the_strict_headers_and_its_number(client: TestClient) -> None:
    for path in ("/healthz", "/sign-in", "/nothing-here", "/api/v1/vendors", "/static/assay.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers["x-request-id"]) == 32


def test_probes_answer_without_signing_in(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("method", "path", "json", "status", "code"),
    [
        ("GET", "/api/v1/vendors", None, 401, "account.sign_in"),
        ("GET", "/api/v1/nothing", None, 404, "request.refused"),
        ("DELETE", "/api/v1/vendors", None, 405, "request.refused"),
    ],
)
def test_api_answers_problems_to_strangers(
    client: TestClient, method: str, path: str, json: object, status: int, code: str
) -> None:
    answer = client.request(method, path, json=json)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert {"type", "title", "detail", "errors", "request_id"} <= set(body)


def test_api_names_every_wrong_field_at_once(client_as: ClientAs) -> None:
    entry = {"name": "", "country": "Germany", "techniques": ["flying"], "colour": "red"}
    answer = client_as("procurement_lead").post("/api/v1/vendors", json=entry)
    fields = {item["field"]: item["message"] for item in answer.json()["errors"]}
    assert answer.status_code == 422
    assert set(fields) == {"name", "country", "techniques", "colour"}
    assert "two-letter" in fields["country"]


def test_reader_is_refused_and_told_who_may(client_as: ClientAs) -> None:
    answer = client_as("reader").post("/api/v1/vendors", json={"name": "Harbor"})
    assert answer.status_code == 403
    assert "procurement lead" in answer.json()["detail"]


def test_page_sends_strangers_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/vendors?q=harbor")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/vendors%3Fq%3Dharbor")


def test_unknown_address_is_a_page_with_a_way_out(client_as: ClientAs) -> None:
    answer = client_as("reader").get("/vendors/not-an-id")
    assert answer.status_code == 404
    assert "nothing at this address" in answer.text


def test_stale_edit_shows_both_texts(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    made = client.post("/api/v1/vendors", json={"name": "Harbor", "country": "DE"}).json()
    path = f"/vendors/{made['id']}/edit"
    form = {"name": "Harbor", "_version": "1"}
    assert client.post(path, data=form | {"country": "FR"}).status_code == 303
    stale = client.post(path, data=form | {"country": "IN"})
    assert stale.status_code == 409
    assert "FR" in stale.text
    assert "IN" in stale.text
    api = client.put(f"/api/v1/vendors/{made['id']}", json={"name": "Harbor"}, headers={"If-Match": '"1"'})
    assert (api.status_code, api.json()["code"]) == (409, "row.stale")


def test_htmx_gets_a_redirect_header_and_a_browser_a_303(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    plain = client.post("/vendors/new", data={"name": "One"})
    htmx = client.post("/vendors/new", data={"name": "Two"}, headers={"HX-Request": "true"})
    assert plain.status_code == 303
    assert htmx.status_code == 204
    assert htmx.headers["hx-redirect"].startswith("/vendors/")
    assert redirect.__doc__


def test_toast_is_shown_once(client_as: ClientAs) -> None:
    client = client_as("procurement_lead")
    target = client.post("/vendors/new", data={"name": "Harbor"}).headers["location"]
    assert "is in the register" in client.get(target).text
    assert "is in the register" not in client.get(target).text
