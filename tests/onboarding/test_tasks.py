from datetime import UTC, date, datetime

import pytest
import time_machine

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.evaluations import service as evaluations
from app.evaluations.models import StepName
from app.files import service as files
from app.files.service import Subject, Upload
from app.kit.actors import Actor
from app.onboarding import service
from app.onboarding.models import Blocks, OnboardingTask, TaskState
from app.onboarding.schemas import AssignIn, TaskEditIn, TaskIn, TaskStateIn, WaiveIn
from tests.conftest import make_user
from tests.onboarding.conftest import APPROVER, EVALUATOR, LEAD, READER, SECURITY, House

OWN = TaskIn(
    title="Badge for the visit",
    stage="access",
    due=date(2027, 1, 30),  # a Saturday, as typed
    owner_role="ml_lead",
    blocks=Blocks.KICKOFF,
)


def set_state(
    house: House, task: OnboardingTask, entry: TaskStateIn, actor: Actor = LEAD
) -> service.TaskChange:
    with house.db.writing() as session:
        return service.set_task_state(session, actor=actor, task_id=task.id, entry=entry, seen=task.version)


def done(evidence: str = "on file") -> TaskStateIn:
    return TaskStateIn(state="done", evidence=evidence)


def test_done_task_keeps_who_when_and_what_proved_it(house: House) -> None:
    onboarding = house.started()
    set_state(house, house.tasks(onboarding)["nda"], done("signed, ends 2028"))
    task = house.tasks(onboarding)["nda"]
    assert (task.state, task.done_by, task.evidence) == (TaskState.DONE, LEAD.id, "signed, ends 2028")
    assert task.done_at is not None
    set_state(house, task, TaskStateIn(state="open"))
    task = house.tasks(onboarding)["nda"]
    assert (task.done_at, task.done_by, task.evidence) == (None, None, "signed, ends 2028")


def test_done_without_proof_is_refused_in_a_team(house: House) -> None:
    task = house.tasks(house.started())["nda"]
    with pytest.raises(Invalid, match="signed agreement with end date") as failure:
        set_state(house, task, TaskStateIn(state="done"))
    assert failure.value.problems[0].where == "evidence"


def test_attached_file_is_proof_enough(house: House) -> None:
    onboarding = house.started()
    task = house.tasks(onboarding)["nda"]
    with house.db.writing() as session:
        upload = Upload("nda.pdf", "application/pdf", "0" * 64, 10)
        files.attach_file(session, actor=LEAD, subject=Subject("task", task.id), file=upload)
    set_state(house, task, TaskStateIn(state="done"))
    assert house.tasks(onboarding)["nda"].state is TaskState.DONE


def test_done_without_proof_is_only_warned_of_when_working_alone(house: House) -> None:
    onboarding = house.started(governance="solo")
    change = set_state(house, house.tasks(onboarding)["nda"], TaskStateIn(state="done"))
    assert house.tasks(onboarding)["nda"].state is TaskState.DONE
    assert "signed agreement with end date" in change.warnings[0]


def test_task_done_before_its_turn_is_warned_of(house: House) -> None:
    onboarding = house.started()
    change = set_state(house, house.tasks(onboarding)["contract"], done())
    assert "Mutual confidentiality" in change.warnings[0]
    set_state(house, house.tasks(onboarding)["nda"], done())
    for key in ("award_conditions", "success_metrics"):
        set_state(house, house.tasks(onboarding)[key], done())
    assert set_state(house, house.tasks(onboarding)["contract"], done()).warnings == ()


def test_gates_open_one_after_the_other(house: House) -> None:
    onboarding = house.started()

    def settle(*blocks: str) -> tuple[bool, bool, bool, bool]:
        for task in house.tasks(onboarding).values():
            if task.blocks in blocks:
                set_state(house, task, done())
        with house.db.reading() as session:
            ready, _ = service.readiness_of(session, actor=READER, onboarding_id=onboarding)
            return ready.data.open, ready.signature.open, ready.kickoff.open, ready.production.open

    assert settle() == (False, False, False, False)
    assert settle("data") == (True, False, False, False)
    assert settle("signature") == (True, True, False, False)
    assert settle("kickoff") == (True, True, True, False)
    assert settle("production") == (True, True, True, True)


