"""Import and export, versions, retire and restore, comparison."""

import json

import pytest
import yaml

from app.core.errors import Conflict, Invalid, NotFound
from app.core.scoring import canonical
from app.kit import library
from app.kit.db import Database
from app.scorecards import service
from app.scorecards.schemas import ForkIn, ImportIn, TextIn
from app.scorecards.service import Reference
from tests.conftest import make_user

SHELF = ForkIn(key="shelf", name="Shelf")


def shipped_text(key: str = "image-labeling") -> str:
    return (library.library_path() / "scorecards" / f"{key}.yaml").read_text(encoding="utf-8")


def foreign(key: str = "theirs", version: int = 3) -> str:
    text = shipped_text("geospatial").replace("id: geospatial", f"id: {key}", 1)
    return text.replace("version: 1", f"version: {version}", 1)


@pytest.mark.parametrize("key", library.ids("scorecards"))
def test_exported_scorecard_comes_in_again_byte_for_byte_with_its_digest(db: Database, key: str) -> None:
    lead = make_user(db)
    with db.writing() as session:
        entry = ForkIn(key="mine", name="Mine: a #1 card")
        text = service.fork(session, actor=lead, key=key, entry=entry).text
        before = service.scorecard_of(session, actor=lead, key="mine").digest
    again = text.replace("id: mine", "id: theirs", 1)
    with db.writing() as session:
        service.import_scorecard(session, actor=lead, entry=ImportIn(text=again))
    with db.reading() as session:
        theirs = service.scorecard_of(session, actor=lead, key="theirs")
        assert service.yaml_of(theirs) == again
        assert theirs.is_draft
        assert theirs.digest != before  # another id is another content
    with db.writing() as session:
        row = service.import_scorecard(session, actor=lead, entry=ImportIn(text=again, key="back"))
        service.edit_draft(session, actor=lead, key="back", entry=TextIn(text=row.text), seen=None)
    with db.reading() as session:
        back = service.scorecard_of(session, actor=lead, key="back")
        body = {**canonical(back.scorecard), "id": "theirs"}
        assert body == canonical(theirs.scorecard)


def test_file_keeps_its_version_and_digest_and_the_next_version_follows_it(db: Database) -> None:
    lead = make_user(db)
    digest = service.read_text(foreign())[0]
    with db.writing() as session:
        row = service.import_scorecard(session, actor=lead, entry=ImportIn(text=foreign()))
        assert (row.key, row.number, row.based_on) == ("theirs", 3, "a file")
        assert canonical(digest) == row.body
        service.publish(session, actor=lead, key="theirs")
    with db.writing() as session:
        assert service.new_version(session, actor=lead, key="theirs").number == 4


def test_line_ends_and_byte_order_mark_of_other_systems_are_dropped(db: Database) -> None:
    lead = make_user(db)
    text = "\ufeff" + foreign().replace("\n", "\r\n")
    with db.writing() as session:
        assert service.import_scorecard(session, actor=lead, entry=ImportIn(text=text)).text == foreign()


def test_json_file_comes_in_under_another_name(db: Database) -> None:
    lead = make_user(db)
    text = json.dumps(yaml.safe_load(shipped_text()))
    with db.writing() as session:
        row = service.import_scorecard(session, actor=lead, entry=ImportIn(text=text, key="mine"))
        assert (row.key, row.number, row.name) == ("mine", 1, "Image and video labeling")
        wanted = canonical(service.scorecard_of(session, actor=lead, key="image-labeling").scorecard)
        assert row.body == {**wanted, "id": "mine", "version": 1}


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (shipped_text(), "key", "is a shipped scorecard"),
        (foreign(version=3), "key", "is here already, with the same content"),
        (foreign(version=2), "key", "is here already, up to version 3"),
        (foreign(version=4), "key", "v3 is a draft already"),
    ],
)
def test_version_that_is_here_or_was_overtaken_is_refused(
    db: Database, text: str, field: str, says: str
) -> None:
    lead = make_user(db)
    with db.writing() as session:
        service.import_scorecard(session, actor=lead, entry=ImportIn(text=foreign()))
    with pytest.raises(Conflict, match=says) as refused, db.writing() as session:
        service.import_scorecard(session, actor=lead, entry=ImportIn(text=text))
    assert refused.value.field == field


