"""Items apart from gold, their images, and gold made of two label sets, in the product."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.pilots import queries, service
from app.pilots.gold_schemas import ChoiceIn
from app.pilots.models import GoldDraft, GoldVersion, PilotItems
from app.pilots.reading_sets import FIELDS
from app.pilots.schemas import PilotIn
from tests.pilots.samples import LEAD, Lab, boxes_gold, gold_csv, start

Browser = Callable[..., TestClient]
LIST = b"""item,role,repeat_of,question,stratum
i000,,,,day
i001,planted,,Is a toy a cat?,day
i002,,,,night
i003,surge,,,
i004,surge,,,
p1,practice,,,
again,repeat,i000,,
"""


def png(width: int = 200, height: int = 100) -> bytes:
    """A grey image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([at % 200 + 40]) * width for at in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def listed(lab: Lab, data: bytes = LIST) -> PilotItems:
    upload = lab.upload(data, "items.csv")
    checked = service.check_items(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, upload=upload)
    with lab.db.writing() as session:
        key = service.upload_items(session, actor=LEAD, pilot_id=lab.pilot_id, checked=checked).id
    return kept(lab, PilotItems, key)


Kept = TypeVar("Kept")


def kept(lab: Lab, kind: type[Kept], key: UUID) -> Kept:
    """A row as it is stored."""
    with lab.db.reading() as session:
        return session.get_one(kind, key)


def pictured(lab: Lab, data: bytes) -> None:
    upload = lab.upload(data, "images.zip")
    checked = service.check_images(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, upload=upload)
    with lab.db.writing() as session:
        service.upload_images(session, actor=LEAD, pilot_id=lab.pilot_id, checked=checked)


def begun(lab: Lab, *sets: bytes, **more: bool) -> GoldDraft:
    uploads = {
        field: lab.upload(data, f"{name}.csv")
        for field, name, data in zip(FIELDS, "abcde", sets, strict=False)
    }
    checked = service.check_sets(
        lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, uploads=uploads, **more
    )
    with lab.db.writing() as session:
        key = service.start_draft(session, actor=LEAD, pilot_id=lab.pilot_id, checked=checked).id
    return kept(lab, GoldDraft, key)


def decide(lab: Lab, draft: GoldDraft, item: str, kind: str, seen: int | None = None, **more: object) -> None:
    entry = ChoiceIn.model_validate({"item": item, "kind": kind, **more})
    with lab.db.writing() as session:
        service.decide_dispute(session, actor=LEAD, draft_id=draft.id, entry=entry, seen=seen)


def freeze(lab: Lab, draft: GoldDraft) -> GoldVersion:
    checked = service.check_freeze(lab.db, lab.contents, actor=LEAD, draft_id=draft.id)
    with lab.db.writing() as session:
        key = service.freeze_draft(session, actor=LEAD, draft_id=draft.id, checked=checked).id
    return kept(lab, GoldVersion, key)


def test_practice_and_repeats_never_count_and_vendors_may_name_items_by_code(lab: Lab) -> None:
    lab.gold(gold_csv(5))
    row = listed(lab)
    assert (row.number, row.items, row.roles["practice"]) == (1, 7, 1)
    with lab.db.reading() as session:
        listing = service.listing_of(session, lab.pilot_id)
    assert listing is not None
    codes = listing.codes
    assert len(set(codes.values())) == 7
    assert all(code.isdecimal() and len(code) == 10 for code in codes.values())
    said = {
        "i000": "cat",
        "i001": "dog",
        "i002": "owl",
        "i003": "cat",
        "i004": "cat",
        "p1": "owl",
        "again": "dog",
    }
    rows = [f"{codes[item]},{label},p1,4" for item, label in said.items()]
    lab.deliver("Harbor", "\n".join(["item,label,annotator,seconds", *rows]).encode())
    lab.compared()
    with lab.db.reading() as session:
        found = service.comparison_of(session, lab.pilot_id)
    assert found is not None
    one = found.candidate(lab.code("Harbor"))
    assert (found.items, one.metrics["accuracy"].value) == (5, 0.8)  # of the gold's five, item 4 is wrong
    vendor = found.document["vendors"][0]
    assert (vendor["repeats"][0]["repeats"], vendor["repeats"][0]["same"]) == (1, 0)
    assert vendor["surge"]["items"] == 2


def test_the_same_list_a_foreign_list_and_a_broken_one_are_refused(lab: Lab) -> None:
    lab.gold(gold_csv(5))
    listed(lab)
    with pytest.raises(Conflict, match="item list already"):
        listed(lab)
    with pytest.raises(Invalid, match="None of the items to be scored is in the gold"):
        listed(lab, b"item\nx1\nx2")
    with pytest.raises(Invalid, match="not known"):
        listed(lab, b"item,role\nx1,foo")


