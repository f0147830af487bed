import pytest
from fastapi.testclient import TestClient

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.permissions import Role
from app.core.scoring import digest, parse_scorecard
from app.kit.db import Database
from app.scorecards import service
from app.scorecards.schemas import ForkIn, TextIn
from tests.conftest import make_user, sign_in


def test_fork_keeps_the_text_and_changes_only_its_head(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        shipped = service.scorecard_of(session, actor=lead, key="image-labeling")
        entry = ForkIn(key="shelf", name="Shelf: boxes # and more")
        row = service.fork(session, actor=lead, key="image-labeling", entry=entry)
        assert (row.key, row.number, row.name, row.based_on) == ("shelf", 1, entry.name, "image-labeling v2")
        assert "# Image and video labeling: 7 groups" in row.text
        assert parse_scorecard(row.body).groups == shipped.scorecard.groups
        assert row.digest == digest(parse_scorecard(row.body)) != shipped.digest


def test_name_that_is_taken_by_a_shipped_or_own_scorecard_is_refused(db: Database) -> None:
    lead = make_user(db)
    for key in ("image-labeling", "shelf"):
        with db.writing() as session:
            if key == "shelf":
                service.fork(session, actor=lead, key="image-labeling", entry=ForkIn(key=key, name="Shelf"))
        with pytest.raises(Conflict) as refused, db.writing() as session:
            service.fork(session, actor=lead, key="image-labeling", entry=ForkIn(key=key, name="Shelf"))
        assert refused.value.field == "key"


def test_draft_with_faults_is_refused_naming_every_path(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        row = service.fork(session, actor=lead, key="image-labeling", entry=ForkIn(key="shelf", name="Shelf"))
        text = row.text.replace("worst: 0.5", "worst: 1.0").replace("minimum: 40", "minimum: 400")
    with pytest.raises(Invalid) as refused, db.writing() as session:
        service.edit_draft(session, actor=lead, key="shelf", entry=TextIn(text=text), seen=1)
    assert {problem.where for problem in refused.value.problems} == {
        "scorecard.groups[0].minimum",
        "scorecard.groups[0].criteria[0].worst",
    }


def test_published_version_is_frozen_and_a_new_one_starts_as_draft(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        text = service.fork(
            session, actor=lead, key="image-labeling", entry=ForkIn(key="shelf", name="Shelf")
        ).text
        service.publish(session, actor=lead, key="shelf")
    with pytest.raises(Conflict, match="frozen"), db.writing() as session:
        service.edit_draft(session, actor=lead, key="shelf", entry=TextIn(text=text), seen=None)
    with db.writing() as session:
        assert service.new_version(session, actor=lead, key="shelf").number == 2
    with db.reading() as session:
        assert [view.label for view in service.pinnable(session) if view.is_own] == ["shelf v1"]


def test_other_id_in_the_text_is_refused(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        row = service.fork(session, actor=lead, key="image-labeling", entry=ForkIn(key="shelf", name="Shelf"))
        text = row.text.replace("id: shelf", "id: other", 1)
    with pytest.raises(Invalid, match="must stay shelf"), db.writing() as session:
        service.edit_draft(session, actor=lead, key="shelf", entry=TextIn(text=text), seen=1)


def test_reader_cannot_fork(db: Database) -> None:
    reader = make_user(db, Role.READER)
    with pytest.raises(Forbidden), db.writing() as session:
        service.fork(session, actor=reader, key="image-labeling", entry=ForkIn(key="shelf", name="Shelf"))


def test_draft_is_edited_read_and_published_on_pages(client: TestClient) -> None:
    sign_in(client)
    made = client.post("/scorecards/image-labeling/fork", data={"key": "shelf", "name": "Shelf"})
    assert (made.status_code, made.headers["location"]) == (303, "/scorecards/shelf/edit")
    text = client.get("/scorecards/shelf.yaml").text
    broken = client.post("/scorecards/shelf/edit", data={"text": text.replace("worst: 0.5", "wurst: 0.5")})
    assert broken.status_code == 422
    assert "scorecard.groups[0].criteria[0].wurst: unknown key" in broken.text
    stale = client.post("/scorecards/shelf/edit", data={"text": text + "# note", "_version": "7"})
    assert stale.status_code == 409
    saved = client.post("/scorecards/shelf/edit", data={"text": text + "\n# note", "_version": "1"})
    assert saved.status_code == 303
    assert "draft" in client.get("/scorecards/shelf").text
    assert client.post("/scorecards/shelf/publish").status_code == 303
    assert "published" in client.get("/scorecards/shelf").text
    assert client.post("/scorecards/shelf/publish").status_code == 409


def test_library_answers_programs_with_body_and_ratings(client: TestClient) -> None:
    sign_in(client)
    listed = client.get("/api/v1/scorecards").json()["items"]
    ratings = {item["key"]: item["ratings_per_candidate"] for item in listed if item["source"] == "shipped"}
    assert len(ratings) == len(listed) == 8
    assert ratings["image-labeling"] == 12
    made = client.post("/api/v1/scorecards/image-labeling/fork", json={"key": "shelf", "name": "Shelf"})
    assert made.status_code == 201
    text = client.get("/api/v1/scorecards/shelf/text").text
    assert client.put("/api/v1/scorecards/shelf", json={"text": text}).status_code == 200
    assert client.post("/api/v1/scorecards/shelf/publish").json()["state"] == "published"
    assert client.post("/api/v1/scorecards/shelf/new-version").json()["number"] == 2
