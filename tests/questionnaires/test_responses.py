from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import select

from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.questionnaire import MoneyAnswer
from app.core.scoring import EvidenceRef
from app.evaluations import service as evaluations
from app.evaluations.models import Stage, StepName, StepState
from app.evaluations.schemas import MoveIn
from app.files import service as files
from app.kit import clock
from app.kit.actors import Actor
from app.questionnaires import queries, service
from app.questionnaires.models import PinnedQuestionnaire, ResponseState, Variant
from app.questionnaires.schemas import MarkIn, StartIn
from app.vendors import service as vendors
from app.vendors.models import Standing
from tests.questionnaires.conftest import Scene

Filled = Callable[[], Scene]


def submit(scene: Scene, actor: Actor | None = None) -> None:
    with scene.db.writing() as session:
        service.submit_response(session, actor=actor or scene.lead, response_id=scene.response_id)


def close(scene: Scene) -> None:
    with scene.db.writing() as session:
        service.close_response(session, actor=scene.lead, response_id=scene.response_id)


def step(scene: Scene) -> tuple[StepState, str]:
    with scene.db.reading() as session:
        found = evaluations.steps_of(session, scene.evaluation_id)[StepName.DISCOVERY]
        return found.state, found.note


def chain(scene: Scene) -> str:
    with scene.db.reading() as session:
        return "\n".join(row.body for row in session.exec(select(AuditEvent)).all())


def test_started_response_pins_the_questionnaire_once_with_the_taxonomys_words_written_out(
    scene: Scene,
) -> None:
    scene.start()
    with scene.db.reading() as session:
        pinned = session.exec(select(PinnedQuestionnaire)).one()
        assert (pinned.key, pinned.version) == ("discovery-call", 1)
        assert "options_from" not in str(pinned.body)
    held = scene.held()
    assert (held.progress.settled, held.score.low, held.score.high) == (0, 0, 100)
    assert {option.id for option in held.access.template.question("workforce_model").options} >= {
        "open_crowd"
    }
    assert held.access.template.question("spikes").levels[3].startswith("Named reserve")


def test_second_start_and_start_with_a_dropped_candidate_are_refused(scene: Scene) -> None:
    with pytest.raises(Conflict, match="begun already"):
        scene.start(0)
    with scene.db.writing() as session:
        move = MoveIn(stage=Stage.DECLINED, reason="too small")
        evaluations.move_candidate(session, actor=scene.lead, candidate_id=scene.candidates[1], entry=move)
    with pytest.raises(Conflict, match="take it back"):
        scene.start(1)
    with scene.db.writing() as session, pytest.raises(NotFound, match="nothing-here"):
        entry = StartIn(key="nothing-here")
        service.start_response(session, actor=scene.lead, candidate_id=scene.candidates[0], entry=entry)


def test_core_variant_asks_eighteen_questions(scene: Scene) -> None:
    held = scene.held(response_id=scene.start(1, Variant.CORE))
    assert len(list(held.access.template.questions())) == 18
    assert "attrition" not in held.applies


def test_answer_begins_the_work_and_every_revision_is_kept(scene: Scene) -> None:
    first = scene.answer("ramp", "5", note="said by the delivery lead")
    second = scene.answer("ramp", "4", seen=1)
    assert first is not None
    assert second is not None
    assert (second.revision, second.value) == (2, "4")
    assert scene.held().access.response.state is ResponseState.IN_PROGRESS
    with scene.db.reading() as session:
        kept = queries.revisions(session, second.id)
        assert [(row.revision, row.value) for row in kept] == [(2, "4"), (1, "5")]


def test_same_answer_again_changes_nothing_even_from_a_stale_form(scene: Scene) -> None:
    scene.answer("ramp", "5")
    again = scene.answer("ramp", " 5 ", seen=0)
    assert again is not None
    assert again.revision == 1


def test_blank_answer_to_an_open_question_writes_nothing(scene: Scene) -> None:
    assert scene.answer("ramp", "") is None
    assert scene.held().access.response.state is ResponseState.DRAFT


def test_emptied_answer_is_open_again(scene: Scene) -> None:
    scene.answer("ramp", "5")
    scene.answer("ramp", "", seen=1)
    assert scene.held().status(scene.held().access.question("ramp")) == "open"


def test_answer_over_an_unseen_one_is_refused_with_both_texts(scene: Scene) -> None:
    scene.answer("same_people", "core")
    with pytest.raises(Conflict) as failure:
        scene.answer("same_people", "named", seen=0)
    text = "Would the people who label the pilot also label production?"
    assert failure.value.theirs == {text: "The same leads and reviewers, other labelers"}
    assert failure.value.yours == {text: "Yes, the same team, named by code"}


