from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Role
from app.pilots import queries
from app.pilots import service as pilots
from app.pilots.models import GoldVersion
from app.reviews import service
from app.reviews.models import Ruling
from app.reviews.schemas import DecisionIn
from tests.pilots.samples import LEAD, Lab, delivery_csv, gold_csv
from tests.pilots.test_pages import base, laid_out, work

Browser = Callable[..., TestClient]


def compared(lab: Lab) -> Lab:
    """Every 8th label wrong in Harbor, every 4th in Mosaic: both say the same on every 8th item."""
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(8))
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    return lab


def decide(lab: Lab, item: str, ruling: Ruling, label: str = "") -> UUID:
    entry = DecisionIn(item=item, ruling=ruling, label=label)
    with lab.db.writing() as session:
        return service.decide(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None).id


def accuracy(lab: Lab, gold: int | None = None) -> float | None:
    with lab.db.reading() as session:
        found = pilots.comparison_of(session, lab.pilot_id, gold)
    assert found is not None
    return found.candidate(lab.code("Harbor")).metrics["accuracy"].value


def test_publishing_decisions_makes_a_version_rescores_and_keeps_both(lab: Lab) -> None:
    compared(lab)
    with lab.db.reading() as session:
        queue = service.queue_of(session, actor=LEAD, pilot_id=lab.pilot_id)
    assert [one.item for one in queue.doubts[:2]] == ["i007", "i015"]
    assert len(queue.doubts) == 15
    assert queue.doubts[0].label == "owl"  # item 7 is a dog in the gold
    with lab.db.writing() as session, pytest.raises(Conflict, match="No decision changes"):
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    decide(lab, "i007", Ruling.WRONG, "owl")
    decide(lab, "i015", Ruling.EXCLUDE)
    decide(lab, "i023", Ruling.STANDS)
    with lab.db.writing() as session:
        row = service.publish(session, actor=LEAD, pilot_id=lab.pilot_id, seen=1)
        facts = (row.number, row.items, row.labels, row.amendments)
        assert row.identity != row.digest
    assert facts == (2, 119, 119, {"excluded": ["i015"], "labels": {"i007": "owl"}})
    lab.compared()
    assert accuracy(lab, 1) == pytest.approx(105 / 120)
    assert accuracy(lab) == accuracy(lab, 2) == pytest.approx(106 / 119)
    with lab.db.reading() as session:
        left = service.queue_of(session, actor=LEAD, pilot_id=lab.pilot_id)
        assert len(queries.golds(session, lab.pilot_id)) == 2
    assert {"i007", "i015"}.isdisjoint(one.item for one in left.doubts)
    assert next(one for one in left.doubts if one.item == "i023").decision is not None


def test_adjudicated_gold_can_be_taken_away_and_brought_back(lab: Lab) -> None:
    compared(lab)
    decide(lab, "i007", Ruling.WRONG, "owl")
    decide(lab, "i015", Ruling.EXCLUDE)
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id, seen=1)
    lab.compared()
    kept = accuracy(lab)
    taken = pilots.gold_that_counts(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, number=2)
    with pytest.raises(NotFound):
        pilots.gold_that_counts(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, number=3)
    assert len(taken.splitlines()) == 120  # the head, and every item but the excluded one
    assert lab.gold(gold_csv(shift=1)).number == 3
    again = pilots.check_again(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, number=2)
    with lab.db.writing() as session:
        row = pilots.restore_gold(session, actor=LEAD, pilot_id=lab.pilot_id, number=2, checked=again)
        told = (row.number, row.items, row.note, row.amendments["excluded"])
    assert told == (4, 119, "Version 2 again", ["i015"])
    lab.compared()
    assert accuracy(lab) == kept
    assert pilots.gold_that_counts(lab.db, lab.contents, actor=LEAD, pilot_id=lab.pilot_id, number=4) == taken
    with lab.db.writing() as session, pytest.raises(Conflict, match="changed while"):
        pilots.restore_gold(session, actor=LEAD, pilot_id=lab.pilot_id, number=1, checked=again)


def test_a_gold_that_comes_back_has_a_result_of_its_own_and_can_be_decided_again(lab: Lab) -> None:
    compared(lab)
    decide(lab, "i007", Ruling.WRONG, "owl")
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.gold(gold_csv())
    lab.compared()
    with lab.db.reading() as session:
        queue = service.queue_of(session, actor=LEAD, pilot_id=lab.pilot_id)
    assert queue.gold_number == 3
    earlier = next(one for one in queue.doubts if one.item == "i007").decision
    assert earlier is not None
    assert earlier.gold_number == 1
    decide(lab, "i007", Ruling.EXCLUDE)
    with lab.db.writing() as session:
        assert service.publish(session, actor=LEAD, pilot_id=lab.pilot_id).number == 4


def test_a_second_round_of_decisions_keeps_the_first(lab: Lab) -> None:
    compared(lab)
    for item in ("i007", "i015"):
        decide(lab, item, Ruling.EXCLUDE)
        with lab.db.writing() as session:
            service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
        lab.compared()
    with lab.db.reading() as session:
        newest: GoldVersion = queries.golds(session, lab.pilot_id)[0]
    assert (newest.number, newest.amendments["excluded"]) == (3, ["i007", "i015"])
    with pytest.raises(Invalid, match="no such item"):
        decide(lab, "i007", Ruling.STANDS)


