import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from app.accounts import service as accounts
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Governance
from app.kit import clock
from app.pilots import queries_run, service
from app.pilots.models import Delivery
from app.pilots.models_run import PackDownload, PilotStage
from app.pilots.schemas import CriteriaIn, CriterionIn, PilotIn
from app.pilots.schemas_run import (
    ClassIn,
    LabelingPlanIn,
    OurQuestionIn,
    PartLinkIn,
    PublishIn,
    ReplyIn,
    RunIn,
    StageIn,
)
from app.pilots.service.packs import shuffled
from app.pilots.service.questions import turns
from app.vendors import service as vendors
from app.vendors.models import AgreementState
from app.vendors.schemas import AgreementIn
from tests.pilots.samples import EVALUATOR, LEAD, Lab, delivery_csv, gold_csv, start

Browser = Callable[..., TestClient]
PLAN = LabelingPlanIn(
    steps="Open the item.\nChoose the class.",
    ontology=[ClassIn(name="cat", definition="A domestic cat.", confused_with="owl", decide="Has whiskers.")],
    planted=["i007"],
    location="https://files.example.org/pilot",
)
VENDORS = ("Harbor", "Mosaic", "Northwind")


def prepare(lab: Lab, *, publish: bool = True) -> None:
    """Criteria, gold, plan and instructions; no link yet."""
    lab.gold(gold_csv())
    with lab.db.writing() as session:
        criteria = CriteriaIn(criteria=[CriterionIn(metric="accuracy", floor=0.9)])
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=criteria, seen=None)
        service.set_plan(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PLAN, seen=None)
        if publish:
            service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())


def move(lab: Lab, *stages: str, reason: str = "") -> None:
    for stage in stages:
        with lab.db.writing() as session:
            entry = StageIn(stage=PilotStage(stage), reason=reason)
            service.set_stage(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)


def sign(lab: Lab, who: str, *kinds: str) -> None:
    with lab.db.writing() as session:
        view, _ = evaluations.candidate_of(session, actor=LEAD, candidate_id=lab.candidates[who])
        for kind in kinds:
            entry = AgreementIn(kind=kind, state=AgreementState.SIGNED, signed_on="2026-01-05")
            vendors.add_agreement(session, actor=LEAD, vendor_id=view.vendor.id, entry=entry)


def pages(lab: Lab) -> str:
    return f"/evaluations/{lab.evaluation_id}/pilot/{lab.pilot_id}"


def laid_out(client: TestClient, data_class: str = "public", governance: Governance = Governance.SOLO) -> Lab:
    state = client.app.state  # type: ignore[attr-defined]
    return start(
        state.database, state.contents, governance, PilotIn(task="classification", data_class=data_class)
    )


def as_vendor(lead: TestClient, lab: Lab, who: str) -> tuple[TestClient, str]:
    """A browser without an account that pressed the button of the vendor's link, and where it is."""
    made = lead.post(f"{pages(lab)}/parts/{lab.candidates[who]}", data={"holder_name": "Ines", "days": "30"})
    assert made.status_code == 200
    return entered(lead, made.text)


def entered(lead: TestClient, text: str) -> tuple[TestClient, str]:
    found = re.search(r"/pilot-link/[\w-]+", text)
    assert found is not None
    browser = TestClient(lead.app, follow_redirects=False)
    browser.portal = lead.portal
    button = browser.get(found[0])
    assert button.status_code == 200
    assert "Open the pilot" in button.text
    there = browser.post(found[0]).headers["location"]
    return browser, there


def send(vendor: TestClient, home: str, data: bytes, round_: int = 1) -> Response:
    files = {"file": ("labels.csv", io.BytesIO(data))}
    return vendor.post(f"{home}/deliver", data={"round": str(round_)}, files=files)


def confirm(vendor: TestClient, home: str, version: int = 1) -> None:
    page = vendor.get(home).text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None
    assert vendor.post(f"{home}/promises", data={"digest": digest[1]}).status_code == 303
    assert vendor.post(f"{home}/instructions", data={"number": str(version)}).status_code == 303