def test_wrong_answer_is_refused_at_its_question(scene: Scene) -> None:
    with pytest.raises(Invalid) as failure:
        scene.answer("attrition", "400")
    assert [item.where for item in failure.value.problems] == ["attrition"]
    with pytest.raises(NotFound):
        scene.answer("weather", "1")


def test_reader_may_not_answer(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        scene.answer("ramp", "5", actor=scene.evaluator)


def test_mark_belongs_to_the_revision_that_was_read(scene: Scene) -> None:
    scene.answer("bad_week", "We lost a customer in 2024.")
    with scene.db.writing() as session:
        marked = service.mark_answer(
            session,
            actor=scene.evaluator,
            response_id=scene.response_id,
            question_id="bad_week",
            entry=MarkIn(mark="4", revision=1),
        )
        assert marked.mark == 4
    scene.answer("bad_week", "Nothing ever went wrong.", seen=1)
    assert scene.held().rows["bad_week"].mark is None
    with scene.db.writing() as session, pytest.raises(Conflict, match="changed"):
        service.mark_answer(
            session,
            actor=scene.evaluator,
            response_id=scene.response_id,
            question_id="bad_week",
            entry=MarkIn(mark=4, revision=1),
        )


def test_unanswered_is_open_until_closed_and_then_earns_nothing(filled: Filled) -> None:
    scene = filled()
    open_score = scene.held().score
    assert open_score.low is not None
    assert open_score.high is not None
    assert open_score.low < open_score.high
    close(scene)
    closed = scene.held()
    assert closed.score.low == open_score.low
    # only what waits for a reviewer's mark is still uncertain
    waiting = [item.id for part in closed.score.sections for item in part.questions if item.low != item.high]
    assert waiting == ["comparable_work"]
    assert closed.status(closed.access.question("sla")) == "closed_unanswered"
    assert "pricing" in closed.score.left_out


def test_not_applicable_for_one_candidate_counts_for_nobody(scene: Scene) -> None:
    other = scene.start(1)
    for response_id in (scene.response_id, other):
        scene.answer("same_people", "named", response_id=response_id)
    scene.answer("scale_down", None, not_applicable=True)
    counted = {item.id for part in scene.held(response_id=other).score.sections for item in part.questions}
    assert "scale_down" not in counted
    assert scene.held(response_id=other).status(scene.held().access.question("scale_down")) == "open"


def test_knock_out_is_named(scene: Scene) -> None:
    scene.answer("customer_data_use", "always")
    assert [item.question for item in scene.held().score.knock_outs] == ["customer_data_use"]


def test_answers_reach_the_targets_that_the_shipped_questionnaire_names(filled: Filled) -> None:
    scene = filled()
    with scene.db.reading() as session:
        found = service.feeds_of(session, scene.candidates[0])
        sealed = service.feeds_of(session, scene.candidates[0], with_sealed=True)
    row = scene.held().rows["days_to_first_batch"]
    kickoff = found["criterion.kickoff_days"][0]
    assert (kickoff.fed.value, kickoff.fed.unit, kickoff.fed.status) == (
        Decimal(24),
        "calendar days",
        "claimed",
    )
    assert kickoff.evidence == EvidenceRef("answer", str(row.id), 1)
    assert found["criterion.ramp_weeks"][0].fed.value == Decimal(5)
    assert found["requirement.sub_processors"][0].fed.status == "evidenced"
    assert found["requirement.dpa"][0].fed.value == "ours"
    assert found["criterion.response_hours"][0].fed.value == Decimal(6)
    assert found["criterion.vetting"][0].evidence is None
    assert found["criterion.domain_fit"][0].fed.status == "not_applicable"  # the need names no specialists
    assert "criterion.cost_per_accepted" not in found
    offered = sealed["criterion.cost_per_accepted"][1].fed.value
    assert isinstance(offered, tuple)
    assert offered[0]["price_full"] == MoneyAnswer(Decimal("0.0473"), "USD")
    close(scene)
    with scene.db.reading() as session:
        found = service.feeds_of(session, scene.candidates[0])
        assert found["criterion.vetting"][0].fed.status == "closed_unanswered"


def test_raters_read_answers_in_words_and_no_sealed_ones(filled: Filled) -> None:
    scene = filled()
    with scene.db.reading() as session:
        asked = ["qa_process", "price_table", "sla", "unheard_of"]
        found = service.answers_for(session, scene.candidates[0], asked)
        with_prices = service.answers_for(session, scene.candidates[0], asked, with_sealed=True)
    assert set(found) == {"qa_process", "sla"}
    assert found["qa_process"].text == "4: As 3, with gold items and agreement figures"
    assert (found["sla"].status, found["sla"].evidence) == ("open", None)
    assert "USD\u00a00.0473" in with_prices["price_table"].text


def test_submitted_answers_become_facts_of_the_vendor_with_their_source(filled: Filled) -> None:
    scene = filled()
    submit(scene)
    with scene.db.reading() as session:
        vendor_id = scene.held().access.candidate.vendor_id
        facts = vendors.facts_of(session, vendor_id)
        row = queries.answer(session, scene.response_id, "subcontractors")
        assert row is not None
        assert (facts["sub_processors"].value, facts["sub_processors"].standing) == (
            "none",
            Standing.EVIDENCED,
        )
        assert (facts["sub_processors"].source_kind, facts["sub_processors"].source_id) == (
            "answer",
            str(row.id),
        )
        assert facts["attrition"].value == "35"
        before = len(vendors.profile(session, actor=scene.lead, vendor_id=vendor_id).facts)
    close(scene)
    with scene.db.reading() as session:
        assert len(vendors.profile(session, actor=scene.lead, vendor_id=vendor_id).facts) == before


def test_submitted_answers_stand_until_reopened(scene: Scene) -> None:
    with pytest.raises(Conflict, match="at least one"):
        submit(scene)
    scene.answer("ramp", "5")
    submit(scene)
    with pytest.raises(Conflict, match="Reopen"):
        scene.answer("ramp", "6")
    with scene.db.writing() as session:
        service.reopen_response(
            session, actor=scene.lead, response_id=scene.response_id, reason="one figure was wrong"
        )
    scene.answer("ramp", "6")
    assert scene.held().rows["ramp"].value == "6"


def test_journey_counts_the_candidates_that_answered(scene: Scene) -> None:
    assert step(scene) == (StepState.CURRENT, "0 of 2")
    scene.answer("ramp", "5")
    submit(scene)
    assert step(scene) == (StepState.CURRENT, "1 of 2")
    other = scene.start(1)
    with scene.db.writing() as session:
        service.close_response(session, actor=scene.lead, response_id=other)
    assert step(scene) == (StepState.DONE, "2 of 2")


def test_audit_holds_neither_prices_nor_texts(filled: Filled) -> None:
    scene = filled()
    scene.answer("single_contact", "here", note="Maria Chen, maria@harbor.example")
    told = chain(scene)
    assert "questionnaires.answer.saved" in told
    for secret in ("0.0473", "price_full", "Maria", "managed_bpo"):
        assert secret not in told


def test_sealed_answers_are_kept_from_those_who_may_not_read_prices(filled: Filled) -> None:
    scene = filled()
    seen = scene.held(scene.evaluator)
    assert set(seen.rows) & {"price_table", "rework_terms"} == set()
    assert seen.status(scene.held().access.question("price_table")) == "sealed"
    with pytest.raises(Forbidden, match="sealed"):
        seen.access.question("price_table")


def test_file_of_a_sealed_question_hangs_where_price_readers_look(scene: Scene) -> None:
    held = scene.held()
    assert service.file_subject(held.access, "price_table").kind == service.SEALED_SUBJECT
    with scene.db.reading() as session:
        for actor, readable in ((scene.lead, True), (scene.evaluator, False)):
            assert service.may_read_sealed(session, actor, scene.response_id) is readable
            assert service.may_read(session, actor, scene.response_id)
        assert not service.may_read(session, scene.lead, uuid4())


def test_files_of_an_answer_must_be_attached_to_the_response(scene: Scene) -> None:
    upload = files.Upload("report.pdf", "application/pdf", "a" * 64, 10)
    with scene.db.writing() as session:
        row = service.add_files(
            session,
            actor=scene.lead,
            response_id=scene.response_id,
            question_id="metrics_reported",
            uploads=[upload],
        )
        assert row is not None
        held = list(row.value)
    with pytest.raises(Invalid, match="not attached"):
        scene.answer("metrics_reported", [*held, str(uuid4())])
    with scene.db.writing() as session:
        row = service.drop_file(
            session,
            actor=scene.lead,
            response_id=scene.response_id,
            question_id="metrics_reported",
            file_id=held[0],
        )
        assert row is not None
        assert (row.value, row.revision) == (None, 2)


def test_submitted_response_waits_in_the_queue_of_those_who_may_answer(scene: Scene) -> None:
    scene.answer("ramp", "5")
    submit(scene)
    with scene.db.reading() as session:
        items = service.work_items_of(session, scene.lead)
        assert [(item.title, item.subject) for item in items] == [
            ("Review the answers of Harbor, then close them", "EV-0001 Shelf detection")
        ]
        assert service.work_items_of(session, scene.evaluator) == []


def test_request_past_its_due_day_waits_in_the_queue(scene: Scene) -> None:
    scene.send(due=clock.now().date())
    with scene.db.reading() as session:
        assert service.work_items_of(session, scene.lead) == []
    with time_machine.travel(clock.now() + timedelta(days=2), tick=True), scene.db.reading() as session:
        (item,) = service.work_items_of(session, scene.lead)
        assert (item.title, item.href) == ("Ask Harbor for the answers", f"/responses/{scene.response_id}")