def test_progress_stands_on_the_journey(house: House) -> None:
    onboarding = house.started()
    set_state(house, house.tasks(onboarding)["nda"], done())
    with house.db.reading() as session:
        row, _ = service.open_onboarding(session, LEAD, onboarding)
        assert evaluations.steps_of(session, row.evaluation_id)[StepName.ONBOARDING].note == "1 of 17"


def test_waiver_counts_until_its_last_day_and_blocks_again_after_it(house: House) -> None:
    with time_machine.travel(datetime(2027, 1, 4, 9, tzinfo=UTC), tick=False):
        onboarding = house.started(time_zone="America/Los_Angeles")
        nda = house.tasks(onboarding)["nda"]
        with house.db.writing() as session:
            entry = WaiveIn(reason="terms agreed by mail", until=date(2027, 1, 10))
            service.waive(session, actor=APPROVER, task_id=nda.id, entry=entry, seen=nda.version)

    def waits(at: datetime) -> bool:
        with time_machine.travel(at, tick=False), house.db.reading() as session:
            ready, _ = service.readiness_of(session, actor=READER, onboarding_id=onboarding)
            return "nda" in ready.data.waits_for

    assert not waits(datetime(2027, 1, 10, 12, tzinfo=UTC))
    assert not waits(datetime(2027, 1, 11, 7, 59, tzinfo=UTC))  # still the 10th in Los Angeles
    assert waits(datetime(2027, 1, 11, 8, 1, tzinfo=UTC))


@pytest.mark.parametrize("actor", [LEAD, SECURITY, READER], ids=lambda actor: actor.name)
def test_waiving_is_for_approvers(house: House, actor: Actor) -> None:
    task = house.tasks(house.started())["nda"]
    entry = WaiveIn(reason="because", until=date(2030, 1, 1))
    with house.db.writing() as session, pytest.raises(Forbidden, match="approver"):
        service.waive(session, actor=actor, task_id=task.id, entry=entry)


def test_waiver_that_has_ended_or_of_a_done_task_is_refused(house: House) -> None:
    onboarding = house.started()
    task = house.tasks(onboarding)["nda"]
    with house.db.writing() as session, pytest.raises(Invalid, match="future"):
        entry = WaiveIn(reason="because", until=date(2020, 1, 1))
        service.waive(session, actor=APPROVER, task_id=task.id, entry=entry)
    set_state(house, task, done())
    with house.db.writing() as session, pytest.raises(Conflict, match="nothing to waive"):
        entry = WaiveIn(reason="because", until=date(2030, 1, 1))
        service.waive(session, actor=APPROVER, task_id=task.id, entry=entry)


def test_role_that_owns_a_task_settles_it_and_other_roles_do_not(house: House) -> None:
    onboarding = house.started()
    for actor in (EVALUATOR, APPROVER, READER):
        with pytest.raises(Forbidden, match="belongs to the security reviewer"):
            set_state(house, house.tasks(onboarding)["data_path"], done(), actor)
    set_state(house, house.tasks(onboarding)["data_path"], done(), SECURITY)
    assert house.tasks(onboarding)["data_path"].state is TaskState.DONE


def test_not_applicable_is_for_leads_and_says_why(house: House) -> None:
    task = house.tasks(house.started())["data_path"]
    with pytest.raises(Forbidden):
        set_state(house, task, TaskStateIn(state="not_applicable", reason="no transfer"), SECURITY)
    with pytest.raises(Invalid, match="does not apply"):
        set_state(house, task, TaskStateIn(state="not_applicable"))
    set_state(house, task, TaskStateIn(state="not_applicable", reason="no transfer"))


def test_stale_change_shows_both_texts(house: House) -> None:
    task = house.tasks(house.started())["nda"]
    set_state(house, task, done("paper in the safe"))
    with pytest.raises(Conflict) as failure:
        set_state(house, task, done("scan in the archive"))
    assert failure.value.theirs == {"evidence": "paper in the safe"}
    assert failure.value.yours == {"evidence": "scan in the archive"}


