"""A vendor's programs: the link's secret for a token, the token for one questionnaire, the pages' verbs and guards."""

import io
from datetime import timedelta
from uuid import uuid4

import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response

from app.kit import clock
from app.kit.pdf import read_attachment
from tests.questionnaires.conftest import PDF, Scene, anonymous


class Program:
    """A program of a vendor that holds the token of its link."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self.client = anonymous(client)
        told = self.client.post("/api/v1/questionnaire-links/exchange", json={"secret": secret})
        assert told.status_code == 201, told.text
        self.token, self.home = told.json()["token"], told.headers["location"]

    def call(self, method: str, path: str = "", home: str = "", **more: object) -> Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}  # type: ignore[dict-item]
        return self.client.request(method, f"{home or self.home}{path}", headers=headers, **more)  # type: ignore[arg-type]


def attached(name: str) -> dict[str, object]:
    return {"files": {"file": (name, io.BytesIO(PDF + name.encode()))}}


def test_a_program_answers_attaches_asks_delegates_and_hands_in(client: TestClient, site: Scene) -> None:
    secret, _ = site.send(due=clock.now().date() + timedelta(days=3))
    mine = Program(client, secret)
    work = mine.call("GET").json()
    assert (work["vendor"], work["ended"], work["asked_by"].partition(",")[0]) == (
        "Harbor",
        "",
        site.lead.name,
    )
    assert "note" not in str(work["questions"][0])
    saved = mine.call("PUT", "/answers/ramp", json={"value": "5", "comment": "after training"})
    assert saved.json() == {"late": False, "revision": 1}
    site.answer("ramp", "9")
    stale = mine.call("PUT", "/answers/ramp", json={"value": "6"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 409
    assert mine.call("PUT", "/answers/ramp", json={"value": "many"}).status_code == 422
    assert mine.call("POST", "/answers/metrics_reported/files", **attached("a.pdf")).status_code == 200
    questions = {each["id"]: each for each in mine.call("GET").json()["questions"]}
    (file,) = questions["metrics_reported"]["files"]
    assert (file["name"], file["is_late"]) == ("a.pdf", False)
    assert mine.call("GET", f"/files/{file['id']}").content.startswith(PDF)
    book = mine.call("GET", "/workbook").content
    read = mine.call("POST", "/workbook", files={"file": ("a.xlsx", io.BytesIO(book))}).json()
    assert read == {"answers": [], "problems": []}
    assert mine.call("GET", "/earlier").json()["answers"] == []
    made = mine.call("POST", "/colleagues/flexibility", json={"holder_name": "Ben"}).json()
    ben = Program(client, made["url"].rpartition("/")[2])
    assert {each["section_id"] for each in ben.call("GET").json()["questions"]} == {"flexibility"}
    (colleague,) = mine.call("GET").json()["colleagues"]
    assert mine.call("DELETE", f"/colleagues/{colleague['id']}").status_code == 204
    assert ben.call("GET").status_code in (404, 409)
    assert mine.call("POST", "/questions", json={"text": "Do trainees count?"}).status_code == 201
    assert [each["answer"] for each in mine.call("GET", "/questions").json()] == [""]
    assert mine.call("GET", "/receipt").status_code == 409
    assert [mine.call("POST", "/submit").json()["state"] for _ in range(2)] == ["submitted", "submitted"]
    assert b"ramp" in read_attachment(mine.call("GET", "/receipt").content, "answers.json")
    assert mine.call("POST", "/leave").status_code == 204
    assert mine.call("GET").status_code == 404


def test_what_a_program_sends_too_late_is_kept_and_told(client: TestClient, site: Scene) -> None:
    secret, _ = site.send(due=clock.now().date() + timedelta(days=1))
    mine = Program(client, secret)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        kept = mine.call("PUT", "/answers/ramp", json={"value": "5"})
        assert kept.json() == {"late": True, "revision": 0}
        assert (
            mine.call("POST", "/answers/metrics_reported/files", **attached("b.pdf")).json()["late"] is True
        )
        work = mine.call("GET").json()
        assert work["ended"] == "late"
        found = {each["id"]: each for each in work["questions"]}
        assert found["ramp"]["late"]["value"] == "5"
        (file,) = found["metrics_reported"]["files"]
        assert file["is_late"] is True
        place = f"/answers/metrics_reported/files/{file['id']}"
        assert mine.call("DELETE", place).status_code == 204
    assert site.held().rows == {}


def test_token_reaches_one_response_and_nothing_else(client: TestClient, site: Scene) -> None:
    first, _ = site.send()
    other = site.start(1)
    second, _ = site.send(other)
    mine, theirs = Program(client, first), Program(client, second)
    calls = [
        ("GET", ""), ("PUT", "/answers/ramp"), ("POST", "/answers/metrics_reported/files"),
        ("DELETE", f"/answers/metrics_reported/files/{uuid4()}"), ("GET", f"/files/{uuid4()}"), ("GET", "/workbook"),
        ("POST", "/workbook"), ("GET", "/earlier"), ("POST", "/submit"), ("GET", "/receipt"),
        ("POST", "/colleagues/flexibility"), ("DELETE", f"/colleagues/{uuid4()}"), ("GET", "/questions"),
        ("POST", "/questions"), ("POST", "/leave"),
    ]  # fmt: skip
    body = {"value": "5", "text": "Whose is this?", "holder_name": "Eve"}
    for method, path in calls:
        more: dict[str, object] = {}
        if path.endswith(("/files", "/workbook")) and method == "POST":
            more = attached("a.pdf")
        elif method in ("PUT", "POST"):
            fields = {"answers": ["value"], "questions": ["text"], "colleagues": ["holder_name"]}
            part = path.split("/")[1]
            more = {"json": {name: body[name] for name in fields[part]}} if part in fields else {}
        assert theirs.call(method, path, home=mine.home, **more).status_code == 404, (method, path)
        assert mine.client.request(method, f"{mine.home}{path}", **more).status_code == 401, (method, path)  # type: ignore[arg-type]
    for path in (
        f"/responses/{site.response_id}",
        f"/api/v1/responses/{site.response_id}",
        "/api/v1/evaluations",
    ):
        assert mine.call("GET", home=path).status_code in (303, 401)
    forged = mine.client.post("/api/v1/questionnaire-links/exchange", json={"secret": "forged"})
    assert forged.status_code == 404
    site.send()
    assert mine.call("GET").status_code in (404, 409)
    assert mine.client.post("/api/v1/questionnaire-links/exchange", json={"secret": first}).status_code == 409
