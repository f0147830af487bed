import io
import re
import zipfile
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from app.accounts import service as accounts
from app.core.errors import Conflict, Forbidden
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.kit import clock
from app.pilots.models import Delivery
from app.runs import queries, service
from app.runs.models import PackDownload
from app.runs.schemas import RunIn
from tests.pilots.samples import EVALUATOR, LEAD, delivery_csv, gold_csv
from tests.runs.running import (
    Browser,
    as_vendor,
    confirm,
    entered,
    laid_out,
    move,
    pages,
    prepare,
    send,
    sign,
)


def test_pack_leaves_only_signed_agreed_and_logged_and_holds_no_gold(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, "confidential")
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    early = vendor.post(f"{home}/pack")
    assert (early.status_code, "Not signed yet" in early.text) == (403, True)
    sign(lab, "Harbor", "nda")
    assert "once the pilot is agreed" in vendor.post(f"{home}/pack").text
    move(lab, "agreed")
    taken = vendor.post(f"{home}/pack")
    assert taken.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(taken.content))
    members = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"README.txt", "items.csv", "instructions.html", "ontology.json"} <= set(members)
    rows = members["items.csv"].splitlines()
    assert rows[0] == "order,item"
    assert sorted(row.split(",")[1] for row in rows[1:]) == [f"i{at:03}" for at in range(120)]
    labels = dict(line.split(",") for line in gold_csv().decode().splitlines()[1:])
    for name, text in members.items():
        for item, label in labels.items():
            assert not any(item in line and label in line for line in text.splitlines()), (name, item)
        assert "planted" not in text
        if name != "items.csv":
            assert "i007" not in text
    with lab.db.reading() as session:
        logged = session.exec(select(PackDownload)).all()
    assert [(one.by_link, one.gold_number, one.instructions) for one in logged] == [(True, 1, 1)]
    assert "by the vendor" in lead.get(f"{pages(lab)}/parts/{lab.candidates['Harbor']}").text


def test_vendor_confirms_delivers_and_gets_a_receipt(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, governance=Governance.SOLO)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    assert "No delivery is taken now" in send(vendor, home, delivery_csv(20)).text
    move(lab, "agreed", "running")
    unconfirmed = send(vendor, home, delivery_csv(20))
    assert (unconfirmed.status_code, "Confirm version 1" in unconfirmed.text) == (409, True)
    confirm(vendor, home)
    other = send(vendor, home, delivery_csv(20).replace(b"i0", b"z0"))
    assert (other.status_code, "delivery for another pilot" in other.text) == (422, True)
    wrong = send(vendor, home, delivery_csv(20), round_=2)
    assert (wrong.status_code, "round 1 is open" in wrong.text) == (409, True)
    nameless = send(vendor, home, delivery_csv(20), round_=0)
    assert (nameless.status_code, "Name the round that is open: 1." in nameless.text) == (409, True)
    assert send(vendor, home, delivery_csv(20)).status_code == 303
    twice = send(vendor, home, delivery_csv(20))
    assert (twice.status_code, "here already, as round 1" in twice.text) == (409, True)
    page = vendor.get(home).text
    with lab.db.reading() as session:
        row = session.exec(select(Delivery)).one()
    assert row.instructions == 1
    assert row.digest in page.replace("<wbr>", "")
    assert "instructions 1" in lead.get(pages(lab)).text
    assert "Your score" not in page


def test_last_day_and_attempts_end_the_round_and_the_words_say_so(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    confirm(vendor, home)
    with lab.db.writing() as session:
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=RunIn(attempts=1), seen=None)
    assert send(vendor, home, delivery_csv(20)).status_code == 303
    assert "All 1 attempts" in send(vendor, home, delivery_csv(30)).text
    yesterday = clock.now().date() - timedelta(days=2)
    with lab.db.writing() as session:
        entry = RunIn(attempts=3, deadline=yesterday)
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    assert "last day of this round is over" in send(vendor, home, delivery_csv(30)).text


