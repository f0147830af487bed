from datetime import date

import pytest

from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Stage, StepName, StepState
from app.evaluations.schemas import PanelIn
from app.kit import ids
from app.onboarding import service
from app.onboarding.models import OnboardingState
from app.onboarding.schemas import KickoffIn, OnboardingStateIn, StartIn, TaskEditIn, TaskStateIn
from tests.conftest import make_user
from tests.onboarding.conftest import KICKOFF, LEAD, READER, House

# Counted on a calendar from Monday 1 February 2027; −30 is a Saturday, −16 too, −5 a Wednesday.
DUE = {
    "nda": date(2027, 1, 1),
    "award_conditions": date(2027, 1, 15),
    "success_metrics": date(2027, 1, 15),
    "contract": date(2027, 1, 18),
    "data_path": date(2027, 1, 22),
    "contacts": date(2027, 1, 27),
    "kickoff_meeting": date(2027, 2, 1),
    "qualification": date(2027, 2, 5),
    "pipeline_shared": date(2027, 2, 15),
}
# The same from Wednesday 3 February; −16 is Monday 18 January, +4 a Sunday.
MOVED = {
    "nda": date(2027, 1, 4),
    "award_conditions": date(2027, 1, 18),
    "contract": date(2027, 1, 20),
    "kickoff_meeting": date(2027, 2, 3),
    "qualification": date(2027, 2, 5),
}


def state(entry: str, reason: str = "") -> OnboardingStateIn:
    return OnboardingStateIn(state=OnboardingState(entry), reason=reason)


def test_due_dates_count_from_the_kickoff_and_step_back_over_weekends(house: House) -> None:
    tasks = house.tasks(house.started())
    assert {key: tasks[key].due for key in DUE} == DUE
    assert len(tasks) == 17  # the core tier without the tasks of a data class
    assert all(task.due == task.planned_due for task in tasks.values())


def test_holiday_moves_a_due_date_to_the_working_day_before(house: House) -> None:
    candidate = house.candidate(house.evaluation())
    tasks = house.tasks(house.start(candidate, holidays=["2027-01-01, 2027-01-18"]))
    assert tasks["nda"].due == date(2026, 12, 31)
    assert tasks["contract"].due == date(2027, 1, 15)


def test_data_class_of_production_adds_its_agreement(house: House) -> None:
    assert "baa" in house.tasks(house.started(data_class="phi"))


def test_full_tier_lays_out_more_than_the_core(house: House) -> None:
    tasks = house.tasks(house.start(house.candidate(house.evaluation()), tier="full"))
    assert len(tasks) > 30
    assert {"exit_plan", "first_batch"} <= set(tasks)


def test_only_holder_of_a_role_on_the_panel_owns_its_tasks(house: House) -> None:
    evaluation = house.evaluation()
    security, first, second = (make_user(house.db, "reader") for _ in range(3))
    with house.db.writing() as session:
        for actor, role in (
            (security, Role.SECURITY_REVIEWER),
            (first, Role.ML_LEAD),
            (second, Role.ML_LEAD),
        ):
            entry = PanelIn(user_id=actor.id, roles=[role])
            evaluations.set_member(session, actor=LEAD, evaluation_id=evaluation, entry=entry)
    tasks = house.tasks(house.start(house.candidate(evaluation)))
    assert tasks["data_path"].owner_id == security.id
    assert tasks["channel"].owner_id is None  # two ML leads: somebody has to choose


def test_one_person_of_a_solo_evaluation_owns_every_task(house: House) -> None:
    tasks = house.tasks(house.started(governance="solo"))
    assert {task.owner_id for task in tasks.values()} == {LEAD.id}


def test_start_marks_the_journey_and_freezes_the_checklist(house: House) -> None:
    onboarding = house.started()
    with house.db.reading() as session:
        row, access = service.open_onboarding(session, LEAD, onboarding)
        step = evaluations.steps_of(session, access.evaluation.id)[StepName.ONBOARDING]
        assert (step.state, step.note) == (StepState.CURRENT, "0 of 17")
        assert (row.checklist, row.checklist_version, len(row.digest)) == ("onboarding", 1, 64)
        assert len(row.body["tasks"]) == 42
        assert audit.verify(session).fault == ""


def test_finalist_needs_a_reason_and_others_are_refused(house: House) -> None:
    evaluation = house.evaluation()
    finalist = house.candidate(evaluation, "Harbor", Stage.FINALIST)
    with pytest.raises(Invalid, match="reason"):
        house.start(finalist)
    assert house.tasks(house.start(finalist, reason="decided by the board"))
    with pytest.raises(Conflict, match="only a selected one"):
        house.start(house.candidate(evaluation, "Polyline", Stage.LONGLIST), reason="because we want to")


def test_second_onboarding_of_a_vendor_is_refused(house: House) -> None:
    candidate = house.candidate(house.evaluation())
    house.start(candidate)
    with pytest.raises(Conflict, match="already"):
        house.start(candidate)


def test_unknown_checklist_is_named_at_its_field(house: House) -> None:
    with pytest.raises(Invalid) as failure:
        house.start(house.candidate(house.evaluation()), checklist="nothing")
    assert failure.value.problems[0].where == "checklist"


