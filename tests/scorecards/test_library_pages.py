"""The library in a browser and for programs."""

import re

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.kit import library
from tests.conftest import sign_in

FORK = {"key": "shelf", "name": "Shelf"}


def names(page: str) -> list[str]:
    return re.findall(r'aria-label="Compare ([^"]+)"', page)


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("", "Audio and speech labeling", 8),
        ("sort=-name", "Text labeling", 8),
        ("sort=-ratings", "Content moderation", 8),
        ("sort=nonsense", "Audio and speech labeling", 8),
        ("data=medical_image", "Medical imaging", 1),
        ("q=image+seg", "Image segmentation and outlines", 1),
        ("data=audio&sort=-criteria", "Content moderation", 3),
        ("state=shipped", "Audio and speech labeling", 8),
    ],
)
def test_library_is_filtered_and_sorted(client: TestClient, query: str, first: str, count: int) -> None:
    sign_in(client)
    found = names(client.get(f"/scorecards?{query}").text)
    assert (found[0], len(found)) == (first, count)
    rows = client.get(f"/scorecards.csv?{query}").text.splitlines()
    assert len(rows) == count + 1
    assert rows[1].startswith(first)
    assert client.get(f"/scorecards.xlsx?{query}").content.startswith(b"PK")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=zzz", "Nothing matches"),
        ("state=own", "No scorecard of your own yet"),
        ("state=retired", "Nothing is retired"),
    ],
)
def test_empty_list_names_the_next_step(client: TestClient, query: str, says: str) -> None:
    sign_in(client)
    assert says in client.get(f"/scorecards?{query}").text


def test_page_shows_shares_levels_musthaves_and_the_work_it_asks(client: TestClient) -> None:
    sign_in(client)
    page = client.get("/scorecards/content-moderation?candidates=6&evaluators=5").text
    assert "Workforce welfare" in page
    assert "20.0% of the total" in page
    assert "Regular sessions with trained counsellors" in page
    assert "570 (19 per candidate and person)" in page  # 19 × 6 × 5
    assert "about 5 h 42 min" in page  # 19 × 6 × 3 minutes
    assert "SOC 2 Type II or ISO/IEC 27001" in page
    for query in ("candidates=0", "evaluators=-1", "candidates=x", "candidates=501"):
        assert client.get(f"/scorecards/content-moderation?{query}").status_code == 422


def test_two_are_ticked_and_compared(client: TestClient) -> None:
    sign_in(client)
    page = client.get("/scorecards/compare?pick=image-labeling&pick=classification").text
    assert "Criterion Accuracy added" in page
    assert "Criterion F1 at IoU 0.5 removed" in page
    only = client.get("/scorecards/compare?old=image-labeling&new=image-labeling&only=yes").text
    assert "No difference but version and name" in only
    assert "No line differs" in only
    assert "Choose two scorecards" in client.get("/scorecards/compare?pick=image-labeling").text
    assert client.get("/scorecards/compare?old=nobody&new=image-labeling").status_code == 404


def test_file_is_imported_and_every_problem_stands_at_the_form(client: TestClient) -> None:
    sign_in(client)
    text = (library.library_path() / "scorecards" / "geospatial.yaml").read_text(encoding="utf-8")
    assert client.post("/scorecards/import", data={"text": " "}).status_code == 422
    taken = client.post("/scorecards/import", data={"text": text})
    assert taken.status_code == 409
    assert "is a shipped scorecard" in taken.text
    broken = text.replace("weight: 18", "weight: 0", 1).replace("worst: 0.5", "wurst: 0.5", 1)
    refused = client.post("/scorecards/import", data={"text": broken, "key": "mine"})
    assert refused.status_code == 422
    assert "scorecard.groups[0].weight" in refused.text
    assert "wurst: unknown key" in refused.text
    assert "kind: linear" in refused.text  # what was typed stays
    for name in ("A b", "import"):
        assert client.post("/scorecards/import", data={"text": text, "key": name}).status_code == 422
    files = {"file": ("mine.yaml", text.encode(), "application/yaml")}
    done = client.post("/scorecards/import", data={"key": "mine"}, files=files)
    assert (done.status_code, done.headers["location"]) == (303, "/scorecards/mine")
    assert client.get("/scorecards/mine.yaml").text == text.replace("id: geospatial", "id: mine", 1)
    binary = {"file": ("mine.yaml", b"\xff\xfe\x00", "application/yaml")}
    assert client.post("/scorecards/import", data={"key": "other"}, files=binary).status_code == 422


def test_versions_are_retired_restored_and_their_changes_shown(client: TestClient) -> None:
    sign_in(client)
    client.post("/scorecards/image-labeling/fork", data=FORK)
    client.post("/scorecards/shelf/publish")
    client.post("/scorecards/shelf/new-version")
    page = client.get("/scorecards/shelf").text
    assert "Discard draft" in page
    assert "/scorecards/compare?old=shelf@1&amp;new=shelf@2" in page
    assert client.post("/scorecards/shelf/versions/2/retire").headers["location"] == "/scorecards/shelf"
    assert "Retire v1" in client.get("/scorecards/shelf").text
    assert client.post("/scorecards/shelf/versions/1/retire").headers["location"] == "/scorecards"
    assert names(client.get("/scorecards?state=own").text) == []
    assert names(client.get("/scorecards?state=retired").text) == ["Shelf"]
    assert "This version is retired" in client.get("/scorecards/shelf?number=1").text
    assert client.post("/scorecards/shelf/versions/1/restore").status_code == 303
    assert "Retire v1" in client.get("/scorecards/shelf").text
    assert client.post("/scorecards/shelf/versions/9/retire").status_code == 404


def test_every_verb_is_there_for_programs(client: TestClient) -> None:
    sign_in(client)
    base = "/api/v1/scorecards"
    text = client.get(f"{base}/audio-labeling/text").text
    made = client.post(f"{base}/import", json={"text": text, "key": "calls"})
    assert (made.status_code, made.json()["state"], made.json()["data_types"]) == (
        201,
        "draft",
        ["audio", "video"],
    )
    assert client.post(f"{base}/calls/publish").status_code == 200
    assert client.post(f"{base}/calls/new-version").status_code == 201
    changes = client.get(f"{base}/compare?old=audio-labeling&new=calls").json()
    assert (changes["new"], changes["changes"]) == ("calls v2", [])
    assert client.post(f"{base}/calls/versions/2/retire").json()["state"] == "retired"
    listed = client.get(f"{base}/calls/versions").json()["items"]
    assert [(each["number"], each["state"]) for each in listed] == [(2, "retired"), (1, "published")]
    assert client.post(f"{base}/calls/versions/2/restore").json()["state"] == "draft"
    assert [each["key"] for each in client.get(f"{base}?state=own").json()["items"]] == ["calls"]
    assert client.get(f"{base}/nobody/versions").status_code == 404
    bad = client.post(f"{base}/import", json={"text": "groups: [", "key": "x"})
    assert (bad.status_code, bad.headers["content-type"]) == (422, "application/problem+json")


def test_reader_sees_the_library_and_changes_nothing(client: TestClient) -> None:
    sign_in(client, Role.READER)
    page = client.get("/scorecards/image-labeling").text
    assert "/fork" not in page
    assert "/scorecards/import" not in client.get("/scorecards").text
    assert client.get("/scorecards/import").status_code in (403, 404)
    assert client.post("/scorecards/import", data={"text": "x"}).status_code in (403, 404, 422)
    assert client.post("/scorecards/image-labeling/fork", data=FORK).status_code in (403, 404)