def test_guards_hold_the_agreement_and_tell_everything_that_is_missing(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.TEAM, PilotIn(task="classification", data_class="confidential"))
    with pytest.raises(Conflict) as failure:
        move(lab, "agreed")
    for word in ("criteria", "gold", "instructions", "Harbor", "promises", "price"):
        assert word in failure.value.message
    prepare(lab)
    with lab.db.reading() as session:
        found = service.open_pilot(session, LEAD, lab.pilot_id)
        met = {one.id: one.met for one in service.checklist(session, found)}
    assert met == {
        "criteria": True, "gold": True, "instructions": True,
        "agreements": False, "price": False, "promises": False,
    }  # fmt: skip


def test_stages_follow_one_another_lock_the_criteria_and_open_rework_rounds(
    lab_of: Callable[..., Lab],
) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task="classification"))
    prepare(lab)
    with pytest.raises(Conflict, match="one of: agreed, aborted"):
        move(lab, "running")
    move(lab, "agreed", "calibrating", "running")
    with lab.db.reading() as session:
        assert service.open_pilot(session, LEAD, lab.pilot_id).pilot.criteria_locked_at is not None
    with pytest.raises(Conflict, match="Nobody has delivered"):
        move(lab, "delivered")
    lab.deliver("Harbor", delivery_csv(20))
    move(lab, "delivered", "measuring", "running")
    with lab.db.reading() as session:
        run = service.run_of(session, service.open_pilot(session, LEAD, lab.pilot_id).pilot)
        assert (run.round, run.shown_round) == (2, 1)
    move(lab, "delivered", "measuring")
    with pytest.raises(Conflict, match="All 2 rounds"):
        move(lab, "running")
    with pytest.raises(Invalid, match="given up"):
        move(lab, "aborted")
    move(lab, "aborted", reason="no budget")


def test_publishing_needs_steps_and_from_the_second_version_a_reason(lab: Lab) -> None:
    with lab.db.writing() as session, pytest.raises(Invalid, match="step by step"):
        service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())
    prepare(lab)
    with lab.db.writing() as session, pytest.raises(Invalid, match="Say why"):
        service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())
    with lab.db.writing() as session, pytest.raises(Conflict, match="Nothing changed"):
        entry = PublishIn(reason="question 3")
        service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)


def test_a_class_needs_the_rule_that_decides_and_stands_once() -> None:
    with pytest.raises(ValueError, match="how to decide between cat and dog"):
        ClassIn(name="cat", definition="A cat.", confused_with="dog")
    with pytest.raises(ValueError, match="stand twice: cat"):
        LabelingPlanIn(ontology=[{"name": "cat", "definition": "a"}, {"name": "cat", "definition": "b"}])


def test_order_differs_between_vendors_holds_every_item_and_repeats(lab: Lab) -> None:
    items = [{"item": f"i{at:03}"} for at in range(120)]
    first, again, other = shuffled(items, "1|a"), shuffled(items, "1|a"), shuffled(items, "1|b")
    assert first == again
    assert first != other
    assert first != items
    assert sorted(one["item"] for one in first) == [one["item"] for one in items]


def test_vendor_hours_leave_our_delay_and_our_reminders_out() -> None:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=UTC)

    # Monday 9 we ask, 11 the vendor asks back, Tuesday 11 we explain, remind Wednesday 10, it answers at 12
    said = [
        (True, at(16, 9)),
        (False, at(16, 11)),
        (True, at(17, 11)),
        (True, at(18, 10)),
        (False, at(18, 12)),
    ]
    theirs, ours = turns(said, ZoneInfo("UTC"))
    assert theirs == [2.0, 9.0]
    assert ours == 8.0


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
    assert "0.950" in page
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


def test_median_of_working_hours_reaches_the_scorecard(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task="classification"))
    prepare(lab)
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    with lab.db.reading() as session:
        assert "questions.median_hours_vendor" not in service.metrics_for(session, lab.candidates["Harbor"])
    ask_and_answer(lab, hours=3)
    with lab.db.reading() as session:
        measure = service.metrics_for(session, lab.candidates["Harbor"])["questions.median_hours_vendor"]
    assert (measure.mid, measure.unit) == (pytest.approx(3.0), "hours")