def test_reader_starts_nothing(house: House) -> None:
    candidate = house.candidate(house.evaluation())
    with pytest.raises(Forbidden, match="procurement lead"):
        house.start(candidate, READER)


def test_formal_evaluation_hides_its_onboarding_from_people_off_the_panel(house: House) -> None:
    onboarding = house.started(governance="formal")
    with house.db.reading() as session:
        with pytest.raises(NotFound):
            service.open_onboarding(session, READER, onboarding)
        assert service.all_standings(session, actor=READER) == []
        assert len(service.all_standings(session, actor=LEAD)) == 1


def test_moved_kickoff_takes_open_dates_along_and_setting_it_back_undoes_it(house: House) -> None:
    onboarding = house.started()
    before = house.tasks(onboarding)
    with house.db.writing() as session:
        service.edit_task(
            session, actor=LEAD, task_id=before["contacts"].id, entry=TaskEditIn(due=date(2027, 1, 25))
        )
        done = TaskStateIn(state="done", evidence="signed on paper")
        service.set_task_state(session, actor=LEAD, task_id=before["data_path"].id, entry=done)
    with house.db.writing() as session:
        entry = KickoffIn(kickoff=date(2027, 2, 3))
        move = service.set_kickoff(session, actor=LEAD, onboarding_id=onboarding, entry=entry)
        # 17 tasks: one is done, one was set by hand, and four fall on the same Friday (days 4, −3 twice, −17)
        assert (move.moved, move.by_hand, move.before) == (11, 1, KICKOFF)
    tasks = house.tasks(onboarding)
    assert {key: tasks[key].due for key in MOVED} == MOVED
    assert tasks["contacts"].due == date(2027, 1, 25)
    assert tasks["data_path"].due == DUE["data_path"]
    with house.db.writing() as session:
        entry = KickoffIn(kickoff=KICKOFF)
        service.set_kickoff(session, actor=LEAD, onboarding_id=onboarding, entry=entry)
    tasks = house.tasks(onboarding)
    assert {key: tasks[key].due for key in DUE if key != "contacts"} == {
        key: day for key, day in DUE.items() if key != "contacts"
    }


def test_kickoff_set_to_the_same_day_writes_nothing(house: House) -> None:
    onboarding = house.started()
    with house.db.writing() as session:
        move = service.set_kickoff(
            session, actor=LEAD, onboarding_id=onboarding, entry=KickoffIn(kickoff=KICKOFF)
        )
        assert (move.moved, len(session.dirty)) == (0, 0)


def test_kickoff_takes_place_only_when_nothing_blocks_it(house: House) -> None:
    onboarding = house.started()
    with house.db.writing() as session, pytest.raises(Conflict, match="Mutual confidentiality"):
        service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("started"))
    for task in house.tasks(onboarding).values():
        if task.blocks in ("data", "signature", "kickoff"):
            with house.db.writing() as session:
                entry = TaskStateIn(state="done", evidence="on file")
                service.set_task_state(session, actor=LEAD, task_id=task.id, entry=entry)
    with house.db.writing() as session:
        row = service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("started"))
        assert row.state is OnboardingState.STARTED
    with house.db.writing() as session, pytest.raises(Conflict, match="Still open"):
        service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("done"))


def test_settled_onboarding_is_completed_and_ends_the_journey(house: House) -> None:
    onboarding = house.started(governance="solo")
    for task in house.tasks(onboarding).values():
        with house.db.writing() as session:
            service.set_task_state(session, actor=LEAD, task_id=task.id, entry=TaskStateIn(state="done"))
    with house.db.writing() as session:
        service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("started"))
        row = service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("done"))
        step = evaluations.steps_of(session, row.evaluation_id)[StepName.ONBOARDING]
        assert (step.state, step.note) == (StepState.DONE, "17 of 17")
    task = house.tasks(onboarding)["nda"]
    with house.db.writing() as session, pytest.raises(Conflict, match="take it up again"):
        service.set_task_state(session, actor=LEAD, task_id=task.id, entry=TaskStateIn(state="open"))


def test_cancelled_onboarding_needs_a_reason_and_leaves_the_journey(house: House) -> None:
    onboarding = house.started()
    with house.db.writing() as session, pytest.raises(Invalid, match="why"):
        service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("cancelled"))
    with house.db.writing() as session:
        row = service.set_state(
            session, actor=LEAD, onboarding_id=onboarding, entry=state("cancelled", "vendor withdrew")
        )
        step = evaluations.steps_of(session, row.evaluation_id)[StepName.ONBOARDING]
        assert (step.state, step.note) == (StepState.TODO, "")
    with house.db.writing() as session, pytest.raises(Conflict, match="only planned can follow"):
        service.set_state(session, actor=LEAD, onboarding_id=onboarding, entry=state("done"))


def test_start_of_a_candidate_that_does_not_exist_is_not_found(house: House) -> None:
    with house.db.writing() as session, pytest.raises(NotFound):
        service.start_onboarding(session, actor=LEAD, candidate_id=ids.new(), entry=StartIn(kickoff=KICKOFF))
