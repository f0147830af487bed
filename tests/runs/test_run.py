from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.accounts import service as accounts
from app.assessment.service.measures import metrics_for
from app.core.errors import Conflict, Invalid
from app.evaluations.models import Governance
from app.pilots import service as pilots
from app.pilots.schemas import PilotIn
from app.runs import queries, service
from app.runs.schemas import ClassIn, LabelingPlanIn, OurQuestionIn, PartLinkIn, PublishIn, ReplyIn
from app.runs.service.packs import shuffled
from app.runs.service.questions import turns
from tests.pilots.samples import LEAD, Lab, delivery_csv
from tests.pilots.test_pages import send
from tests.runs.running import (
    PLAN,
    Browser,
    laid_out,
    move,
    pages,
    prepare,
)


def test_guards_hold_the_agreement_and_tell_everything_that_is_missing(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.TEAM, PilotIn(task="classification", data_class="confidential"))
    with pytest.raises(Conflict) as failure:
        move(lab, "agreed")
    for word in ("criteria", "gold", "instructions", "Harbor", "promises", "price"):
        assert word in failure.value.message
    prepare(lab)
    with lab.db.reading() as session:
        found = pilots.open_pilot(session, LEAD, lab.pilot_id)
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
        assert pilots.open_pilot(session, LEAD, lab.pilot_id).pilot.criteria_locked_at is not None
    with pytest.raises(Conflict, match="Nobody has delivered"):
        move(lab, "delivered")
    lab.deliver("Harbor", delivery_csv(20))
    move(lab, "delivered", "measuring", "running")
    with lab.db.reading() as session:
        run = service.run_of(session, pilots.open_pilot(session, LEAD, lab.pilot_id).pilot)
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
    for entry in (PublishIn(), PublishIn(reason="question 3")):
        with lab.db.writing() as session, pytest.raises(Conflict, match="Nothing changed"):
            service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)
    with lab.db.writing() as session, pytest.raises(Invalid, match="Say why"):
        plan = PLAN.model_copy(update={"steps": "Read it twice."})
        service.set_plan(session, actor=LEAD, pilot_id=lab.pilot_id, entry=plan, seen=None)
        service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())


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


def test_median_of_working_hours_reaches_the_scorecard(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task="classification"))
    prepare(lab)
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    with lab.db.reading() as session:
        assert "questions.median_hours_vendor" not in metrics_for(session, lab.candidates["Harbor"])
    ask_and_answer(lab, hours=3)
    with lab.db.reading() as session:
        measure = metrics_for(session, lab.candidates["Harbor"])["questions.median_hours_vendor"]
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
        message = queries.messages(session, [key])[key][0]
        monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
        message.sent_at = monday
        session.add(message)
        service.reply_by_link(
            session, actor=actor, part_id=part_id, question_id=key, entry=ReplyIn(text="Nine.")
        )
        answer = queries.messages(session, [key])[key][1]
        answer.sent_at = monday + timedelta(hours=hours)
        session.add(answer)


def test_proposed_milestones_begin_on_the_day_itself_and_skip_weekends() -> None:
    friday = date(2026, 11, 20)
    proposed = service.template_milestones(friday)
    assert [one.day for one in proposed[:3]] == [friday, date(2026, 12, 1), date(2026, 12, 4)]
    assert all(one.day.weekday() < 5 for one in proposed)


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
    assert 'name="class_name_4"' not in lead.get(page).text
    wide = b"item,label\na,one\nb,two\nc,three\nd,four\ne,five"
    assert send(lead, lab, "gold", wide, "gold.csv").status_code == 303
    assert 'name="class_name_5"' in lead.get(page).text
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
