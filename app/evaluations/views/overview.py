"""One evaluation at a glance, and its panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.accounts.models import User
from app.audit.service import Recorded
from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.frame import EvaluationFrame, volume_text
from app.evaluations.models import Evaluation, EvaluationState, PanelMember, StepName, StepState
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.evaluations.views.terms import PANEL_ROLES, STAGE_KINDS, happened, required, term_names, words
from app.files.service import NotesAndFiles
from app.kit import library, wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Event, Fact, Option

MOST_SHOWN = 8
_STEP_KINDS = {StepState.DONE: "ok", StepState.SKIPPED: "", StepState.CURRENT: "info", StepState.TODO: ""}
_STEP_WORDS = {StepState.TODO: "to do", StepState.CURRENT: "in work"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What a step still lacks, with where to say it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the journey with what to do there."""

    label: str
    state: str
    kind: str
    note: str
    action: str
    href: str
    is_next: bool
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A candidate in short."""

    name: str
    href: str
    stage: str
    kind: str
    is_in_house: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A person on the panel."""

    name: str
    roles: str
    user_id: str


@dataclass(frozen=True, slots=True)
class OverviewPage(Page):
    """One evaluation at a glance."""

    template: ClassVar[str] = "evaluations/overview.html"

    frame: EvaluationFrame
    steps: tuple[StepLine, ...]
    need: tuple[Fact, ...]
    agreements: tuple[str, ...]
    candidates: tuple[CandidateLine, ...]
    more_candidates: int
    members: tuple[MemberLine, ...]
    history: tuple[Event, ...]
    notes: NotesAndFiles
    form: FormState
    may_edit: bool
    may_seat: bool
    is_open: bool
    may_reopen: bool


@dataclass(frozen=True, slots=True)
class PanelPage(Page):
    """Who decides, with which roles."""

    template: ClassVar[str] = "evaluations/panel.html"

    frame: EvaluationFrame
    form: FormState
    members: tuple[MemberLine, ...]
    people: tuple[Option, ...]
    roles: tuple[Option, ...]
    may_seat: bool
    is_formal: bool


def overview_view(
    frame: EvaluationFrame,
    access: service.Access,
    *,
    states: Mapping[StepName, tuple[StepState, str]],
    candidates: Sequence[CandidateView],
    members: tuple[MemberLine, ...],
    history: Sequence[Recorded],
    notes: NotesAndFiles,
    form: FormState,
) -> OverviewPage:
    """The page of one evaluation; `states` are state and figure of each step."""
    row = access.evaluation
    need = service.need_of(row)
    shown = sorted(candidates, key=lambda view: view.is_out)
    may_edit = access.may(Action.EVALUATION_EDIT)
    return OverviewPage(
        title=frame.name,
        frame=frame,
        steps=_steps(frame, states, service.need_lacks(need) if may_edit else ()),
        need=need_facts(need) if row.need else (),
        agreements=agreements(need) if row.need else (),
        candidates=tuple(_line(frame, view) for view in shown[:MOST_SHOWN]),
        more_candidates=max(0, len(shown) - MOST_SHOWN),
        members=members,
        history=tuple(happened(item, row.time_zone) for item in history),
        notes=notes,
        form=form,
        may_edit=may_edit and row.state is EvaluationState.OPEN,
        may_seat=access.may(Action.PANEL_EDIT),
        is_open=row.state is EvaluationState.OPEN,
        may_reopen=may_edit and row.state in (EvaluationState.CANCELLED, EvaluationState.DECIDED),
    )


def panel_view(
    frame: EvaluationFrame,
    evaluation: Evaluation,
    members: tuple[MemberLine, ...],
    people: Sequence[User],
    form: FormState,
    *,
    may_seat: bool,
) -> PanelPage:
    """The panel's page; `people` are those who may be put on it."""
    return PanelPage(
        title=f"Panel of {frame.name}",
        frame=frame,
        form=form,
        members=members,
        people=tuple(Option(str(user.id), user.name, user.email) for user in people),
        roles=tuple(Option(role.value, words(role), text) for role, text in PANEL_ROLES.items()),
        may_seat=may_seat,
        is_formal=evaluation.governance == "formal",
    )


def member_lines(members: Sequence[PanelMember], names: Mapping[UUID, str]) -> tuple[MemberLine, ...]:
    """The panel as shown."""
    return tuple(
        MemberLine(
            name=names.get(member.user_id, "Somebody who was erased"),
            roles=", ".join(words(role) for role in member.roles),
            user_id=str(member.user_id),
        )
        for member in members
    )


def need_facts(need: NeedIn) -> tuple[Fact, ...]:
    """The need in a few lines."""
    low, _, high = need.volumes
    spread = f"{wording.number(low)} to {wording.number(high)}" if need.volume else ""
    classes = library.taxonomy().data_classes
    pilot, production = classes[need.pilot_data_class].name, classes[need.production_data_class].name
    same = pilot == production
    return (
        Fact("Volume", volume_text(need), spread),
        Fact("Techniques", term_names("techniques", need.techniques)),
        Fact("Data", term_names("data_types", need.data_types)),
        Fact("Languages", term_names("languages", need.languages)),
        Fact("Specialists", term_names("specialists", need.specialists)),
        Fact("Data class", production, "pilot and production" if same else f"pilot: {pilot}"),
        Fact("Budget a year", wording.money(need.budget, need.currency)),
        Fact("In-house today", _in_house(need), "a year" if need.in_house.total else ""),
        Fact("First batch", wording.day(need.start_by)),
        Fact("Finished by", wording.day(need.deadline)),
    )


def agreements(need: NeedIn) -> tuple[str, ...]:
    """What the data classes of the need demand, in sentences."""
    classes = dict.fromkeys((need.pilot_data_class, need.production_data_class))
    terms = library.taxonomy().data_classes
    return tuple(f"{terms[name].name}: {required(name)}." for name in classes if required(name))


def _in_house(need: NeedIn) -> str:
    return wording.money(need.in_house.total, need.currency) if need.in_house.total else ""


def _steps(
    frame: EvaluationFrame, states: Mapping[StepName, tuple[StepState, str]], lacks: tuple[str, ...]
) -> tuple[StepLine, ...]:
    following = service.next_step({name: state for name, (state, _) in states.items()})
    return tuple(
        StepLine(
            label=words(name),
            state=_STEP_WORDS.get(state, state.value),
            kind=_STEP_KINDS[state],
            note=note,
            action=service.TO_DO[name] if state is not StepState.DONE else "Look at it",
            href=f"{frame.base}/need" if name is StepName.NEED else frame.base + service.PLACES[name],
            is_next=name is following,
            missing=tuple(Missing(one, f"{frame.base}/need#field-{one}") for one in lacks)
            if name is StepName.NEED
            else (),
        )
        for name, (state, note) in states.items()
    )


def _line(frame: EvaluationFrame, view: CandidateView) -> CandidateLine:
    stage = view.candidate.stage
    return CandidateLine(
        name=view.name,
        href=f"{frame.base}/candidates/{view.candidate.id}",
        stage=words(stage),
        kind="bad" if view.is_out else STAGE_KINDS.get(stage, ""),
        is_in_house=view.is_in_house,
    )
