"""Where the evaluation stands; each feature marks its own step."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.audit import service as audit
from app.evaluations import queries
from app.evaluations.models import EvaluationStep, StepName, StepState
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession


def mark_step(
    session: WriteSession,
    *,
    actor: Actor,
    evaluation_id: UUID,
    step: StepName,
    state: StepState,
    note: str = "",
) -> None:
    """Say where one step stands; `note` is the short figure beside it ('4 of 5'). Unchanged, nothing is written."""
    row = next((item for item in queries.steps(session, evaluation_id) if item.step is step), None)
    if row is not None and (row.state, row.note) == (state, note):
        return
    before = row.state if row else StepState.TODO
    row = row or EvaluationStep(evaluation_id=evaluation_id, step=step)
    row.state, row.note = state, note[:60]
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "evaluations.step.marked",
        ("evaluation", evaluation_id),
        label=step,
        before={"state": before},
        after={"state": state, "note": note},
    )


def steps_of(session: ReadSession, evaluation_id: UUID) -> Mapping[StepName, EvaluationStep]:
    """Every step of the journey, in order; what nobody marked yet is to do."""
    stored = {row.step: row for row in queries.steps(session, evaluation_id)}
    return {
        name: stored.get(name) or EvaluationStep(evaluation_id=evaluation_id, step=name) for name in StepName
    }


def steps_of_many(
    session: ReadSession, evaluation_ids: Sequence[UUID]
) -> dict[UUID, dict[StepName, StepState]]:
    """Step states of several evaluations at once, for lists."""
    found = {identifier: dict.fromkeys(StepName, StepState.TODO) for identifier in evaluation_ids}
    for row in queries.steps_of(session, evaluation_ids):
        found[row.evaluation_id][row.step] = row.state
    return found