def test_a_delivery_after_the_amendment_is_taken_and_compared(lab: Lab) -> None:
    compared(lab)
    decide(lab, "i015", Ruling.EXCLUDE)
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.deliver("Northwind", delivery_csv(120))
    assert lab.compared().items == 119


def test_decisions_are_refused_for_what_the_gold_does_not_know_and_when_somebody_was_faster(lab: Lab) -> None:
    compared(lab)
    for item, ruling, label in (("zz", Ruling.STANDS, ""), ("i007", Ruling.WRONG, "cow")):
        with pytest.raises(Invalid):
            decide(lab, item, ruling, label)
    key = decide(lab, "i007", Ruling.STANDS)
    with pytest.raises(Conflict):
        decide(lab, "i007", Ruling.EXCLUDE)
    with lab.db.writing() as session:
        service.withdraw(session, actor=LEAD, decision_id=key)
    decide(lab, "i007", Ruling.EXCLUDE)
    with lab.db.writing() as session, pytest.raises(Conflict, match="came meanwhile"):
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id, seen=7)


def test_page_and_api_hand_out_a_gold_version_and_take_an_earlier_one_up_again(client_as: Browser) -> None:
    lead, reader = client_as(), client_as(Role.READER)
    lab = compared(laid_out(lead))
    decide(lab, "i015", Ruling.EXCLUDE)
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.compared()
    page, api = base(lab), f"/api/v1/pilots/{lab.pilot_id}/gold"
    shown = lead.get(page).text
    assert f"{page}/gold/2.jsonl" in shown
    assert f"{page}/gold/1/restore" in shown
    taken = lead.get(f"{page}/gold/2.jsonl")
    assert taken.headers["content-disposition"] == 'attachment; filename="gold-2.jsonl"'
    assert len(taken.text.splitlines()) == 120
    assert lead.get(f"{api}/2.jsonl").content == taken.content
    assert lead.get(f"{page}/gold/9.jsonl").status_code == 404
    assert reader.get(f"{page}/gold/2.jsonl").status_code == 403
    assert reader.post(f"{page}/gold/1/restore").status_code == 403
    assert lead.post(f"{page}/gold/1/restore").status_code == 303
    assert "Version 1 again" in lead.get(page).text
    again = lead.post(f"{api}/2/restore")
    assert (again.status_code, again.json()["number"], again.json()["items"]) == (201, 4, 119)


def test_pages_and_api_lead_from_the_queue_to_both_results_and_keep_issues(client_as: Browser) -> None:
    lead, reader = client_as(), client_as(Role.READER)
    lab = compared(laid_out(lead))
    path, api = f"{base(lab)}/adjudication", f"/api/v1/pilots/{lab.pilot_id}"
    assert "2 candidates agree against the gold" in lead.get(path).text
    assert "owl instead of dog" in lead.get(f"{path}/7").text
    assert "Decide" not in reader.get(f"{path}/7").text
    assert reader.post(f"{path}/7", data={"ruling": "exclude"}).status_code == 403
    assert lead.post(f"{path}/7", data={"ruling": "wrong", "label": "cow"}).status_code == 422
    assert lead.post(f"{path}/7", data={"ruling": "wrong", "label": "owl"}).status_code == 303
    assert lead.post(f"{path}/7/withdraw").status_code == 303
    assert lead.get(f"{api}/disputes").json()[0]["decision"] is None
    body = {"item": "i007", "ruling": "wrong", "label": "owl"}
    assert lead.put(f"{api}/gold/decisions", json=body).status_code == 200
    assert lead.put(f"{api}/gold/decisions", json=body | {"ruling": "stands"}).status_code == 409
    assert "Publish new gold version" in lead.get(path).text
    assert lead.post(f"{path}/publish?seen=1").status_code == 303
    assert lead.post(f"{api}/gold/publish").status_code == 409
    work(lead)
    assert "version 1" in lead.get(f"{base(lab)}/results?gold=1").text
    assert lead.get(f"{base(lab)}/results?gold=9").status_code == 404
    assert "Gold version 2" in lead.get(path).text
    entry = {"item": "i001", "title": "Cat or lynx?", "text": "The guideline is silent."}
    assert lead.post(f"{base(lab)}/issues", data={**entry, "item": "nope"}).status_code == 422
    issue = lead.post(f"{base(lab)}/issues", data=entry).headers["location"]
    assert lead.post(issue, data={"text": "Lynx is no cat here."}).status_code == 303
    assert lead.post(issue, data={}).status_code == 422
    page = lead.get(issue).text
    assert "The guideline is silent." in page
    assert "Lynx is no cat here." in page
    assert "an issue is open" in lead.get(path).text
    assert lead.post(f"{issue}/resolve").status_code == 303
    assert "an issue is open" not in lead.get(path).text
    assert "Cat or lynx?" in lead.get(f"{base(lab)}/issues?state=resolved").text
    assert "Cat or lynx?" not in lead.get(f"{base(lab)}/issues/all.csv?state=open").text
    key = lead.get(f"{api}/issues").json()[0]["id"]
    assert lead.post(f"/api/v1/pilot-issues/{key}/reopen").json()["resolved_at"] is None
    assert len(lead.post(f"/api/v1/pilot-issues/{key}/comments", json={"text": "x"}).json()["comments"]) == 3
    assert lead.post(f"/api/v1/pilot-issues/{key}/resolve").json()["resolved_at"]
    assert lead.post(f"{api}/issues", json=entry).status_code == 201
    assert reader.post(f"{api}/issues", json=entry).status_code == 403