def test_many_requests_unpack_an_archive_of_images_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*(f"shelf__{at}_png" for at in range(40)), f"{uuid4().hex}_png"]  # no other test opened this one
    upload = lab.upload(archive(**{name: png() for name in names}), "images.zip")
    checked = service.check_images(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, upload=upload)
    with lab.db.writing() as session:
        key = service.upload_images(session, actor=LEAD, pilot_id=lab.pilot_id, checked=checked).id
    opened, unpacked = [], []
    plain, whole = zipfile.ZipFile, zlib.decompress
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args: opened.append(args) or plain(*args))
    monkeypatch.setattr(zlib, "decompress", lambda *args: unpacked.append(args) or whole(*args))
    for at in range(40):
        with lab.db.reading() as session:
            row, picture = service.image_of(session, actor=LEAD, pilot_id=lab.pilot_id, images_id=key, at=at)
            assert service.image_bytes(lab.contents, row, picture) == png()
            assert service.scenes_of(session, lab.pilot_id).scene(f"{at}.png").image.endswith(f"/{at}")
    assert (len(opened), len(unpacked)) == (1, 1)


def test_images_are_judged_by_content_and_shown_to_those_who_may_see_the_pilot(lab: Lab) -> None:
    lab.gold(gold_csv(5))
    with pytest.raises(Invalid) as failure:
        pictured(lab, archive(i000_png=b"<svg onload=alert(1)>", i001_png=png(), i002_jpg=png(40_000, 1)))
    told = str(failure.value)
    assert "'i000.png': is no PNG, JPEG or WebP image" in told
    assert "too many to show" in told
    pictured(lab, archive(shots__i000_png=png(), readme_txt=b"x"))
    with lab.db.reading() as session:
        scene = service.scenes_of(session, lab.pilot_id).scene("i000")
        row, picture = service.images_of(session, lab.pilot_id) or (None, [])
        assert row is not None
        assert scene.size == (200, 100)
        assert scene.image.endswith(f"/images/{row.id}/0")
        assert service.image_bytes(lab.contents, row, picture[0]) == png()
        for key, at in ((row.id, 1), (lab.pilot_id, 0)):
            with pytest.raises(NotFound):
                service.image_of(session, actor=LEAD, pilot_id=lab.pilot_id, images_id=key, at=at)


A = b"item,label\ni000,cat\ni001,dog\ni002,owl\ni003,cat\ni004,owl"
B = b"item,label\ni000,cat\ni001,dog\ni002,cat\ni003,dog\ni004,dog"


def test_gold_is_made_of_two_sets_and_frozen_with_our_agreement(lab: Lab) -> None:
    draft = begun(lab, A, B)
    assert (draft.agreed, draft.disputed) == (2, 3)
    with pytest.raises(Conflict, match="3 disputes are still open"):
        service.check_freeze(lab.db, lab.contents, actor=LEAD, draft_id=draft.id)
    decide(lab, draft, "i002", "take", side=1)
    decide(lab, draft, "i003", "own", marks=[{"label": "owl"}])
    with pytest.raises(Invalid, match="'cow' is not a class"):
        decide(lab, draft, "i004", "own", marks=[{"label": "cow"}])
    with pytest.raises(NotFound, match="not in dispute"):
        decide(lab, draft, "i000", "exclude")
    with lab.db.writing() as session:
        assert service.exclude_rest(session, actor=LEAD, draft_id=draft.id) == 1
    gold = freeze(lab, draft)
    assert (gold.number, gold.items, gold.labels, gold.classes) == (1, 4, 4, ["cat", "dog", "owl"])
    assert "agree on 40% of 5 items" in gold.note
    lines = lab.contents.path(gold.digest).read_bytes().splitlines()
    assert [json.loads(line)["marks"][0]["label"] for line in lines[1:]] == ["cat", "dog", "cat", "owl"]
    with pytest.raises(Conflict, match="frozen as gold version 1"):
        decide(lab, draft, "i002", "exclude")