def test_faulty_file_is_refused_with_every_path_and_nothing_is_stored(db: Database) -> None:
    lead = make_user(db)
    text = foreign().replace("weight: 18", "weight: -18", 1).replace("from: {pilot: f", "from: {pilot: f")
    text = text.replace("kind: linear", "kind: cubic", 1).replace("version: 3", "version: 0", 1)
    with pytest.raises(Invalid) as refused, db.writing() as session:
        service.import_scorecard(session, actor=lead, entry=ImportIn(text=text))
    assert {problem.where for problem in refused.value.problems} >= {
        "version",
        "scorecard.groups[0].weight",
        "scorecard.groups[0].criteria[0].kind",
    }
    with db.reading() as session, pytest.raises(NotFound):
        service.scorecard_of(session, actor=lead, key="theirs")


@pytest.mark.parametrize("name", ["Up.Per", "import", "compare"])
def test_id_that_cannot_be_an_address_is_refused(db: Database, name: str) -> None:
    lead = make_user(db)
    with pytest.raises(Invalid, match="cannot be an address"), db.writing() as session:
        service.import_scorecard(session, actor=lead, entry=ImportIn(text=foreign(name)))


def test_retired_version_is_not_offered_and_can_be_restored(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        service.fork(session, actor=lead, key="image-labeling", entry=SHELF)
        service.publish(session, actor=lead, key="shelf")
    with db.writing() as session:
        service.new_version(session, actor=lead, key="shelf")
        service.publish(session, actor=lead, key="shelf")
        service.retire(session, actor=lead, key="shelf", number=2)
    with db.reading() as session:
        assert service.scorecard_of(session, actor=lead, key="shelf").number == 1
        assert [view.number for view in service.pinnable(session) if view.is_own] == [1]
        assert [view.state for view in service.versions_of(session, actor=lead, key="shelf")] == [
            "retired",
            "published",
        ]
        assert [view.label for view in service.list_scorecards(session, actor=lead, retired=True)] == [
            "shelf v2"
        ]
    with pytest.raises(Conflict, match="retired already"), db.writing() as session:
        service.retire(session, actor=lead, key="shelf", number=2)
    with db.writing() as session:
        service.restore(session, actor=lead, key="shelf", number=2)
        assert service.scorecard_of(session, actor=lead, key="shelf").number == 2
    with pytest.raises(Conflict, match="not retired"), db.writing() as session:
        service.restore(session, actor=lead, key="shelf", number=2)


def test_discarded_draft_leaves_the_published_version_and_its_number_is_not_used_again(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        service.fork(session, actor=lead, key="image-labeling", entry=SHELF)
        service.publish(session, actor=lead, key="shelf")
        service.new_version(session, actor=lead, key="shelf")
        service.retire(session, actor=lead, key="shelf", number=2)
    with db.writing() as session:
        assert service.new_version(session, actor=lead, key="shelf").number == 3
    with pytest.raises(Conflict, match="v3 came after"), db.writing() as session:
        service.restore(session, actor=lead, key="shelf", number=2)


def test_shipped_scorecard_cannot_be_retired(db: Database) -> None:
    lead = make_user(db)
    with pytest.raises(NotFound, match="own scorecard"), db.writing() as session:
        service.retire(session, actor=lead, key="image-labeling", number=2)


def test_older_version_can_be_forked_and_compared(db: Database) -> None:
    lead = make_user(db)
    with db.writing() as session:
        text = service.fork(session, actor=lead, key="image-labeling", entry=SHELF).text
        service.publish(session, actor=lead, key="shelf")
        service.new_version(session, actor=lead, key="shelf")
        entry = TextIn(
            text=text.replace("version: 1", "version: 2", 1).replace("minimum: 60", "minimum: 70", 1)
        )
        service.edit_draft(session, actor=lead, key="shelf", entry=entry, seen=None)
        copy = ForkIn(key="old", name="Shelf")
        service.fork(session, actor=lead, key="shelf", entry=copy, number=1)
    with db.reading() as session:
        old, new, changes = service.compare(
            session, actor=lead, old=Reference.read("shelf@1"), new=Reference.read("shelf")
        )
        assert (old.number, new.number) == (1, 2)
        assert [change.sentence for change in changes] == ["Scorecard: minimum 60 points → 70 points."]
        assert service.compare(session, actor=lead, old=Reference("shelf", 1), new=Reference("old"))[2] == ()


@pytest.mark.parametrize("text", ["shelf@9", "shelf@x", "shelf@", "nobody", "image-labeling@1"])
def test_comparison_with_what_is_not_there_is_not_found(db: Database, text: str) -> None:
    lead = make_user(db)
    with db.writing() as session:
        service.fork(session, actor=lead, key="image-labeling", entry=SHELF)
    with db.reading() as session, pytest.raises(NotFound):
        service.compare(session, actor=lead, old=Reference.read(text), new=Reference("shelf"))
