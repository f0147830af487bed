"""What stands above every page of an evaluation: its title line and the journey. Other features show it too."""

from dataclasses import dataclass
from uuid import UUID

from app.evaluations import service
from app.evaluations.models import Evaluation, EvaluationState, EvaluationStep, StepName, StepState
from app.evaluations.schemas import NeedIn
from app.kit import library, wording
from app.kit.db import ReadSession
from app.kit.ui import Crumb, Step

_STATE_KINDS = {
    EvaluationState.DECIDED: "ok",
    EvaluationState.CLOSED: "",
    EvaluationState.CANCELLED: "bad",
}


@dataclass(frozen=True, slots=True)
class EvaluationFrame:
    """The head of an evaluation's page, for the macro `head` of `evaluations/_head.html`.

    `base` is the evaluation's address (`/evaluations/<id>`); `badges` are (text, kind) pairs beside the name.
    """

    id: UUID
    label: str
    name: str
    subtitle: str
    badges: tuple[tuple[str, str], ...]
    base: str
    crumbs: tuple[Crumb, ...]
    steps: tuple[Step, ...]


def evaluation_frame(session: ReadSession, access: service.Access, current: StepName) -> EvaluationFrame:
    """The frame of a page that belongs to the step `current`; `access` comes from `open_evaluation`."""
    row = access.evaluation
    base = address(row.id)
    steps = service.steps_of(session, row.id)
    return EvaluationFrame(
        id=row.id,
        label=row.label,
        name=row.name,
        subtitle=subtitle(row),
        badges=badges(row),
        base=base,
        crumbs=(Crumb("Evaluations", "/evaluations"), Crumb(f"{row.label} {row.name}", base)),
        steps=tuple(_step(base, step, current) for step in steps.values()),
    )


def address(evaluation_id: UUID) -> str:
    """Where the pages of an evaluation begin."""
    return f"/evaluations/{evaluation_id}"


def badges(row: Evaluation) -> tuple[tuple[str, str], ...]:
    """What is unusual about an evaluation, as (text, kind): it is no longer open, or it is demo data."""
    found = [] if row.state is EvaluationState.OPEN else [(row.state.value, _STATE_KINDS[row.state])]
    return (*found, ("demo data", "info")) if row.is_demo else tuple(found)


def subtitle(row: Evaluation) -> str:
    """The evaluation in one line: 'EV-0007 · 1.2 M boxes a year · EU personal data · governance team'."""
    need = service.need_of(row)
    data = library.taxonomy().data_classes.get(need.production_data_class)
    return " · ".join(
        part
        for part in (
            row.label,
            volume_text(need),
            data.name if data and row.need else "",
            f"governance {row.governance}",
        )
        if part
    )


def volume_text(need: NeedIn) -> str:
    """The expected volume in words, '' while nobody has said it."""
    if not need.volume:
        return ""
    return f"{wording.compact(need.volume)} {wording.plural(need.unit, need.volume)} a year"


def _step(base: str, step: EvaluationStep, current: StepName) -> Step:
    # A journey marks one place as current: the one being looked at. A step in work elsewhere shows as open.
    state = StepState.TODO if step.state is StepState.CURRENT else step.state
    shown = StepState.CURRENT if step.step is current else state
    return Step(step.step.value.capitalize(), base + service.PLACES[step.step], shown.value, step.note)
