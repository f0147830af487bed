"""After sending: deadlines, late drafts, reminders, sent-back answers, clarifications, delegated sections."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from sqlmodel import select

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.core.errors import Conflict, Invalid, NotFound
from app.jobs.models import OutgoingMail
from app.kit import clock
from app.kit.actors import Actor
from app.questionnaires import queries, service
from app.questionnaires.models import ResponseState
from app.questionnaires.schemas import AnswerIn, AskIn, ClarifyIn, DelegateIn, ExtendIn, ReturnIn
from tests.questionnaires.conftest import Scene

BASE = "https://assay.example.org"
START = datetime(2026, 12, 1, 9, tzinfo=UTC)
DUE = datetime(2026, 12, 11, tzinfo=UTC).date()


def keep(scene: Scene, actor: Actor, question_id: str, value: object, seen: int | None = None) -> bool:
    with scene.db.writing() as session:
        return service.save_or_keep(
            session,
            actor=actor,
            response_id=scene.response_id,
            question_id=question_id,
            entry=AnswerIn(value=value),
            seen=seen,
        )


def reminded(scene: Scene) -> int:
    with scene.db.writing() as session:
        return service.remind(session, base_url=BASE)


def mails(scene: Scene) -> list[OutgoingMail]:
    with scene.db.reading() as session:
        return list(session.exec(select(OutgoingMail).order_by(OutgoingMail.id)).all())


def submit(scene: Scene, actor: Actor) -> None:
    with scene.db.writing() as session:
        service.submit_response(session, actor=actor, response_id=scene.response_id)


def test_reminders_go_out_seven_three_and_one_day_before_once_each(scene: Scene) -> None:
    with time_machine.travel(START, tick=False) as now:
        scene.send(holder_email="maria@harbor.example", due=DUE)
        counts = {}
        for day in range(12):
            for hour in (7, 9, 15):
                now.move_to(START.replace(hour=hour) + timedelta(days=day))
                if reminded(scene):
                    counts[(DUE - clock.now().date()).days] = hour
    assert counts == {7: 9, 3: 9, 1: 9}
    assert [mail.purpose for mail in mails(scene)] == ["invitation", *["reminder"] * 3]
    assert all("/vendor-link/" in mail.text for mail in mails(scene))


@pytest.mark.parametrize("how", ["submitted", "closed", "recalled", "switched off", "over"])
def test_reminders_stop(scene: Scene, how: str) -> None:
    with time_machine.travel(START, tick=False) as now:
        wanted = how != "switched off"
        _, vendor = scene.send(holder_email="maria@harbor.example", due=DUE, reminders=wanted)
        scene.answer("ramp", "5", actor=vendor)
        now.move_to(START + timedelta(days=3))
        with scene.db.writing() as session:
            given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
            if how == "submitted":
                service.submit_response(session, actor=vendor, response_id=scene.response_id)
            elif how == "closed":
                service.close_response(**given)
            elif how == "recalled":
                service.recall_response(**given)
        days = range(11, 20) if how == "over" else range(3, 12)
        for day in days:
            now.move_to(START + timedelta(days=day))
            assert reminded(scene) == 0


def test_missed_reminder_goes_out_once_the_worker_runs_again(scene: Scene) -> None:
    with time_machine.travel(START, tick=False) as now:
        scene.send(holder_email="maria@harbor.example", due=DUE)
        now.move_to(START + timedelta(days=8))
        assert reminded(scene) == 1
        assert reminded(scene) == 0


def test_link_of_a_reminder_works_beside_the_first_one(scene: Scene) -> None:
    first, _ = scene.send(holder_email="maria@harbor.example")
    with scene.db.writing() as session:
        service.send_reminder(session, actor=scene.lead, response_id=scene.response_id, base_url=BASE)
    second = mails(scene)[-1].text.partition("/vendor-link/")[2].split()[0]
    with scene.db.reading() as session:
        for secret in (first, second):
            assert service.open_vendor_link(session, secret)[1].response.id == scene.response_id
    with scene.db.writing() as session:
        service.recall_response(session, actor=scene.lead, response_id=scene.response_id)
    with scene.db.reading() as session, pytest.raises(Conflict, match="withdrawn"):
        service.open_vendor_link(session, second)


def test_what_is_typed_after_the_last_day_is_kept_until_it_is_taken_over(scene: Scene) -> None:
    with time_machine.travel(START, tick=False) as now:
        _, vendor = scene.send(due=DUE)
        assert keep(scene, vendor, "ramp", "5") is False
        now.move_to(datetime(2026, 12, 11, 23, 59, 59, tzinfo=UTC))
        assert keep(scene, vendor, "ramp", "6", seen=1) is False
        now.move_to(datetime(2026, 12, 12, 0, 0, tzinfo=UTC))
        assert keep(scene, vendor, "ramp", "7", seen=2) is True
        assert keep(scene, vendor, "ramp", "8", seen=2) is True
        with pytest.raises(Invalid):
            keep(scene, vendor, "ramp", "many")
        assert scene.held().rows["ramp"].value == "6"
        with scene.db.reading() as session:
            (draft,) = service.drafts_of(session, actor=scene.lead, response_id=scene.response_id)
        assert draft.text == "8\u00a0weeks"
        with scene.db.writing() as session:
            entry = ExtendIn(due=DUE + timedelta(days=7))
            service.extend_response(session, actor=scene.lead, response_id=scene.response_id, entry=entry)
        row = scene.held().rows["ramp"]
        assert (row.value, row.answered_by) == ("8", vendor.id)
        assert keep(scene, vendor, "ramp", "9") is False


def test_a_colleague_who_types_while_the_answers_are_handed_in_loses_nothing(scene: Scene) -> None:
    _, vendor = scene.send()
    keep(scene, vendor, "ramp", "5")
    submit(scene, vendor)
    assert keep(scene, vendor, "bad_week", "We lost a batch.") is True
    with scene.db.writing() as session:
        assert service.leave_drafts(session, actor=scene.lead, response_id=scene.response_id) == 1
    assert "bad_week" not in scene.held().rows
    with scene.db.writing() as session, pytest.raises(Conflict):
        service.accept_drafts(session, actor=vendor, response_id=scene.response_id)


def test_answer_that_was_sent_back_is_the_only_one_the_vendor_can_change(scene: Scene) -> None:
    _, vendor = scene.send(holder_email="maria@harbor.example")
    keep(scene, vendor, "ramp", "5")
    entry = ReturnIn(reason="Which part of this is training?", due=clock.now().date() + timedelta(days=5))
    given = {"actor": scene.lead, "response_id": scene.response_id, "entry": entry, "base_url": BASE}
    with scene.db.writing() as session, pytest.raises(Conflict, match="not handed in"):
        service.return_answer(session, question_id="ramp", **given)
    submit(scene, vendor)
    with scene.db.writing() as session:
        service.return_answer(session, question_id="ramp", **given)
    assert "Which part" not in mails(scene)[-1].text
    assert mails(scene)[-1].purpose == "reminder"
    with pytest.raises(Conflict, match="sent back"):
        keep(scene, vendor, "attrition", "30")
    keep(scene, vendor, "ramp", "6", seen=1)
    submit(scene, vendor)
    with scene.db.reading() as session:
        assert queries.open_returns(session, scene.response_id) == []
    assert scene.held().access.response.state is ResponseState.SUBMITTED


@pytest.mark.parametrize("how", ["submitted", "closed"])
def test_taking_back_what_was_sent_back_leaves_the_response_as_finished_as_it_was(
    scene: Scene, how: str
) -> None:
    _, vendor = scene.send()
    keep(scene, vendor, "ramp", "5")
    keep(scene, vendor, "attrition", "30")
    given = {"actor": scene.lead, "response_id": scene.response_id}
    if how == "submitted":
        submit(scene, vendor)
    else:
        with scene.db.writing() as session:
            service.close_response(session, **given)
    entry = ReturnIn(reason="Which part of this is training?", due=clock.now().date() + timedelta(days=5))
    ids = []
    for question in ("ramp", "attrition"):
        with scene.db.writing() as session:
            row = service.return_answer(session, question_id=question, entry=entry, base_url=BASE, **given)
            ids.append(row.id)
    keep(scene, vendor, "ramp", "6", seen=1)
    with scene.db.writing() as session, pytest.raises(NotFound):
        service.withdraw_return(session, actor=vendor, response_id=scene.response_id, return_id=ids[0])
    with scene.db.writing() as session:
        row = service.withdraw_return(session, return_id=ids[0], **given)
        assert row.state is ResponseState.IN_PROGRESS
    with pytest.raises(Conflict, match="sent back"):
        keep(scene, vendor, "ramp", "7", seen=2)
    with scene.db.writing() as session:
        assert service.withdraw_return(session, return_id=ids[1], **given).state == how
    with scene.db.writing() as session, pytest.raises(NotFound):
        service.withdraw_return(session, return_id=ids[1], **given)
    assert scene.held().rows["ramp"].value == "6"


def test_clarification_reaches_everybody_and_names_nobody(scene: Scene) -> None:
    other = scene.start(1)
    _, harbor = scene.send(holder_email="maria@harbor.example")
    _, northlight = scene.send(other, holder_email="nils@northlight.example")

    def read(actor: Actor, response_id: UUID) -> list[tuple[str, str, bool, str]]:
        with scene.db.reading() as session:
            found = service.clarifications_of(session, actor=actor, response_id=response_id)
        return [(each.text, each.row.answer, each.is_own, each.vendor) for each in found]

    with scene.db.writing() as session:
        entry = AskIn(text="We at Harbor count trainees; shall we?")
        row = service.ask(session, actor=harbor, response_id=scene.response_id, entry=entry)
        key = row.id
    assert read(northlight, other) == []
    with scene.db.writing() as session:
        entry = ClarifyIn(wording="Do trainees count?", answer="No.")
        service.clarify(session, actor=scene.lead, clarification_id=key, entry=entry, seen=1)
    assert read(northlight, other) == [("Do trainees count?", "No.", False, "")]
    assert read(harbor, scene.response_id) == [("Do trainees count?", "No.", True, "")]
    told = [mail for mail in mails(scene) if mail.purpose == "clarification"]
    assert {mail.to for mail in told} == {"maria@harbor.example", "nils@northlight.example"}
    assert not any("Harbor" in mail.text + mail.html for mail in told)
    with scene.db.writing() as session, pytest.raises(Conflict):
        service.clarify(session, actor=scene.lead, clarification_id=key, entry=entry, seen=1)
    with scene.db.writing() as session, pytest.raises(NotFound):
        service.clarify(session, actor=northlight, clarification_id=key, entry=entry, seen=None)


def test_delegated_link_opens_one_section_and_ends_with_the_first(scene: Scene) -> None:
    _, vendor = scene.send()
    with scene.db.writing() as session:
        url = service.delegate_section(
            session,
            actor=vendor,
            response_id=scene.response_id,
            section_id="flexibility",
            entry=DelegateIn(holder_name="Ben"),
            base_url=BASE,
        )
        link = accounts.open_link(session, url.rpartition("/")[2], LinkPurpose.VENDOR)
        ben = accounts.actor_of_link(link)
    scene.answer("price_table", [{"component": "Labels", "unit": "label", "price_full": "0.05 USD"}])
    assert keep(scene, ben, "ramp", "5") is False
    held = scene.held(ben)
    assert set(held.rows) == {"ramp"}
    for question in ("price_table", "workforce_model"):
        with pytest.raises(NotFound):
            keep(scene, ben, question, "x")
    with pytest.raises(Conflict, match="colleague"):
        submit(scene, ben)
    with scene.db.writing() as session:
        given = {"session": session, "actor": ben, "response_id": scene.response_id}
        with pytest.raises(Conflict):
            service.delegate_section(
                **given, section_id="skills", entry=DelegateIn(holder_name="Eve"), base_url=BASE
            )
        with pytest.raises(NotFound):
            service.withdraw_delegate(**given, link_id=vendor.id)
    scene.send()
    with pytest.raises(NotFound):
        scene.held(ben)


def test_earlier_answers_are_offered_to_the_same_vendor_alone(scene: Scene) -> None:
    from app.evaluations import service as evaluations
    from app.evaluations.schemas import CandidateIn, EvaluationIn
    from app.questionnaires.schemas import StartIn

    _, vendor = scene.send()
    keep(scene, vendor, "ramp", "5")
    scene.answer("attrition", "35")
    submit(scene, vendor)
    with scene.db.writing() as session:
        held = service.response_of(session, actor=scene.lead, response_id=scene.response_id)
        again = evaluations.create_evaluation(session, actor=scene.lead, entry=EvaluationIn(name="Again"))
        northlight = evaluations.candidate_of(session, actor=scene.lead, candidate_id=scene.candidates[1])[0]
        started = []
        for vendor_id in (held.access.candidate.vendor_id, northlight.candidate.vendor_id):
            entry = CandidateIn(vendor_id=vendor_id)
            row = evaluations.add_candidate(session, actor=scene.lead, evaluation_id=again.id, entry=entry)
            started.append(
                service.start_response(session, actor=scene.lead, candidate_id=row.id, entry=StartIn()).id
            )
    offered = []
    for response_id in started:
        _, holder = scene.send(response_id)
        with scene.db.reading() as session:
            found = service.earlier_answers(session, actor=holder, response_id=response_id)
        offered.append({each.question.id: each.value for each in found.proposals})
    assert offered == [{"ramp": "5"}, {}]
    with scene.db.reading() as session:
        ours = service.earlier_answers(session, actor=scene.lead, response_id=started[0])
    assert {each.question.id for each in ours.proposals} == {"ramp", "attrition"}


def test_vendors_comment_and_our_note_are_kept_apart(scene: Scene) -> None:
    _, vendor = scene.send()
    scene.answer("ramp", "5", note="sounds optimistic")
    row = scene.answer("ramp", "5", actor=vendor, comment="after training", note="overwritten?")
    assert row is not None
    assert (row.note, row.comment) == ("sounds optimistic", "after training")
    row = scene.answer("ramp", "6", note="better", comment="not ours to write")
    assert row is not None
    assert (row.note, row.comment) == ("better", "after training")


def test_what_waits_with_a_vendor_stands_in_the_work_queue(scene: Scene) -> None:
    _, vendor = scene.send()
    keep(scene, vendor, "ramp", "5")
    with scene.db.writing() as session:
        service.ask(session, actor=vendor, response_id=scene.response_id, entry=AskIn(text="Which tool?"))
    submit(scene, vendor)
    keep(scene, vendor, "ramp", "6")
    with scene.db.reading() as session:
        titles = [item.title for item in service.work_items_of(session, scene.lead)]
    assert titles == [
        "Review the answers of Harbor, then close them",
        "Decide on late answers of Harbor",
        "Answer the question of Harbor",
    ]
