from datetime import date
from typing import Any

import pytest

from app.assessment import service
from app.assessment.schemas import WaiverIn
from app.core.errors import Conflict
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.kit.db import Database
from app.questionnaires import service as questionnaires
from app.questionnaires.models import Confidence
from app.questionnaires.schemas import AnswerIn, StartIn
from app.vendors import service as vendors
from app.vendors.models import Standing
from app.vendors.schemas import CertificateIn
from tests.assessment.world import CARD, DAY, World, make_world


def certify(world: World, name: str, until: date) -> None:
    entry = CertificateIn(standard="iso27001", standing=Standing.VERIFIED, valid_until=until)
    with world.db.writing() as session:
        vendors.add_certificate(session, actor=world.lead, vendor_id=world.vendors[name], entry=entry)


def filled(db: Database) -> World:
    world = make_world(db, governance=Governance.SOLO)
    fill(world)
    return world


def fill(world: World) -> None:
    for name, f1, level, vetting, cost in (
        ("Northwind Labels", 0.96, "measured", "secure", 0.08),
        ("Harbor Annotation", 0.93, "written", "checked", 0.05),
        ("Polyline Data", 0.85, "none", "signed", 0.045),
    ):
        world.value(name, "f1", f1)
        world.value(name, "cost", cost)
        world.rate(world.lead, name, "process", level)
        world.rate(world.lead, name, "vetting", vetting)
        certify(world, name, DAY)


def test_missing_cells_are_the_whole_interval_and_no_score_is_made_of_nothing(db: Database) -> None:
    world = make_world(db)
    found = world.analysis()
    line = found.candidates[0].line
    assert (line.total, line.low, line.high, line.coverage) == (None, 0, 100, 0)
    cell = found.cells[world.candidates["Northwind Labels"], "f1"]
    assert (cell.cell.status, cell.value.low, cell.value.high) == ("open", 0, 1_000_000)
    assert cell.reason


def test_filled_evaluation_ranks_by_weighted_points_and_excludes_below_the_floor(db: Database) -> None:
    found = filled(db).analysis()
    totals = {line.name: line.line.total for line in found.candidates}
    # 0.30·80 + 0.30·80 + 0.15·100 + 0.25·50 and 0.30·65 + 0.30·40 + 0.15·60 + 0.25·87.5
    assert totals == {"Northwind Labels": 75.5, "Harbor Annotation": 62.375, "Polyline Data": None}
    assert found.leader is not None
    assert found.leader.name == "Northwind Labels"
    assert found.candidates[2].line.status == "excluded"
    assert "0.85" in (found.candidates[2].line.reason or "")


def test_taking_a_loser_out_changes_nobody_elses_total(db: Database) -> None:
    world = filled(db)
    before = world.analysis()
    kept = [world.candidates[name] for name in ("Northwind Labels", "Harbor Annotation")]
    after = world.analysis(candidate_ids=kept)
    assert [(c.name, c.line.total) for c in after.candidates] == [
        (c.name, c.line.total) for c in before.candidates[:2]
    ]


def test_gates_are_decided_on_the_date_asked_for(db: Database) -> None:
    world = make_world(db)
    certify(world, "Northwind Labels", DAY)

    def state(day: date) -> str:
        gates = world.analysis(day=day).named("Northwind Labels").line.gates
        return next(gate.state for gate in gates if gate.id == "soc2")

    assert state(DAY) == "pass"
    assert state(date(2030, 12, 2)) == "unknown"  # expired; the other certificate may still come


def test_waiver_counts_through_its_last_day(db: Database) -> None:
    world = make_world(db)
    entry = WaiverIn(
        candidate_id=world.candidates["Northwind Labels"],
        requirement="soc2",
        reason="bridge letter promised",
        until=DAY,
    )
    with db.writing() as session:
        waiver = service.waive(session, actor=world.lead, evaluation_id=world.evaluation, entry=entry)
        waiver_id = waiver.id

    def state(day: date) -> str:
        return world.analysis(day=day).named("Northwind Labels").line.gates[0].state

    assert state(DAY) == "waived"
    assert state(date(2030, 12, 2)) == "unknown"
    with db.writing() as session:
        service.withdraw_waiver(
            session, actor=world.lead, evaluation_id=world.evaluation, waiver_id=waiver_id
        )
    assert state(DAY) == "unknown"


