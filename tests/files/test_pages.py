import base64
import io
import json
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from app import wiring
from app.files import service
from app.files.models import Attachment
from app.files.service import Subject
from app.kit import ids
from app.kit.actors import Actor
from app.kit.requests import _write
from app.kit.templating import environment
from tests.files.conftest import EVALUATOR, LEAD, OUTSIDER, READER

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
Clients = Callable[[Actor], TestClient]


def fields(subject: Subject, **more: str) -> dict[str, str]:
    return {
        "subject_kind": subject.kind,
        "subject_id": str(subject.id),
        "return_to": "/things/1?tab=notes",
        **more,
    }


def send_file(client: TestClient, subject: Subject, name: str, data: bytes, **more: str) -> Response:
    return client.post(
        "/files/attach", data=fields(subject, **more), files={"file": (name, io.BytesIO(data))}
    )


def only_attachment(app: FastAPI) -> Attachment:
    with app.state.database.reading() as session:
        return session.exec(select(Attachment)).one()


def toast_of(response: Response) -> list[str]:
    value = response.headers["set-cookie"].split("assay_toast=")[1].split(";")[0].strip('"')
    return list(json.loads(base64.urlsafe_b64decode(value)))


def panel(app: FastAPI, subject: Subject, actor: Actor) -> str:
    """The panel as a subject's page shows it."""
    with app.state.database.reading() as session:
        shown = service.notes_and_files(session, actor=actor, subject=subject, return_to="/things/1")
    template = environment().from_string(
        '{% import "files/_notes_and_files.html" as files %}{{ files.panel(panel) }}'
    )
    return template.render(panel=shown)


def test_note_is_added_shown_changed_removed_and_restored(
    app: FastAPI, client_for: Clients, subject: Subject
) -> None:
    client = client_for(EVALUATOR)
    added = client.post("/notes", data=fields(subject, kind="call", text="<b>Fast</b> answers"))
    assert (added.status_code, added.headers["location"]) == (303, "/things/1?tab=notes")
    html = panel(app, subject, EVALUATOR)
    assert "&lt;b&gt;Fast&lt;/b&gt; answers" in html
    edit = re.search(r'href="(/notes/[^"]+/edit[^"]*)"', html)
    assert edit is not None
    form = client.get(edit[1].replace("&amp;", "&"))
    assert 'name="_version" value="1"' in form.text
    path = edit[1].partition("?")[0]
    changed = client.post(path, data={"kind": "mail", "text": "Slow", "return_to": "/", "_version": "1"})
    assert changed.status_code == 303
    stale = client.post(path, data={"kind": "mail", "text": "Slower", "_version": "1"})
    assert stale.status_code == 409
    assert "Slow" in stale.text
    assert "Slower" in stale.text
    removed = client.post(path.replace("edit", "remove") + "?return_to=/things/1")
    assert removed.headers["location"] == "/things/1"
    assert "No notes yet" in panel(app, subject, EVALUATOR)
    restored = client.post(toast_of(removed)[2])
    assert restored.headers["location"] == "/things/1"
    assert "Slow" in panel(app, subject, EVALUATOR)


@pytest.mark.parametrize(
    ("text", "said"), [("  ", "Fill this in."), ("x" * 20_001, "Shorten this to 20000 characters.")]
)
def test_refused_note_comes_back_with_its_values(
    client_for: Clients, subject: Subject, text: str, said: str
) -> None:
    answer = client_for(EVALUATOR).post("/notes", data=fields(subject, kind="call", text=text))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="call" checked' in answer.text
    assert str(subject.id) in answer.text


def test_uploaded_file_is_downloaded_as_an_attachment_in_a_sandbox(
    app: FastAPI, client_for: Clients, subject: Subject
) -> None:
    client = client_for(EVALUATOR)
    sent = send_file(client, subject, 'Prüf"bericht.pdf', PDF, _nonce="n1")
    assert sent.status_code == 303
    assert toast_of(sent)[0] == "File attached."
    href = re.search(r'href="(/files/[^"]+)"', panel(app, subject, READER))
    assert href is not None
    got = client_for(READER).get(href[1])
    assert got.content == PDF
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="Pr?f')
    assert "filename*=UTF-8''Pr%C3%BCf" in got.headers["content-disposition"]
    assert client_for(OUTSIDER).get(href[1]).status_code == 404