def ask_and_answer(lab: Lab, hours: int) -> None:
    with lab.db.writing() as session:
        who = lab.candidates["Harbor"]
        url, _ = service.send_part(
            session, actor=LEAD, pilot_id=lab.pilot_id, candidate_id=who,
            entry=PartLinkIn(holder_name="Ines"), base_url="",
        )  # fmt: skip
        link, access = service.open_part_link(session, url.rpartition("/")[2])
        actor, part_id = accounts.actor_of_link(link), access.part.id
        entry = OurQuestionIn(candidate_id=who, text="How many labelers tomorrow?")
        row = service.ask_vendor(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)
        session.flush()
        key = row.id
    with lab.db.writing() as session:
        message = queries_run.messages(session, [key])[key][0]
        monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
        message.sent_at = monday
        session.add(message)
        service.reply_by_link(
            session, actor=actor, part_id=part_id, question_id=key, entry=ReplyIn(text="Nine.")
        )
        answer = queries_run.messages(session, [key])[key][1]
        answer.sent_at = monday + timedelta(hours=hours)
        session.add(answer)


def test_milestones_that_are_none_are_named_by_line(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    bad = lead.post(f"{pages(lab)}/run", data={"milestones": "2026-12-01 First half\nsoon Second half"})
    assert (bad.status_code, "Line 2" in bad.text) == (422, True)
    good = lead.post(f"{pages(lab)}/run", data={"milestones": "2026-01-05 First half | 2026-01-06"})
    assert good.status_code == 303
    assert "done 6 Jan 2026, late" in lead.get(f"{pages(lab)}/run").text.replace("\xa0", " ")


def test_labeling_plan_form_keeps_numbered_rows_and_names_faults_at_them(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    page = f"{pages(lab)}/labeling-plan"
    assert "Draw at random" in lead.get(page).text
    bad = lead.post(page, data={"class_name_2": "cat", "class_definition_2": ""})
    assert (bad.status_code, 'id="error-class_definition_2"' in bad.text) == (422, True)
    good = {"class_name_1": "cat", "class_definition_1": "A cat.", "steps": "Look."}
    assert lead.post(page, data=good).status_code == 303
    assert lead.post(f"{pages(lab)}/publish", data={}).status_code == 303
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/instructions").json()
    assert told[0]["plan"]["ontology"][0]["name"] == "cat"
    assert "planted" not in told[0]["plan"] or told[0]["plan"]["planted"] == []


def test_api_runs_a_pilot_as_the_pages_do(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    root = f"/api/v1/pilots/{lab.pilot_id}"
    run = lead.get(f"{root}/run")
    assert (run.json()["stage"], run.json()["instructions"]) == ("planned", 1)
    entry = {"rounds": 3, "deadline": str(date(2027, 1, 8))}
    assert (
        lead.put(f"{root}/run", json=entry, headers={"If-Match": run.headers["etag"]}).json()["rounds"] == 3
    )
    assert lead.post(f"{root}/stage", json={"stage": "agreed"}).json()["next"] == [
        "calibrating",
        "running",
        "aborted",
    ]
    link = lead.post(f"{root}/parts/{lab.candidates['Harbor']}/link", json={"holder_name": "Ines"})
    assert "/pilot-link/" in link.json()["url"]
    assert lead.post(f"{root}/parts/{lab.candidates['Harbor']}/pack").content[:2] == b"PK"
    assert len(lead.get(f"{root}/parts/{lab.candidates['Harbor']}/downloads").json()) == 1
    asked = lead.post(
        f"{root}/questions", json={"candidate_id": str(lab.candidates["Harbor"]), "text": "Ready?"}
    ).json()
    assert asked["hours"] is None
    assert lead.delete(f"{root}/parts/{lab.candidates['Harbor']}/link").status_code == 204
    parts = lead.get(f"{root}/parts").json()
    assert {one["candidate"]: one["link_until"] for one in parts}[lab.code("Harbor")] is None


def test_nobody_confirms_promises_that_changed(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    confirm(vendor, home)
    lab.offer("Harbor", [{"name": "Labeling", "amount": "0.118", "per": "label"}])
    assert "changed since confirmed" in lead.get(f"{pages(lab)}/run").text
    assert "Labeling 0.118 per label" in vendor.get(home).text
    assert vendor.post(f"{home}/promises", data={"digest": "0" * 64}).status_code == 409
    with pytest.raises(Forbidden), lab.db.reading() as session:
        service.parts_of(session, actor=EVALUATOR, pilot_id=lab.pilot_id)
