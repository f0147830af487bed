"""The pack from an item list: batches, codes that betray no repeat, images, and what vendors say by code."""

import csv
import io
import zipfile
from collections.abc import Callable

import pytest

from app.accounts import service as accounts
from app.core.errors import Invalid
from app.evaluations.models import Governance
from app.pilots import service as pilots
from app.pilots.models import PilotTask
from app.pilots.schemas import CriteriaIn, CriterionIn, PilotIn
from app.pilots.service import listing_of
from app.runs import service
from app.runs.schemas import PartLinkIn, PublishIn, QuestionIn
from tests.pilots.samples import LEAD, Lab
from tests.pilots.test_items import archive, listed, pictured, png
from tests.runs.running import PLAN, move, prepare

ROWS = [f"i{at:03},{'surge' if at > 27 else ''},,,s" for at in range(30)]
LIST = "\n".join(
    ["item,role,repeat_of,question,stratum", *ROWS, "toy,planted,,Is a toy a cat?,", "try,practice,,,"]
    + [f"again-{at},repeat,i{at:03},," for at in range(6)]
).encode()


def link(lab: Lab, who: str = "Harbor") -> str:
    with lab.db.writing() as session:
        url, _ = service.send_part(
            session, actor=LEAD, pilot_id=lab.pilot_id, candidate_id=lab.candidates[who],
            entry=PartLinkIn(holder_name="Ines"), base_url="",
        )  # fmt: skip
    return url.rpartition("/")[2]


def pack(lab: Lab, who: str = "Harbor") -> dict[str, bytes]:
    made = service.pack_of(
        lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, candidate_id=lab.candidates[who]
    )
    with zipfile.ZipFile(io.BytesIO(made.content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rows(members: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(members["items.csv"].decode())))


@pytest.fixture
def run(lab_of: Callable[..., Lab]) -> Lab:
    """A pilot that is agreed, with an item list and no gold yet."""
    lab = lab_of(Governance.SOLO, PilotIn(task=PilotTask.CLASSIFICATION))
    listed(lab, LIST)
    with lab.db.writing() as session:
        criteria = CriteriaIn(criteria=[CriterionIn(metric="accuracy", floor=0.9)])
        pilots.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=criteria, seen=None)
        service.set_plan(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PLAN, seen=None)
        service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())
    move(lab, "agreed")
    link(lab)
    return lab


def test_a_pack_leaves_before_the_gold_and_betrays_neither_repeats_nor_roles(run: Lab) -> None:
    pictured(run, archive(**{f"i{at:03}_png": png(20, 10) for at in range(5)}))
    members = pack(run)
    found = rows(members)
    assert len(found) == 38
    assert [one["batch"] for one in (found[0], found[1], found[-1])] == ["calibration", "main", "surge day"]
    with run.db.reading() as session:
        listing = listing_of(session, run.pilot_id)
    assert listing is not None
    own = {code: item for item, code in listing.codes.items()}
    order = [own[one["item"]] for one in found]
    text = b"".join(members[name] for name in members if not name.startswith("samples/")).decode("latin1")
    assert not [name for name in (*listing.codes, "repeat", "planted", "Is a toy") if f"{name}," in text]
    assert min(abs(order.index(f"again-{at}") - order.index(f"i{at:03}")) for at in range(6)) >= 5
    shown = [one for one in found if one["image"]]
    assert len(shown) == 10  # five items and the five repeats of them, each under its own name
    assert {one["image"] for one in shown} == {name for name in members if name.startswith("images/")}
    assert all(one["image"] == f"images/{one['item']}.png" for one in shown)
    images = {name: members[name] for name in members if name.startswith("images/")}
    assert len(set(images.values())) == 10  # one picture, ten files: equal bytes would tell the repeats
    assert pack(run) == members
    assert ("classes.csv" in members) == (b"classes.csv" in members["README.txt"])


def test_a_question_about_a_code_notices_what_was_planted(run: Lab) -> None:
    with run.db.writing() as session:
        opened, access = service.open_part_link(session, link(run))
        actor, part = accounts.actor_of_link(opened), access.part.id
        listing = listing_of(session, run.pilot_id)
        assert listing is not None
        code = listing.codes["toy"]
        entry = QuestionIn(kind="edge_case", item=code, text="Is a toy a cat?")
        service.ask_by_link(session, actor=actor, part_id=part, entry=entry)
    with run.db.reading() as session:
        (thread,) = service.own_threads(session, actor=actor, part_id=part)
        assert (thread.item, thread.their_item, thread.noticed) == ("toy", code, True)


def test_a_refusal_names_items_as_the_vendor_got_them(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task=PilotTask.CLASSIFICATION))
    listed(lab, LIST)
    prepare(lab)
    with lab.db.reading() as session:
        listing = listing_of(session, lab.pilot_id)
    assert listing is not None
    code = listing.codes["again-1"]
    table = f"item,label\n{code},cat\n{code},dog".encode()
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", table)
    assert "'again-1'" in str(failure.value)
    told = listing.veiled(str(failure.value))
    assert f"'{code}'" in told
    assert "again-1" not in told
