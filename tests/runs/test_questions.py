"""The question log with its filters and CSV, good examples for every vendor, and milestones."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from app.core.errors import Conflict, Invalid
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.kit import clock
from app.pilots import service as pilots
from app.reviews import service as reviews
from app.reviews.models import Ruling
from app.reviews.schemas import DecisionIn
from app.runs import service
from app.runs.models import PilotMessage, PilotQuestion
from app.runs.schemas import MilestoneIn, PublishExampleIn, RunIn
from app.runs.service import Thread
from tests.pilots.samples import LEAD, Lab, boxes_gold, delivery_csv, gold_csv
from tests.pilots.test_items import listed
from tests.pilots.test_pages import laid_out as laid_out_of
from tests.pilots.test_pages import send as upload
from tests.pilots.test_pages import work
from tests.runs.running import Browser, as_vendor, confirm, laid_out, move, pages, prepare, send


def publish(lab: Lab, item: str, note: str = "Ears tell it.") -> int:
    with lab.db.writing() as session:
        entry = PublishExampleIn(item=item, note=note)
        row = service.publish_example(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)
        return row.gold_number


def test_the_log_is_filtered_in_its_address_and_exported_as_shown(client_as: Browser) -> None:
    lead, blind = client_as(), client_as(Role.EVALUATOR)
    lab = laid_out(lead, governance=Governance.TEAM)
    harbor, there = as_vendor(lead, lab, "Harbor")
    mosaic, elsewhere = as_vendor(lead, lab, "Mosaic")
    harbor.post(f"{there}/questions", data={"kind": "edge_case", "item": "i007", "text": "Half an owl?"})
    harbor.post(f"{there}/questions", data={"kind": "proposal", "text": "Add a class for kittens."})
    mosaic.post(f"{elsewhere}/questions", data={"kind": "question", "text": "Is =1+1 an owl?"})
    log = f"{pages(lab)}/questions"
    first = lead.get(f"/api/v1/pilots/{lab.pilot_id}/questions").json()
    keys = {one["messages"][0]["text"]: one["id"] for one in first}
    lead.post(f"{log}/{keys['Half an owl?']}/reply", data={"text": "Yes."})
    lead.post(f"{log}/{keys['Half an owl?']}/adopt", data={"adopted": "yes"})

    def shown(**query: str) -> set[str]:
        text = lead.get(log, params=query).text
        return {one for one in keys if one.replace("=1", "=1") in text}

    assert shown() == set(keys)
    assert shown(candidate=lab.code("Mosaic")) == {"Is =1+1 an owl?"}
    assert shown(kind="proposal") == {"Add a class for kittens."}
    assert shown(state="us") == {"Add a class for kittens.", "Is =1+1 an owl?"}
    assert shown(state="answered") == shown(state="adopted") == shown(item="I00") == {"Half an owl?"}
    assert shown(state="undecided") == {"Add a class for kittens."}
    assert shown(candidate="nobody") == set()
    assert "No thread fits" in lead.get(log, params={"item": "zzz"}).text
    page = lead.get(log, params={"kind": "proposal"}).text
    assert "questions.csv?kind=proposal" in page
    assert ">1, 1 adopted<" in page  # Harbor's edge case
    assert ">1, 0 adopted<" in page  # its proposal
    table = lead.get(f"{log}.csv", params={"candidate": lab.code("Mosaic")}).text
    assert table.count("question,") == 1
    assert "kittens" not in table
    assert blind.get(f"{log}.csv").status_code == 403
    assert "Half an owl?" not in blind.get(log).text


def test_an_example_reaches_every_vendor_and_its_item_leaves_the_scoring(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    harbor, there = as_vendor(lead, lab, "Harbor")
    mosaic, elsewhere = as_vendor(lead, lab, "Mosaic")
    move(lab, "agreed", "running")
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    assert lab.compared().items == 120
    item = lead.get(f"{pages(lab)}/results/items/19").text
    assert f"{pages(lab)}/examples?item=i019" in item
    form = f"{pages(lab)}/examples"
    page = lead.get(form, params={"item": "i019"}).text
    assert "leaves the scoring of everybody" in page
    assert "dog" in page
    assert "owl" not in page.split("as every vendor would see it")[1]  # what Harbor delivered instead
    named = lead.post(form, data={"item": "i019", "note": "Not as Harbor has it."})
    assert (named.status_code, "names Harbor" in named.text) == (422, True)
    assert lead.post(form, data={"item": "i999", "note": "x"}).status_code == 422
    assert lead.post(form, data={"item": "i019", "note": "A dog has a snout."}).status_code == 303
    assert lead.post(form, data={"item": "i019", "note": "again"}).status_code == 409
    lab.compared()
    for vendor, home in ((harbor, there), (mosaic, elsewhere)):
        told = vendor.get(home).text
        assert "A dog has a snout." in told
        assert "Our labels" in told
        assert "Harbor" not in told.split("Good examples")[1]
        assert "Mosaic" not in told.split("Good examples")[1]
    assert lab.compared().items == 119
    assert "published as an example" in lead.get(pages(lab)).text
    api = f"/api/v1/pilots/{lab.pilot_id}/examples"
    told = lead.get(api).json()
    assert [(one["item"], one["labels"], one["gold_number"]) for one in told] == [("i019", ["dog"], 2)]
    assert lead.post(api, json={"item": "i020", "note": "An owl."}).status_code == 201
    # the delivery of a later round still fits
    move(lab, "delivered", "measuring", "running")
    confirm(mosaic, elsewhere)
    assert send(mosaic, elsewhere, delivery_csv(5), round_=2).status_code == 303


def test_a_published_example_stays_out_of_the_gold_that_is_taken_up_again_or_uploaded_anew(lab: Lab) -> None:
    prepare(lab)
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    publish(lab, "i019")
    again = pilots.check_again(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, number=1)
    with lab.db.writing() as session:
        row = pilots.restore_gold(session, actor=LEAD, pilot_id=lab.pilot_id, number=1, checked=again)
        assert (row.number, row.items, row.labels) == (3, 119, 119)
    assert lab.compared().items == 119
    assert lab.gold(gold_csv(shift=1)).items == 119
    assert lab.compared().items == 119
    with pytest.raises(Conflict, match="the gold already"):
        lab.gold(gold_csv(shift=1))


def test_an_example_waits_for_decisions_and_is_refused_without_a_comparison(lab: Lab) -> None:
    lab.gold(gold_csv())
    with pytest.raises(Conflict, match="not compared yet"):
        publish(lab, "i001")
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    with lab.db.writing() as session:
        entry = DecisionIn(item="i019", ruling=Ruling.EXCLUDE)
        reviews.decide(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    with pytest.raises(Conflict, match="Decisions about the gold wait"):
        publish(lab, "i001")
    with lab.db.writing() as session:
        reviews.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.compared()
    with pytest.raises(Invalid, match="no such item"):
        publish(lab, "i019")
    assert publish(lab, "i001") == 3


def test_examples_of_boxes_are_drawn(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out_of(lead, "boxes")
    assert upload(lead, lab, "gold", boxes_gold(), "gold.json").status_code == 303
    who = str(lab.candidates["Harbor"])
    assert upload(lead, lab, "deliver", boxes_gold(), "l.json", candidate_id=who).status_code == 303
    work(lead)
    assert publish(lab, "shelf-1.jpg") == 2
    page = lead.get(f"{pages(lab)}/questions").text
    assert "shelf-1.jpg" in page
    assert "<svg" in page.split("Good examples")[1]


def test_a_round_ties_a_milestone_to_its_deliveries_and_late_ones_are_shown(lab: Lab) -> None:
    prepare(lab)
    today = clock.now().date()
    rows = [
        MilestoneIn(title="Delivered", day=today + timedelta(days=3), round=1),
        MilestoneIn(title="Kick-off", day=today - timedelta(days=3)),
        MilestoneIn(title="Report", day=date(2099, 1, 1)),
    ]
    with lab.db.writing() as session:
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=RunIn(milestones=rows), seen=None)

    def lines() -> dict[str, service.MilestoneLine]:
        with lab.db.reading() as session:
            pilot = pilots.open_pilot(session, LEAD, lab.pilot_id).pilot
            run = service.run_of(session, pilot)
            return {one.title: one for one in service.milestone_lines(session, pilot, run)}

    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    told = lines()
    assert (told["Delivered"].delivered, told["Delivered"].expected, told["Delivered"].done) == (2, 3, None)
    assert [one.is_late for one in told.values()] == [True, False, False]  # by day: the kick-off
    lab.deliver("Northwind", delivery_csv(5))
    assert lines()["Delivered"].done is not None
    with lab.db.writing() as session, pytest.raises(Conflict):
        service.mark_milestone(session, actor=LEAD, pilot_id=lab.pilot_id, at=0, is_done=True, seen=99)


def test_one_click_marks_a_milestone_as_done_and_open_again(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    run = f"{pages(lab)}/run"
    text = "2026-01-05 First half | round 1\n2026-01-06 Report | 2026-01-07"
    assert lead.post(run, data={"milestones": text}).status_code == 303
    page = lead.get(run).text.replace("\xa0", " ")
    assert "round 1: 0 of 3 delivered" in page
    assert "done 7 Jan 2026, late" in page
    assert "2026-01-05 First half | round 1" in page
    version = lead.get(f"/api/v1/pilots/{lab.pilot_id}/run").json()["version"]
    form = {"done": "yes", "_version": str(version)}
    assert lead.post(f"{pages(lab)}/milestones/0", data=form).status_code == 303
    assert lead.post(f"{pages(lab)}/milestones/0", data=form).status_code == 409
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/run").json()
    assert told["milestones"][0]["done"] is not None
    assert told["milestones"][0]["round"] == 1
    again = {"done": "no", "_version": str(told["version"])}
    assert lead.post(f"{pages(lab)}/milestones/0", data=again).status_code == 303
    assert lead.post(f"{pages(lab)}/milestones/7", data={"done": "yes"}).status_code == 404


def test_an_item_with_a_hidden_repeat_is_no_example_and_others_go_by_their_codes(lab: Lab) -> None:
    rows = ["item,role,repeat_of", *(f"i{at:03},," for at in range(120)), "again,repeat,i000"]
    listed(lab, "\n".join(rows).encode())
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    for item in ("i000", "again"):
        with pytest.raises((Conflict, Invalid), match=r"hidden repeat|no such item"):
            publish(lab, item)
    publish(lab, "i001")
    with lab.db.reading() as session:
        called = service.called_of(session, lab.pilot_id)
        listing = pilots.listing_of(session, lab.pilot_id)
    assert listing is not None
    assert called == {"i001": listing.codes["i001"]}
    assert called["i001"] != "i001"


@pytest.mark.parametrize(
    ("by_us", "turns", "waits"),
    [
        (False, "v", "us"),
        (False, "vu", ""),
        (False, "vuv", "us"),
        (True, "u", "vendor"),
        (True, "uv", ""),  # answered as we asked
        (True, "uvv", "us"),
        (True, "uvuv", ""),
        (True, "uvu", ""),
    ],
)
def test_whose_turn_a_thread_is(by_us: bool, turns: str, waits: str) -> None:
    row = PilotQuestion(pilot_id=uuid4(), candidate_id=uuid4(), by_us=by_us)
    said = tuple(
        PilotMessage(question_id=row.id, by_us=one == "u", text=one, sent_at=clock.now(), author_id=uuid4())
        for one in turns
    )
    thread = Thread(row, said, "", "", False, None, 0.0)
    assert (thread.waits_for_us, thread.waits_for_vendor) == (waits == "us", waits == "vendor")
