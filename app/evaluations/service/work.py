"""What waits for a person in the evaluations he leads."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.core.permissions import Action, Role
from app.evaluations import queries
from app.evaluations.models import OUT, Candidate, Evaluation, Stage, StepName, StepState
from app.evaluations.service.journey import steps_of_many
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem
from app.vendors import service as vendors

STALE_DAYS = 14  # without a move, a candidate who was contacted is worth a look
_MOVING = frozenset(Stage) - OUT - {Stage.LONGLIST, Stage.SELECTED, Stage.RESERVE}

# Where each step of the journey is worked on, below the evaluation's own address.
PLACES: Mapping[StepName, str] = {
    StepName.NEED: "",
    StepName.SEARCH: "/candidates",
    StepName.DISCOVERY: "/discovery",
    StepName.SHORTLIST: "/shortlist",
    StepName.PILOT: "/pilot",
    StepName.SCORES: "/scores",
    StepName.RESULT: "/result",
    StepName.DECISION: "/decision",
    StepName.ONBOARDING: "/onboarding",
}
TO_DO: Mapping[StepName, str] = {
    StepName.NEED: "Say what is needed",
    StepName.SEARCH: "Find candidates",
    StepName.DISCOVERY: "Hold the discovery calls",
    StepName.SHORTLIST: "Choose the shortlist",
    StepName.PILOT: "Run the pilot",
    StepName.SCORES: "Collect the ratings",
    StepName.RESULT: "Read the result",
    StepName.DECISION: "Decide",
    StepName.ONBOARDING: "Start the onboarding",
}


def address(evaluation: Evaluation, step: StepName) -> str:
    """The page on which a step is worked."""
    return f"/evaluations/{evaluation.id}{PLACES[step]}"


def next_step(states: Mapping[StepName, StepState]) -> StepName | None:
    """The first step of the journey that is neither done nor skipped, None at the end."""
    ended = (StepState.DONE, StepState.SKIPPED)
    return next((name for name in StepName if states[name] not in ended), None)


def work_items_of(session: ReadSession, actor: Actor) -> list[WorkItem]:
    """The next step of each open evaluation the actor leads, and candidates that nobody moved for two weeks.

    An evaluation is the actor's when he opened it or sits on its panel, with the right to edit it.
    """
    led = _led(session, actor)
    steps = steps_of_many(session, [row.id for row in led])
    items = [item for row in led if (item := _next_item(row, steps[row.id])) is not None]
    return items + _stale(session, led)


def _led(session: ReadSession, actor: Actor) -> Sequence[Evaluation]:
    found = queries.own_open(session, actor)
    return [
        row
        for row, roles in found
        if actor.may(Action.EVALUATION_EDIT, panel=frozenset(Role(role) for role in roles))
    ]


def _next_item(row: Evaluation, states: Mapping[StepName, StepState]) -> WorkItem | None:
    step = next_step(states)
    if step is None:
        return None
    href = f"/evaluations/{row.id}/need" if step is StepName.NEED else address(row, step)
    return WorkItem(TO_DO[step], f"{row.label} {row.name}", href, f"next step: {step}", row.decide_by)


def _stale(session: ReadSession, led: Sequence[Evaluation]) -> list[WorkItem]:
    by_id = {row.id: row for row in led}
    now = clock.now()
    found = queries.unmoved_since(session, list(by_id), now - timedelta(days=STALE_DAYS), stages=_MOVING)
    names = vendors.vendor_names(session, [row.vendor_id for row, _ in found])
    return [
        _stale_item(by_id[row.evaluation_id], row, names[row.vendor_id], (now - since).days)
        for row, since in found
    ]


def _stale_item(evaluation: Evaluation, row: Candidate, name: str, days: int) -> WorkItem:
    return WorkItem(
        title=f"Move {name} on, or out",
        subject=f"{evaluation.label} {evaluation.name}",
        href=f"/evaluations/{evaluation.id}/candidates/{row.id}",
        note=f"at {row.stage} for {days} days",
    )
