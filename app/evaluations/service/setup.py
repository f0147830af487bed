"""Open an evaluation, say what is needed, name the panel."""

from collections.abc import Sequence
from uuid import UUID

from app.accounts import service as accounts
from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import queries
from app.evaluations.models import Candidate, Evaluation, EvaluationState, PanelMember, StepName, StepState
from app.evaluations.schemas import EvaluationIn, EvaluationPatch, NeedIn, PanelIn
from app.evaluations.service.access import open_evaluation
from app.evaluations.service.candidates import mark_counts
from app.evaluations.service.codes import free_code
from app.evaluations.service.journey import mark_step
from app.kit import wording
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, spell, unchanged
from app.vendors import service as vendors

_HEAD = ("name", "governance", "time_zone", "decide_by")


def create_evaluation(
    session: WriteSession, *, actor: Actor, entry: EvaluationIn, is_demo: bool = False
) -> Evaluation:
    """Open an evaluation; with `copy_from` it starts with that one's need, panel and candidates."""
    actor.require(Action.EVALUATION_CREATE)
    row = Evaluation(
        number=queries.last_number(session) + 1,
        created_by=actor.id,
        is_demo=is_demo,
        **entry.model_dump(include=set(_HEAD)),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "evaluations.evaluation.created",
        ("evaluation", row.id),
        label=row.label,
        after=entry.model_dump(),
    )
    mark_step(session, actor=actor, evaluation_id=row.id, step=StepName.NEED, state=StepState.CURRENT)
    if entry.copy_from is not None:
        _copy(session, actor, row, entry.copy_from)
    return row


def patch_evaluation(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, patch: EvaluationPatch, seen: int | None
) -> Evaluation:
    """Change what the patch names of the head data; raises as `edit_evaluation`."""
    row = open_evaluation(session, actor, evaluation_id).evaluation
    stored = {name: getattr(row, name) for name in _HEAD}
    entry = EvaluationIn.model_validate({**stored, **patch.model_dump(exclude_unset=True)})
    return edit_evaluation(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)


def edit_evaluation(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: EvaluationIn, seen: int | None
) -> Evaluation:
    """Change name, governance, time zone or the day of decision."""
    access = open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT, changing=True)
    row = access.evaluation
    values = entry.model_dump(include=set(_HEAD))
    unchanged(row, seen, values)
    before, after = audit.changes({name: getattr(row, name) for name in _HEAD}, values)
    for name, value in values.items():
        setattr(row, name, value)
    audit.record(
        session,
        actor,
        "evaluations.evaluation.edited",
        ("evaluation", row.id),
        label=row.label,
        before=before,
        after=after,
    )
    session.flush()
    return row


def set_need(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, need: NeedIn, seen: int | None
) -> Evaluation:
    """Write down the need; the step is done once volume, techniques and data classes are known."""
    access = open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT, changing=True)
    row = access.evaluation
    unchanged(row, seen, need_texts(need), stored=need_texts(need_of(row)))
    before, after = audit.changes(row.need, need.model_dump(mode="json"))
    row.need = need.model_dump(mode="json")
    audit.record(
        session,
        actor,
        "evaluations.need.set",
        ("evaluation", row.id),
        label=row.label,
        before=before,
        after=after,
    )
    state = StepState.CURRENT if need_lacks(need) else StepState.DONE
    mark_step(session, actor=actor, evaluation_id=row.id, step=StepName.NEED, state=state)
    session.flush()
    return row


def need_lacks(need: NeedIn) -> tuple[str, ...]:
    """The entries without which the step is not done, by their names; every need has data classes."""
    return tuple(name for name in ("techniques", "volume") if not getattr(need, name))


def need_of(evaluation: Evaluation) -> NeedIn:
    """The need as a value; an evaluation without one gives the empty need."""
    return NeedIn.model_validate(evaluation.need)


