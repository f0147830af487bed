"""After the close: each vendor reads and contests its own errors, in a window, and is answered."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.core.errors import Conflict
from app.evaluations.models import Evaluation
from app.kit import clock
from app.pilots import service as pilots
from app.pilots.models import Pilot
from app.reviews import service as reviews
from app.reviews.models import ItemContest
from app.runs import service
from app.runs.models import PilotPart
from app.runs.schemas import RunIn
from tests.pilots.samples import LEAD, Lab, delivery_csv
from tests.runs.running import Browser, as_vendor, confirm, laid_out, move, pages, prepare, send

Side = tuple[TestClient, str]


def closed(lead: TestClient, **frame: object) -> tuple[Lab, Side, Side]:
    """Harbor errs on every 20th item, Mosaic on every 4th; the pilot is compared and closed."""
    lab = laid_out(lead)
    prepare(lab)
    harbor, mosaic = as_vendor(lead, lab, "Harbor"), as_vendor(lead, lab, "Mosaic")
    move(lab, "agreed", "running")
    with lab.db.writing() as session:
        entry = RunIn.model_validate(frame)
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    move(lab, "delivered", "measuring", "closed")
    return lab, harbor, mosaic


def shown(side: Side) -> str:
    browser, home = side
    assert browser.post(f"{home}/errors/show").status_code == 303
    return browser.get(f"{home}/errors").text


def contest(side: Side, item: str, reason: str = "It has whiskers.") -> int:
    browser, home = side
    return browser.post(f"{home}/errors", data={"item": item, "reason": reason}).status_code


def stored(lab: Lab) -> list[ItemContest]:
    with lab.db.reading() as session:
        return list(session.exec(select(ItemContest)).all())


def test_errors_are_shown_after_the_close_to_their_vendor_alone_and_written_down(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    assert "once the pilot is closed" in vendor.get(f"{home}/errors").text
    assert vendor.post(f"{home}/errors/show").status_code == 409
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    move(lab, "delivered", "measuring", "closed")
    assert "i019" not in vendor.get(f"{home}/errors").text  # not before the button
    page = shown((vendor, home))
    assert re.findall(r"<h2>(i\d+)", page) == ["i019", "i039", "i059", "i079", "i099", "i119"]
    assert "<b>Ours</b>" in page
    assert "owl" in page
    told = re.sub(r'name="_nonce" value="[^"]*"', "", page)  # chance writes a code into a nonce now and then
    for hidden in ("Mosaic", "i003", "i007", lab.code("Mosaic")):
        assert hidden not in told
    table = vendor.get(f"{home}/errors.csv").text
    assert table.count("\n") == 7
    assert "i003" not in table
    assert "Errors seen" in lead.get(f"{pages(lab)}/run").text.replace("errors seen", "Errors seen")
    with lab.db.reading() as session:
        marked = {one.candidate_id: one.errors_at for one in session.exec(select(PilotPart)).all()}
    assert marked[lab.candidates["Harbor"]] is not None


def test_without_our_labels_a_vendor_sees_its_own_alone(client_as: Browser) -> None:
    _, harbor, _ = closed(client_as(), shows_gold=False)
    page = shown(harbor)
    assert "1 wrong label" in page
    assert "<b>Yours</b>" in page
    assert "<b>Ours</b>" not in page
    # item 19 is a dog in the gold and was delivered as an owl
    assert "dog" not in page.split("i019")[1].split("i039")[0]


def test_a_contest_is_doubted_decided_and_answered_to_its_vendor(client_as: Browser) -> None:
    lead = client_as()
    lab, harbor, mosaic = closed(lead)
    assert contest(harbor, "i019") == 409  # its errors were not shown yet
    shown(harbor)
    shown(mosaic)
    assert contest(harbor, "i003") == 422  # an error of Mosaic's
    assert contest(harbor, "i019", "") == 422
    assert contest(harbor, "i019") == 303
    twice = harbor[0].post(f"{harbor[1]}/errors", data={"item": "i019", "reason": "again"})
    assert (twice.status_code, "contested this item already" in twice.text) == (409, True)
    assert "It has whiskers." not in mosaic[0].get(f"{mosaic[1]}/errors").text
    queue = lead.get(f"{pages(lab)}/adjudication").text
    assert f"candidate {lab.code('Harbor')} contests its error: It has whiskers." in queue
    run = lead.get(f"{pages(lab)}/run").text
    assert f'href="{pages(lab)}/adjudication">1 item</a>' in run
    assert "1 to decide" in run
    doubt = f"{pages(lab)}/adjudication/19"
    assert "Read by candidate" in lead.get(doubt).text
    assert lead.post(doubt, data={"ruling": "stands"}).status_code == 422  # the vendor reads a reason
    named = lead.post(doubt, data={"ruling": "stands", "reason": "mosaic sees a dog too"})
    assert (named.status_code, "without the name Mosaic" in named.text) == (422, True)
    assert lead.post(doubt, data={"ruling": "stands", "reason": "Dogs have whiskers."}).status_code == 303
    answered = harbor[0].get(f"{harbor[1]}/errors").text
    assert "Dogs have whiskers." in answered
    assert "our label stands" in answered
    assert "Dogs have whiskers." not in mosaic[0].get(f"{mosaic[1]}/errors").text
    key = stored(lab)[0].id
    assert harbor[0].post(f"{harbor[1]}/errors/{key}/withdraw").status_code == 409
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/contests").json()
    assert [(one["candidate"], one["ruling"]) for one in told] == [(lab.code("Harbor"), "stands")]
    assert lead.post(f"{doubt}/withdraw").status_code == 303
    assert stored(lab)[0].answered_at is None


def test_a_contest_that_holds_corrects_the_gold_of_a_closed_pilot_and_nothing_else_does(
    client_as: Browser,
) -> None:
    lead = client_as()
    lab, harbor, _ = closed(lead)
    shown(harbor)
    path = f"{pages(lab)}/adjudication"
    assert lead.post(f"{path}/3", data={"ruling": "exclude", "reason": "blurred"}).status_code == 409
    assert contest(harbor, "i019") == 303
    wrong = {"ruling": "wrong", "label": "owl", "reason": "It is an owl."}
    assert lead.post(f"{path}/19", data=wrong).status_code == 303
    assert lead.post(f"{path}/publish?seen=1").status_code == 303
    lab.compared()
    page = harbor[0].get(f"{harbor[1]}/errors").text
    assert "Settled meanwhile" in page
    assert "you were right, our label is corrected" in page
    assert re.findall(r"<h2>(i\d+)", page) == ["i039", "i059", "i079", "i099", "i119"]
    with lab.db.reading() as session:
        assert pilots.golds(session, lab.pilot_id)[0].number == 2


def test_the_window_ends_with_its_last_day_where_the_evaluation_is(client_as: Browser) -> None:
    lead = client_as()
    lab, harbor, _ = closed(lead, contest_days=2)
    shown(harbor)
    assert contest(harbor, "i019") == 303
    key = stored(lab)[0].id
    with lab.db.writing() as session:
        evaluation = session.get_one(Evaluation, lab.evaluation_id)
        zone = ZoneInfo(evaluation.time_zone)
        last = clock.now().astimezone(zone).date() + timedelta(days=2)
        pilot = session.get_one(Pilot, lab.pilot_id)
        run = service.run_of(session, pilot)
        assert service.last_contest_day(pilot, run, evaluation) == last
    run_page = lead.get(f"{pages(lab)}/run").text.replace("\xa0", " ")
    assert f"until the end of {last.day} {last:%b} {last.year} ({zone.key})" in run_page
    age(lab, days=3)
    assert contest(harbor, "i039") == 409
    assert "could be contested until" in harbor[0].get(f"{harbor[1]}/errors").text
    gone = harbor[0].post(f"{harbor[1]}/errors/{key}/withdraw")
    assert gone.status_code == 409
    assert "Contest this item" not in harbor[0].get(f"{harbor[1]}/errors").text
    age(lab, days=-3)
    assert harbor[0].post(f"{harbor[1]}/errors/{key}/withdraw").status_code == 303
    assert contest(harbor, "i019", "Now with a better reason.") == 303


def age(lab: Lab, days: int) -> None:
    with lab.db.writing() as session:
        connection = session.connection()
        pilot = session.get_one(Pilot, lab.pilot_id)
        assert pilot.closed_at is not None
        table = Pilot.__table__  # type: ignore[attr-defined]
        earlier = pilot.closed_at - timedelta(days=days)
        connection.execute(table.update().where(table.c.id == pilot.id).values(closed_at=earlier))


def test_without_a_window_errors_are_read_and_not_contested(client_as: Browser) -> None:
    _, harbor, _ = closed(client_as(), contest_days=0)
    assert "not contested here" in shown(harbor)
    assert contest(harbor, "i019") == 409


def test_who_saw_its_errors_delivers_no_further_round(client_as: Browser) -> None:
    lead = client_as()
    lab, harbor, mosaic = closed(lead)
    shown(harbor)
    move(lab, "measuring", "running")
    assert "once the pilot is closed" in harbor[0].get(f"{harbor[1]}/errors").text
    for side in (harbor, mosaic):
        confirm(*side)
    refused = send(*harbor, delivery_csv(30), round_=2)
    assert (refused.status_code, "no further round is open to you" in refused.text) == (409, True)
    assert send(*mosaic, delivery_csv(30), round_=2).status_code == 303


def test_another_vendors_contest_cannot_be_reached(client_as: Browser) -> None:
    lead = client_as()
    lab, harbor, mosaic = closed(lead)
    shown(harbor)
    shown(mosaic)
    assert contest(harbor, "i019") == 303
    key = stored(lab)[0].id
    browser, home = mosaic
    assert browser.post(f"{home}/errors/{key}/withdraw").status_code == 404
    for answer in (
        browser.get(f"{harbor[1]}/errors"),
        browser.get(f"{harbor[1]}/errors.csv"),
        browser.post(f"{harbor[1]}/errors/show"),
        browser.post(f"{harbor[1]}/errors", data={"item": "i039", "reason": "x"}),
        browser.post(f"{harbor[1]}/errors/{key}/withdraw"),
    ):
        assert answer.status_code == 404
        assert "i019" not in answer.text
    assert len(stored(lab)) == 1
    with lab.db.writing() as session, pytest.raises(Conflict, match="contested this item already"):
        row = session.exec(select(ItemContest)).one()
        reviews.add_contest(
            session, LEAD, session.get_one(Pilot, lab.pilot_id),
            candidate_id=row.candidate_id, code=row.code, item="i019", reason="again", gold_number=1,
        )  # fmt: skip


@pytest.mark.parametrize("way", ["its stage", "its own page"])
def test_however_a_pilot_is_closed_its_vendor_sees_score_and_errors(client_as: Browser, way: str) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    for wrong in (20, 30):  # the second file is a second round that nobody opened by the run's stage
        lab.deliver("Harbor", delivery_csv(wrong))
    lab.compared()
    assert "0.97" not in vendor.get(home).text
    if way == "its stage":
        move(lab, "delivered", "measuring", "closed")
    else:
        assert lead.post(f"{pages(lab)}/close").status_code == 303
    page = vendor.get(home).text
    assert "0.97" in page
    assert f"{home}/errors" in page
    assert lead.get(f"/api/v1/pilots/{lab.pilot_id}/run").json()["shown_round"] == 2
    assert lead.post(f"{pages(lab)}/reopen").status_code == 303
    assert "0.97" not in vendor.get(home).text