def test_owner_who_is_given_a_task_settles_it(house: House) -> None:
    onboarding = house.started()
    owner = make_user(house.db, "reader", name="Ada")
    with house.db.writing() as session:
        task = house.tasks(onboarding)["nda"]
        entry = AssignIn(owner_id=owner.id, owner_role="approver")
        service.assign(session, actor=LEAD, task_id=task.id, entry=entry, seen=task.version)
    set_state(house, house.tasks(onboarding)["nda"], done(), owner)
    settled = house.tasks(onboarding)["nda"]
    assert (settled.state, settled.done_by) == ("done", owner.id)


def test_owner_who_cannot_open_the_evaluation_is_refused(house: House) -> None:
    task = house.tasks(house.started(governance="formal"))["nda"]
    outsider = make_user(house.db, "evaluator")
    for owner_id, words in ((outsider.id, "add this person to the panel"), (READER.id, "list of people")):
        with house.db.writing() as session, pytest.raises(Invalid, match=words):
            service.assign(session, actor=LEAD, task_id=task.id, entry=AssignIn(owner_id=owner_id))


def test_own_task_blocks_is_removed_and_comes_back(house: House) -> None:
    onboarding = house.started()
    with house.db.writing() as session:
        task = service.add_task(session, actor=LEAD, onboarding_id=onboarding, entry=OWN)
        task_id = task.id
    assert house.tasks(onboarding)["own_18"].due == date(2027, 1, 30)
    with house.db.writing() as session:
        service.remove_task(session, actor=LEAD, task_id=task_id)
    assert "own_18" not in house.tasks(onboarding)
    with house.db.reading() as session, pytest.raises(NotFound):
        service.open_task(session, LEAD, task_id)
    with house.db.writing() as session:
        service.restore_task(session, actor=LEAD, task_id=task_id)
        ready, _ = service.readiness_of(session, actor=LEAD, onboarding_id=onboarding)
        assert "own_18" in ready.kickoff.waits_for


def test_task_of_the_checklist_is_neither_removed_nor_reworded(house: House) -> None:
    task = house.tasks(house.started())["nda"]
    with house.db.writing() as session, pytest.raises(Conflict, match="not applicable"):
        service.remove_task(session, actor=LEAD, task_id=task.id)
    with house.db.writing() as session, pytest.raises(Invalid, match="words of the checklist"):
        entry = TaskEditIn(due=task.due, title="Something else")
        service.edit_task(session, actor=LEAD, task_id=task.id, entry=entry)


def test_own_task_of_an_unknown_stage_is_refused_with_the_stages(house: House) -> None:
    onboarding = house.started()
    with house.db.writing() as session, pytest.raises(Invalid, match="agreements, security"):
        entry = OWN.model_copy(update={"stage": "party"})
        service.add_task(session, actor=LEAD, onboarding_id=onboarding, entry=entry)


def test_work_queue_holds_what_is_mine_late_or_due_soon(house: House) -> None:
    onboarding = house.started()
    with time_machine.travel(datetime(2027, 1, 20, 9, tzinfo=UTC), tick=False), house.db.reading() as session:
        items = service.work_items_of(session, SECURITY)
        # certificates −14 (18 January) is two days late; data_path −10 and incident_contacts −7 come within a week
        assert [(item.days_late, item.due) for item in items] == [
            (2, date(2027, 1, 18)),
            (-2, date(2027, 1, 22)),
            (-5, date(2027, 1, 25)),
        ]
        assert items[0].vendor == "Northwind"
        assert service.work_items_of(session, EVALUATOR) == []
    task = house.tasks(onboarding)["certificates_current"]
    with house.db.writing() as session:
        service.set_task_state(session, actor=SECURITY, task_id=task.id, entry=done())
    with time_machine.travel(datetime(2027, 1, 20, 9, tzinfo=UTC), tick=False), house.db.reading() as session:
        assert len(service.work_items_of(session, SECURITY)) == 2