def test_same_inputs_give_the_same_digest_and_a_changed_cell_another(db: Database) -> None:
    world = filled(db)
    first, second = world.analysis(), world.analysis()
    assert first.input_digest == second.input_digest
    assert first.analysis.candidates == second.analysis.candidates
    world.rate(world.lead, "Harbor Annotation", "process", "managed")
    assert world.analysis().input_digest != first.input_digest


def test_trial_weights_are_not_stored(db: Database) -> None:
    world = filled(db)
    before = world.analysis()
    trial = service.what_if(before, {"price": 500})
    assert trial.leader == "Harbor Annotation"
    assert world.analysis().input_digest == before.input_digest


def test_result_is_refused_without_price_anchors(db: Database) -> None:
    world = make_world(db, prices=False)
    with pytest.raises(Conflict) as refused:
        world.analysis()
    assert refused.value.code == "assessment.price_open"


def test_leaving_one_evaluator_out_names_who_changes_the_leader(db: Database) -> None:
    world = make_world(db, names=("Northwind Labels", "Harbor Annotation"))
    raters = [world.on_panel(Role.EVALUATOR), world.on_panel(Role.EVALUATOR)]
    for rater, levels in zip(raters, (("managed", "none"), ("written", "measured")), strict=True):
        for name, level in zip(world.candidates, levels, strict=True):
            world.rate(rater, name, "process", level)
            world.rate(rater, name, "vetting", "checked")
            world.lock(rater, name)
    for name in world.candidates:
        world.value(name, "f1", 0.95)
        world.value(name, "cost", 0.06)
    facts = world.analysis().panel
    assert (facts.rated, facts.asked) == (8, 8)
    assert [item.changes for item in sorted(facts.without_one, key=lambda x: x.user_id != raters[0].id)] == [
        True,
        False,
    ]
    assert {flag.criterion for flag in facts.disagreements} == {"process"}


SHARE = CARD.replace("from: {pilot: f1}", "from: {questionnaire: security-mvsp, score: share}")


def test_score_of_a_questionnaire_becomes_a_cell_as_wide_as_what_is_open_or_only_told(db: Database) -> None:
    world = make_world(db, card=SHARE)
    key = world.candidates["Northwind Labels"]

    def cell() -> tuple[str, Any, Any, Any, str]:
        found = world.analysis().cells[key, "f1"]
        return found.cell.status, found.cell.low, found.cell.mid, found.cell.high, found.reason

    def answer(values: dict[str, Any], confidence: Confidence) -> None:
        for question, value in values.items():
            with world.db.writing() as session:
                entry = AnswerIn(value=value, confidence=confidence)
                questionnaires.save_answer(
                    session, actor=world.lead, response_id=response, question_id=question, entry=entry
                )

    assert cell() == ("open", None, None, None, "the questionnaire was not asked")
    with world.db.writing() as session:
        response = questionnaires.start_response(
            session, actor=world.lead, candidate_id=key, entry=StartIn(key="security-mvsp")
        ).id
    assert cell()[4] == "none of its scored questions is answered yet"
    answer({"vulnerability_reports": "contact"}, Confidence.EVIDENCED)
    with world.db.reading() as session:
        score = questionnaires.response_of(session, actor=world.lead, response_id=response).score
    assert score.low is not None
    assert score.high is not None
    assert 0 < score.low < score.high < 100
    assert cell() == ("verified", score.low / 100, None, score.high / 100, "")
    answer({"vulnerability_reports": "contact"}, Confidence.TOLD)
    assert cell() == ("claimed", 0, None, score.high / 100, "")
    with world.db.writing() as session:
        questionnaires.close_response(session, actor=world.lead, response_id=response)
    assert cell() == ("claimed", None, score.low / 100, None, "")