def test_two_people_at_one_dispute_do_not_overwrite_each_other(lab: Lab) -> None:
    draft = begun(lab, A, B)
    with pytest.raises(Conflict, match="being made already"):
        begun(lab, A, B + b"\n")
    decide(lab, draft, "i002", "take", side=1)
    with pytest.raises(Conflict) as refused:
        decide(lab, draft, "i002", "exclude")
    assert (refused.value.theirs, refused.value.yours) == ({"decision": "set B"}, {"decision": "excluded"})
    decide(lab, draft, "i002", "exclude", seen=1)
    with lab.db.writing() as session:
        service.undo_choice(session, actor=LEAD, draft_id=draft.id, item="i002")
    with pytest.raises(Conflict, match="took the decision back"):
        decide(lab, draft, "i002", "take", seen=2)
    for item in ("i002", "i003", "i004"):
        decide(lab, draft, item, "take")
    checked = service.check_freeze(lab.db, lab.contents, actor=LEAD, draft_id=draft.id)
    decide(lab, draft, "i004", "take", seen=1, side=1)
    with lab.db.writing() as session, pytest.raises(Conflict, match="decided otherwise meanwhile"):
        service.freeze_draft(session, actor=LEAD, draft_id=draft.id, checked=checked)
    with lab.db.writing() as session:
        service.drop_draft(session, actor=LEAD, draft_id=draft.id)
    with lab.db.writing() as session:
        service.resume_draft(session, actor=LEAD, draft_id=draft.id)
        assert len(queries.choices(session, draft.id)) == 3


def test_the_database_itself_keeps_a_second_draft_out(lab: Lab) -> None:
    values = begun(lab, A, B).model_dump(exclude={"id", "created_at", "version"})
    with pytest.raises(IntegrityError), lab.db.writing() as session:
        session.add(GoldDraft(**values))  # two people at once on PostgreSQL pass the check of the service
        session.flush()


def test_sets_that_cannot_be_read_are_told_at_their_fields(lab: Lab) -> None:
    with pytest.raises(Invalid) as failure:
        begun(lab, b"name,label\n1,a", b"item,label\n1,a\n1,b")
    assert {one.where for one in failure.value.problems} == {"first", "second"}
    with pytest.raises(Invalid, match="set A again"):
        begun(lab, A, A)
    alike = {
        field: lab.upload(data, "labels.csv")
        for field, data in (("first", A), ("second", b"name,label\n1,a"))
    }
    with pytest.raises(Invalid, match=r"Set B: labels\.csv") as failure:
        service.check_sets(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, uploads=alike)
    assert {one.where for one in failure.value.problems} == {"second"}
    with pytest.raises(Invalid) as failure:
        begun(lab, A, B, B, b"item\n", A)
    assert [(one.where, one.message[:32]) for one in failure.value.problems] == [
        ("third", "This is the file of set B again;"),
        ("fifth", "This is the file of set A again;"),
    ]


def test_five_sets_are_held_against_each_other_on_the_page_and_any_of_them_can_be_taken(
    client_as: Browser,
) -> None:
    lead = client_as(Role.PROCUREMENT_LEAD, Role.ML_LEAD)
    state = lead.app.state  # type: ignore[attr-defined]
    lab = start(state.database, state.contents, Governance.SOLO, PilotIn(task="classification"))
    sets = [A, B, A + b"\n", B + b"\n", b"item,label\ni000,cat\ni001,dog\ni002,dog"]
    files = {field: (f"{field}.csv", io.BytesIO(data)) for field, data in zip(FIELDS, sets, strict=True)}
    gap = {name: one for name, one in files.items() if name in ("first", "fourth")}
    refused = lead.post(f"{base(lab)}/gold-sets", files=gap)
    assert refused.status_code == 422
    assert "Choose the file of set B." in refused.text
    assert "Choose the file of set C." in refused.text
    page = lead.post(f"{base(lab)}/gold-sets", files=files, follow_redirects=True)
    assert "Set A and E" in page.text
    assert "2 of 5 items, 40%" in page.text
    assert "Krippendorff alpha" in page.text
    here = str(page.url.path)
    shown = lead.get(f"{here}/0").text
    assert "Take set E <kbd>e</kbd>" in shown
    assert "Take set E" not in lead.get(f"{here}/1").text  # it does not answer i003
    lead.post(f"{here}/0", data={"kind": "e"})
    pilot = lead.get(base(lab)).text
    assert "1 of 3 disputes decided" in pilot
    assert f'href="{here}"' in pilot
    draft = f"/api/v1/gold-sets/{here.rpartition('/')[2]}"
    for wrong, word in ((4, "gives no answer"), (5, "less than 5")):
        entry = {"item": "i003", "kind": "take", "side": wrong}
        assert word in lead.post(f"{draft}/choices", json=entry).text
    lead.post(f"{draft}/choices", json={"item": "i003", "kind": "take", "side": 3})
    assert 'width="66.6' in lead.get(here).text  # two of three decided
    lead.post(f"{here}/exclude-rest")
    told = lead.get(draft).json()
    assert [one["name"] for one in told["sets"]] == [f"{field}.csv" for field in FIELDS]
    assert len(told["agreement"]["pairs"]) == 10
    assert "1 is frozen: 4 items" in lead.post(f"{here}/freeze", follow_redirects=True).text
    with lab.db.reading() as session:
        (gold,) = queries.golds(session, lab.pilot_id)
    assert gold.note.startswith("Of five label sets that agree on 40% of 5 items")
    lines = [json.loads(line) for line in lab.contents.path(gold.digest).read_bytes().splitlines()[1:]]
    assert [one["marks"][0]["label"] for one in lines] == ["cat", "dog", "dog", "dog"]


