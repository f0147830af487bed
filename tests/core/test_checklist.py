from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.checklist import (
    Checklist,
    PlannedTask,
    Task,
    TaskStatus,
    offboarding_for,
    parse_checklist,
    readiness,
    tasks_for,
)
from app.core.errors import Invalid
from app.kit import library

TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def onboarding() -> Checklist:
    return parse_checklist(library.load("checklists", "onboarding"), library.taxonomy())


def plan(checklist: Checklist, *, tier: str = "full", **need: object) -> dict[str, PlannedTask]:
    planned = tasks_for(checklist, tier=tier, need=need, kickoff=date(2026, 12, 1))
    return {entry.task.id: entry for entry in planned}


def problems_of(value: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        parse_checklist(value, library.taxonomy())
    return [str(problem) for problem in caught.value.problems]


def test_shipped_onboarding_has_42_tasks_and_6_for_the_way_out(onboarding: Checklist) -> None:
    assert len(onboarding.tasks) == 42
    assert len(onboarding.offboarding) == 6
    assert onboarding.gate.waived_by == ("approver",)
    assert onboarding.gate.waiver_needs == ("reason", "until")


def test_core_tier_has_17_tasks_and_those_the_data_class_adds(onboarding: Checklist) -> None:
    assert len(plan(onboarding, tier="core")) == 17
    health = plan(onboarding, tier="core", data_class=["phi", "personal_eu"])
    assert set(health) - set(plan(onboarding, tier="core")) == {"baa", "dpa"}
    assert "worker_welfare" in plan(onboarding, tier="core", data_class="disturbing")
    assert len(plan(onboarding)) == 39


@pytest.mark.parametrize(
    ("task", "due"),
    [
        ("kickoff_meeting", date(2026, 12, 1)),  # Tuesday, day 0
        ("contract", date(2026, 11, 17)),  # day -14 is a Tuesday
        ("nda", date(2026, 10, 30)),  # day -30 is Sunday 1 November
        ("success_metrics", date(2026, 11, 13)),  # day -17 is Saturday 14 November
        ("named_accounts", date(2026, 11, 27)),  # day -3 is Saturday 28 November
        ("qualification", date(2026, 12, 4)),  # day 4 is Saturday 5 December
        ("first_invoice", date(2027, 1, 5)),  # day 35 is a Tuesday
    ],
)
def test_due_dates_count_calendar_days_and_step_back_over_weekends(
    onboarding: Checklist, task: str, due: date
) -> None:
    assert plan(onboarding)[task].due == due


def test_holiday_moves_a_due_date_to_the_working_day_before(onboarding: Checklist) -> None:
    friday, thursday = date(2026, 12, 4), date(2026, 12, 3)
    planned = tasks_for(
        onboarding, tier="core", need={}, kickoff=date(2026, 12, 1), holidays={friday, date(2026, 12, 1)}
    )
    dates = {entry.task.id: entry.due for entry in planned}
    assert dates["qualification"] == thursday
    assert dates["kickoff_meeting"] == date(2026, 11, 30)


def test_offboarding_counts_from_the_last_day(onboarding: Checklist) -> None:
    dates = {e.task.id: e.due for e in offboarding_for(onboarding, last_day=date(2027, 3, 31))}
    assert dates["accounts_closed"] == date(2027, 3, 31)
    assert dates["last_delivery"] == date(2027, 3, 19)  # 21 March is a Sunday
    assert dates["data_deleted"] == date(2027, 4, 30)


@settings(deadline=None)
@given(kickoff=st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_no_task_is_due_on_a_weekend_or_before_what_it_needs(onboarding: Checklist, kickoff: date) -> None:
    planned = {e.task.id: e for e in tasks_for(onboarding, tier="full", need={}, kickoff=kickoff)}
    for entry in planned.values():
        nominal = kickoff + timedelta(days=entry.task.day)
        assert entry.due.weekday() < 5
        assert timedelta(0) <= nominal - entry.due <= timedelta(days=2)
        assert all(planned[name].due <= entry.due for name in entry.task.needs)


def test_need_left_out_of_the_plan_is_left_out_of_needs(onboarding: Checklist) -> None:
    tasks = (
        Task("a", "A", "ml_lead", -2, "e", tier="full"),
        Task("b", "B", "ml_lead", 0, "e", tier="core", needs=("a",)),
    )
    checklist = Checklist("x", 1, "X", ("s",), tasks, onboarding.gate, ())
    (only,) = tasks_for(checklist, tier="core", need={}, kickoff=TODAY)
    assert only.task.needs == ()


def status(name: str, blocks: str, state: str = "todo", **more: Any) -> TaskStatus:
    return TaskStatus(name, blocks, state, **more)


def test_gates_open_step_by_step() -> None:
    tasks = [
        status("nda", "data", "done"),
        status("rights", "signature"),
        status("guideline", "kickoff", "in_progress"),
        status("training", "production"),
        status("insurance", "none"),
    ]
    found = readiness(tasks, on=TODAY)
    assert found.data.open
    assert found.signature.waits_for == ("rights",)
    assert found.kickoff.waits_for == ("rights", "guideline")
    assert found.production.waits_for == ("rights", "guideline", "training")
    assert (found.settled, found.total) == (1, 5)


@pytest.mark.parametrize(
    ("task", "opens"),
    [
        (status("nda", "data", "done"), True),
        (status("nda", "data", "not_applicable"), True),
        (status("nda", "data", "waived", reason="public data only"), True),
        (status("nda", "data", "waived", reason="  "), False),
        (status("nda", "data", "waived", reason="soon", until=TODAY), True),
        (status("nda", "data", "waived", reason="soon", until=TODAY - timedelta(days=1)), False),
        (status("nda", "data", "evidence_review"), False),
        (status("nda", "data", "blocked"), False),
        (status("nda", "production", "todo"), True),
    ],
)
def test_kickoff_opens_when_what_blocks_it_is_settled(task: TaskStatus, opens: bool) -> None:
    assert readiness([task], on=TODAY).kickoff.open is opens


def test_no_task_at_all_opens_nothing() -> None:
    found = readiness([], on=TODAY)
    assert not found.kickoff.open
    assert not found.production.open


def test_all_problems_come_at_once_with_their_paths() -> None:
    value = library.load("checklists", "onboarding")
    tasks = value["tasks"]
    tasks[0]["id"] = tasks[3]["id"]
    tasks[1]["stage"] = "agreement"
    tasks[1]["when"]["data_class"][0] = "personal_eur"
    tasks[2]["when"] = {"dataclass": ["phi"]}
    tasks[4]["owner"] = "procurement"
    tasks[5]["day"] = "-18"
    tasks[6]["evidence"] = ""
    tasks[7]["blocks"] = False
    tasks[8]["needs"] = ["nothing"]
    value["readiness_gate"]["waive"]["by"] = ["boss"]
    value["offboarding"]["tasks"][0]["blocks"] = "data"
    said = problems_of(value)
    for expected in [
        "tasks[3]: the task id 'contract' stands twice",
        "tasks[1].stage: 'agreement' is no stage of this file; did you mean 'agreements'?",
        "tasks[1].when.data_class[0]: 'personal_eur' is no data class of the taxonomy",
        "tasks[2].when.dataclass: unknown key; did you mean 'data_class'?",
        "tasks[4].owner: 'procurement' is not known; did you mean 'procurement_lead'?",
        "tasks[5].day: must be a whole number",
        "tasks[6].evidence: is empty",
        "tasks[7].blocks: must be text; YAML reads unquoted yes, no",
        "tasks[8]: 'nothing' is no task of this file",
        "readiness_gate.waive.by: 'boss' is no role",
        "offboarding.tasks[0].blocks: unknown key",
    ]:
        assert any(line.startswith(expected) for line in said), (expected, said)


def test_tasks_that_wait_for_each_other_are_refused() -> None:
    value = library.load("checklists", "onboarding")
    by_id = {task["id"]: task for task in value["tasks"]}
    by_id["rights"]["needs"] = ["supplier_code"]
    by_id["supplier_code"]["needs"] = ["rights"]
    assert problems_of(value) in (
        ["tasks: tasks wait for each other: rights → supplier_code → rights"],
        ["tasks: tasks wait for each other: supplier_code → rights → supplier_code"],
    )


def test_task_due_before_what_it_needs_is_refused() -> None:
    value = library.load("checklists", "onboarding")
    value["tasks"][0]["needs"] = ["contract"]
    assert "tasks[0]: is due on day -30, before 'contract' that it needs (day -14)" in problems_of(value)


@pytest.mark.parametrize("value", [None, [], "x", {}, {"tasks": [None, 3, {}]}, {"readiness_gate": []}])
def test_something_else_is_refused_and_never_crashes(value: object) -> None:
    assert problems_of(value)