def test_score_is_shown_after_measuring_with_the_threshold_and_nothing_of_others(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    move(lab, "delivered", "measuring")
    assert "0.950" not in vendor.get(home).text
    move(lab, "closed")
    page = vendor.get(home).text
    assert ">0.95<" in page
    assert "floor 0.9" in page
    for hidden in ("Mosaic", "0.750", "i007"):
        assert hidden not in page


def test_a_link_reaches_its_own_part_alone(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    mine, _ = as_vendor(lead, lab, "Harbor")
    theirs, home = as_vendor(lead, lab, "Mosaic")
    move(lab, "agreed", "running")
    confirm(theirs, home)
    theirs.post(f"{home}/questions", data={"kind": "question", "text": "Is an owl a cat?"})
    with lab.db.reading() as session:
        thread = service.threads_of(session, actor=LEAD, pilot_id=lab.pilot_id)[0].question.id
    for name, value in list(mine.cookies.items()):  # its own secret under the other part's name
        mine.cookies.set(re.sub(r"[0-9a-f]{32}$", UUID(home.rpartition("/")[2]).hex, name), value)
    answers = [
        mine.get(home),
        mine.post(f"{home}/pack"),
        send(mine, home, delivery_csv(20)),
        mine.post(f"{home}/promises", data={"digest": "x"}),
        mine.post(f"{home}/instructions", data={"number": "1"}),
        mine.post(f"{home}/questions", data={"text": "hello"}),
        mine.post(f"{home}/questions/{thread}/reply", data={"text": "hello"}),
        mine.post(f"{home}/labelers", data={"holder_name": "x"}),
        mine.get(f"/pilot-work/{uuid4()}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 9
    assert not any("owl" in answer.text for answer in answers)
    assert mine.get(pages(lab)).status_code in (303, 401)


def test_withdrawn_and_replaced_links_end_at_once(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    first, home = as_vendor(lead, lab, "Harbor")
    second, _ = as_vendor(lead, lab, "Harbor")
    assert (first.get(home).status_code, second.get(home).status_code) == (410, 200)
    lead.post(f"{pages(lab)}/parts/{lab.candidates['Harbor']}/recall")
    gone = second.post(f"{home}/questions", data={"text": "typed long ago"})
    assert (gone.status_code, "typed long ago" in gone.text) == (410, True)


def test_labeler_reads_instructions_and_asks_and_reaches_nothing_else(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    labeler, same = entered(lead, vendor.post(f"{home}/labelers", data={"holder_name": "team 1"}).text)
    assert same == home
    page = labeler.get(home).text
    assert "Has whiskers." in page
    for hidden in ("Promises", "Pilot pack", "Deliver", "i007"):
        assert hidden not in page
    assert (
        labeler.post(f"{home}/questions", data={"item": "i007", "text": "Blurred: what now?"}).status_code
        == 303
    )
    assert labeler.post(f"{home}/pack").status_code == 404
    assert send(labeler, home, delivery_csv(20)).status_code == 404
    log = lead.get(f"{pages(lab)}/questions").text
    assert "planted ambiguity noticed" in log
    assert "1 of 1" in log


def test_answers_reach_every_vendor_without_the_asker_and_blind_readers_without_words(
    client_as: Browser,
) -> None:
    lead, blind = client_as(), client_as(Role.EVALUATOR)
    lab = laid_out(lead, governance=Governance.TEAM)
    asker, home = as_vendor(lead, lab, "Harbor")
    other, elsewhere = as_vendor(lead, lab, "Mosaic")
    asker.post(f"{home}/questions", data={"kind": "proposal", "text": "We at Harbor would add a class."})
    assert "add a class" not in other.get(elsewhere).text
    with lab.db.reading() as session:
        key = service.threads_of(session, actor=LEAD, pilot_id=lab.pilot_id)[0].question.id
    publish = f"{pages(lab)}/questions/{key}/publish"
    named = lead.post(publish, data={"question": "Harbor asks for a class", "answer": "No."})
    assert (named.status_code, "This names Harbor" in named.text) == (422, True)
    assert lead.post(publish, data={"question": "One more class?", "answer": "Not now."}).status_code == 303
    assert lead.post(f"{pages(lab)}/questions/{key}/adopt", data={"adopted": "yes"}).status_code == 303
    assert "One more class?" in other.get(elsewhere).text
    shown = blind.get(f"{pages(lab)}/questions").text
    assert "One more class?" in shown
    for hidden in ("Harbor", "add a class"):
        assert hidden not in shown
    assert blind.get(f"/api/v1/pilots/{lab.pilot_id}/questions").status_code == 403
    assert blind.get(f"{pages(lab)}/run").status_code == 403


def test_nobody_confirms_promises_that_changed(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    confirm(vendor, home)
    lab.offer("Harbor", [{"name": "Labeling", "amount": "0.118", "per": "label"}])
    assert "changed since confirmed" in lead.get(f"{pages(lab)}/run").text
    assert "USD 0.118 per label" in vendor.get(home).text
    assert vendor.post(f"{home}/promises", data={"digest": "0" * 64}).status_code == 409
    with pytest.raises(Forbidden), lab.db.reading() as session:
        service.parts_of(session, actor=EVALUATOR, pilot_id=lab.pilot_id)


def test_gold_that_changes_while_a_delivery_is_read_sends_it_back(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    confirm(vendor, home)
    part_id = UUID(home.rpartition("/")[2])
    with lab.db.reading() as session:
        (link,) = queries.live_links(session, part_id, clock.now())
        actor = accounts.actor_of_link(link[1])
    checked = service.check_by_link(
        lab.db, lab.contents, actor=actor, part_id=part_id, round_seen=1,
        upload=lab.upload(delivery_csv(20)), times=None,
    )  # fmt: skip
    lab.gold(gold_csv(shift=1))
    with lab.db.writing() as session, pytest.raises(Conflict, match="changed while your file was read"):
        service.deliver_by_link(session, actor=actor, part_id=part_id, round_seen=1, checked=checked)
    assert send(vendor, home, delivery_csv(20)).status_code == 303