def test_form_sent_twice_attaches_once(app: FastAPI, client_for: Clients, subject: Subject) -> None:
    client = client_for(EVALUATOR)
    for _ in range(2):
        assert send_file(client, subject, "a.pdf", PDF, _nonce="same").status_code == 303
    only_attachment(app)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("labels.csv", b"MZ" + bytes(200), "application/x-dosexec"),
        ("empty.csv", b"", "empty.csv is empty"),
    ],
)
def test_refused_upload_shows_why_and_stores_nothing(
    app: FastAPI, client_for: Clients, subject: Subject, name: str, data: bytes, said: str
) -> None:
    answer = send_file(client_for(EVALUATOR), subject, name, data)
    assert answer.status_code == 422
    assert said in answer.text
    with app.state.database.reading() as session:
        assert session.exec(select(Attachment)).all() == []
    assert [path for path in app.state.contents.root.rglob("*") if path.is_file()] == []


def test_upload_without_a_file_says_so(client_for: Clients, subject: Subject) -> None:
    answer = client_for(EVALUATOR).post("/files/attach", data=fields(subject))
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_removed_file_can_be_restored_from_the_toast(
    app: FastAPI, client_for: Clients, subject: Subject
) -> None:
    client = client_for(EVALUATOR)
    send_file(client, subject, "a.pdf", PDF)
    url = f"/files/attachments/{only_attachment(app).id}/remove"
    removed = client.post(url, data={"return_to": "//evil.example"})
    assert removed.headers["location"] == "/"
    assert only_attachment(app).removed_at is not None
    client.post(toast_of(removed)[2])
    assert only_attachment(app).removed_at is None


def test_panel_offers_only_what_the_reader_may_do(
    app: FastAPI, client_for: Clients, subject: Subject
) -> None:
    client = client_for(EVALUATOR)
    client.post("/notes", data=fields(subject, text="hello"))
    send_file(client, subject, "a.pdf", PDF)
    shown = panel(app, subject, READER)
    assert "hello" in shown
    assert "<form" not in shown
    lead = panel(app, subject, LEAD)
    assert "/edit" not in lead
    assert lead.count("/remove?") == 2


def test_hidden_subject_takes_nothing(client_for: Clients, subject: Subject) -> None:
    other = Subject("thing", ids.new())
    client = client_for(EVALUATOR)
    assert client.post("/notes", data=fields(other, text="x")).status_code == 404
    assert send_file(client, other, "a.pdf", PDF).status_code == 404
    assert client.post("/notes", data={"subject_kind": "thing", "subject_id": "x"}).status_code == 404


def test_api_carries_every_verb_of_the_page(app: FastAPI, client_for: Clients, subject: Subject) -> None:
    client = client_for(EVALUATOR)
    on = {"subject_kind": subject.kind, "subject_id": str(subject.id)}
    made = client.post("/api/v1/notes", json={**on, "kind": "call", "text": "hi"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    url = made.headers["location"]
    assert client.get(url).json()["text"] == "hi"
    entry = {"kind": "note", "text": "ho"}
    assert client.put(url, json=entry, headers={"If-Match": '"1"'}).json()["version"] == 2
    assert client.put(url, json=entry | {"text": "hm"}, headers={"If-Match": '"1"'}).status_code == 409
    assert client.delete(url).json()["removed_at"] is not None
    assert client.get("/api/v1/notes", params=on).json() == []
    assert client.post(f"{url}/restore").json()["removed_at"] is None
    assert [item["text"] for item in client.get("/api/v1/notes", params=on).json()] == ["ho"]
    sent = client.post("/api/v1/files", data=on, files={"file": ("a.pdf", PDF)})
    assert (sent.status_code, sent.json()["media_type"]) == (201, "application/pdf")
    url = sent.headers["location"]
    assert client.get(sent.json()["href"]).content == PDF
    assert [item["id"] for item in client.get("/api/v1/files", params=on).json()] == [sent.json()["id"]]
    assert client.delete(url).json()["removed_at"] is not None
    assert client.get("/api/v1/files", params=on).json() == []
    assert client.post(f"{url}/restore").json()["removed_at"] is None
    assert client.get(url).json()["name"] == "a.pdf"
    refused = client.post("/api/v1/files", data=on, files={"file": ("a.csv", b"MZ" + bytes(200))})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "file")


def test_uploads_are_on_disk_before_the_write_slot_is_taken_in_every_route() -> None:
    receivers = 0
    for router in wiring.routers():
        for route in router.routes:
            assert isinstance(route, APIRoute)
            calls = [dependency.call for dependency in route.dependant.dependencies]
            storing = [at for at, call in enumerate(calls) if getattr(call, "__name__", "") == "receive"]
            if storing and _write in calls:
                receivers += 1
                assert max(storing) < calls.index(_write), f"{route.path}: put the uploads before the session"
    assert receivers >= 2