def base(lab: Lab) -> str:
    return f"/evaluations/{lab.evaluation_id}/pilot/{lab.pilot_id}"


def test_a_boxes_gold_is_made_on_the_pages_with_images_under_the_outlines(client_as: Browser) -> None:
    lead = client_as(Role.PROCUREMENT_LEAD, Role.ML_LEAD)
    state = lead.app.state  # type: ignore[attr-defined]
    lab = start(state.database, state.contents, Governance.SOLO, PilotIn(task="boxes"))
    other = json.loads(boxes_gold())
    other["annotations"][0]["bbox"] = [12, 10, 40, 30]
    other["annotations"][2]["category_id"] = 2
    other["annotations"][7]["bbox"] = [5, 5, 10, 10]
    sets = {
        "first": ("anna.json", io.BytesIO(boxes_gold())),
        "second": ("bert.json", io.BytesIO(json.dumps(other).encode())),
    }
    images = {"images": ("i.zip", io.BytesIO(archive(**{"shelf-2_png": png()})))}
    assert lead.post(f"{base(lab)}/images", files=images, follow_redirects=True).status_code == 200
    page = lead.post(f"{base(lab)}/gold-sets", files=sets, follow_redirects=True)
    assert page.status_code == 200
    assert "2 of 4 items, 50%" in page.text
    here = str(page.url.path)
    first = lead.get(f"{here}/0").text
    assert "dispute 1 of 2" in first
    assert 'href="/evaluations/' in first
    assert "<image href=" in first
    shown = lead.get(first.partition('<image href="')[2].partition('"')[0])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    wrong = lead.post(f"{here}/0", data={"kind": "own", "marks": "bottle, 1, 2\ncow, 1, 1, 5, 5"})
    assert wrong.status_code == 422
    assert "Line 1: a box is class, x, y, width, height" in wrong.text
    assert "cow, 1, 1, 5, 5" in wrong.text
    fine = {"kind": "own", "marks": "can, 10, 10, 40, 30\nbottle, 60, 50, 20.5, 20"}
    assert "dispute 2 of 2" in lead.post(f"{here}/0", data=fine, follow_redirects=True).text
    assert "2 of 2 disputes decided" in lead.post(f"{here}/1", data={"kind": "b"}, follow_redirects=True).text
    done = lead.post(f"{here}/freeze", follow_redirects=True).text
    assert "Of two label sets that agree on 50% of 4 items" in done
    assert client_as(Role.EVALUATOR).get(here).status_code in (403, 404)


def test_the_item_list_is_shown_filtered_and_given_out_as_csv(client_as: Browser) -> None:
    lead = client_as(Role.PROCUREMENT_LEAD, Role.ML_LEAD)
    state = lead.app.state  # type: ignore[attr-defined]
    lab = start(state.database, state.contents, Governance.SOLO, PilotIn(task="classification"))
    assert "No item list yet" in lead.get(f"{base(lab)}/items").text
    broken = lead.post(f"{base(lab)}/items", files={"file": ("l.csv", io.BytesIO(b"item,role\na,b\na,"))})
    assert broken.status_code == 422
    assert "already stands on line 2" in broken.text
    sent = lead.post(f"{base(lab)}/items", files={"file": ("l.csv", io.BytesIO(LIST))}, follow_redirects=True)
    assert "Is a toy a cat?" in sent.text
    only = lead.get(f"{base(lab)}/items?role=practice").text
    assert "p1" in only
    assert "Is a toy" not in only
    rows = lead.get(f"{base(lab)}/items/all.csv").text.splitlines()
    assert rows[0].endswith("leaves_as")
    assert len(rows) == 8
    api = lead.get(f"/api/v1/pilots/{lab.pilot_id}/items")
    assert api.json()["roles"]["surge"] == 2