def need_texts(need: NeedIn) -> dict[str, str]:
    """Every entry of a need as people read it, to compare two versions."""
    costs = {f"in-house {name}": value for name, value in need.in_house.model_dump().items()}
    money = {"budget": need.budget} | {
        name: value for name, value in costs.items() if name != "in-house labels_per_year"
    }
    plain = need.model_dump(exclude={"in_house", "budget"})
    labels = {"in-house labels_per_year": need.in_house.labels_per_year}
    texts = {name: spell(value) for name, value in {**plain, **labels}.items()}
    texts |= {name: wording.money(value, need.currency) for name, value in money.items()}
    return {name.replace("_", " "): text for name, text in texts.items()}


def set_member(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: PanelIn) -> None:
    """Give a person roles on the panel; no roles takes the person off."""
    open_evaluation(session, actor, evaluation_id, Action.PANEL_EDIT)
    if entry.roles and entry.user_id not in accounts.names_of(session, [entry.user_id]):
        message = "There is no such person. Choose somebody with an account; an admin adds one under People."
        raise Invalid("panel.unknown_person", [Problem("user_id", message)])
    row = queries.member(session, evaluation_id, entry.user_id)
    before = list(row.roles) if row else []
    if not entry.roles:
        if row is None:
            raise Invalid("panel.no_roles", [Problem("roles", "Choose at least one role.")])
        session.delete(row)
    else:
        row = row or PanelMember(evaluation_id=evaluation_id, user_id=entry.user_id)
        row.roles = sorted(role.value for role in entry.roles)
        session.add(row)
    audit.record(
        session,
        actor,
        "evaluations.panel.set",
        ("evaluation", evaluation_id),
        before={"user": entry.user_id, "roles": before},
        after={"user": entry.user_id, "roles": entry.roles},
    )
    session.flush()


def panel_of(session: ReadSession, evaluation_id: UUID) -> Sequence[PanelMember]:
    """Everybody on the panel."""
    return queries.panel(session, evaluation_id)


def cancel_evaluation(session: WriteSession, *, actor: Actor, evaluation_id: UUID, reason: str) -> Evaluation:
    """Stop without a decision; `reopen_evaluation` undoes it."""
    open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT)
    return set_state(
        session, actor=actor, evaluation_id=evaluation_id, state=EvaluationState.CANCELLED, reason=reason
    )


def reopen_evaluation(session: WriteSession, *, actor: Actor, evaluation_id: UUID, reason: str) -> Evaluation:
    """Take up a decided or cancelled evaluation again."""
    open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT)
    return set_state(
        session, actor=actor, evaluation_id=evaluation_id, state=EvaluationState.OPEN, reason=reason
    )


def set_state(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, state: EvaluationState, reason: str
) -> Evaluation:
    """Move the evaluation along its states, for the feature that decides so."""
    row = open_evaluation(session, actor, evaluation_id).evaluation
    lifecycle.EVALUATION.require(row.state, state)
    before, row.state = row.state, state
    audit.record(
        session,
        actor,
        "evaluations.evaluation.state_set",
        ("evaluation", row.id),
        label=row.label,
        before={"state": before},
        after={"state": state},
        reason=reason,
    )
    session.flush()
    return row


def _copy(session: WriteSession, actor: Actor, row: Evaluation, source_id: UUID) -> None:
    source = open_evaluation(session, actor, source_id).evaluation
    row.need = dict(source.need)
    for member in queries.panel(session, source_id):
        session.add(PanelMember(evaluation_id=row.id, user_id=member.user_id, roles=list(member.roles)))
    taken: set[str] = set()
    candidates = queries.candidates(session, source_id)
    names = vendors.vendor_names(session, [candidate.vendor_id for candidate in candidates])
    for candidate in candidates:
        code = free_code(row.id, taken)
        taken.add(code)
        copied = Candidate(
            evaluation_id=row.id, vendor_id=candidate.vendor_id, code=code, channel="past_evaluation"
        )
        session.add(copied)
        audit.record(
            session,
            actor,
            "evaluations.candidate.added",
            ("candidate", copied.id),
            label=names[candidate.vendor_id],
            after={"vendor": candidate.vendor_id, "copied_from": source_id},
        )
    session.flush()
    mark_counts(session, actor, row.id)
