"""The way in: nobody works on an evaluation without passing here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.permissions import Action, Role
from app.evaluations import queries
from app.evaluations.models import Candidate, Evaluation, EvaluationState
from app.kit.actors import Actor
from app.kit.db import ReadSession


@dataclass(frozen=True, slots=True)
class Access:
    """An evaluation the actor may work on, with the roles the actor has on its panel."""

    evaluation: Evaluation
    panel: frozenset[Role]
    actor: Actor

    def may(self, action: Action) -> bool:
        """Whether the actor may do this here, by a general or a panel role."""
        return self.actor.may(action, panel=self.panel)

    def require(self, action: Action) -> None:
        """Let pass, or raise `Forbidden`."""
        self.actor.require(action, panel=self.panel)


def open_evaluation(
    session: ReadSession,
    actor: Actor,
    evaluation_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> Access:
    """The evaluation, if the actor may do `action` on it.

    Raises `NotFound` for what the actor may not know of, `Forbidden` without the right, and with `changing`
    `Conflict` when the evaluation is no longer open.
    """
    found = queries.evaluation(session, actor, evaluation_id)
    if found is None:
        raise NotFound("evaluation.not_found", "There is no such evaluation, or it is not shared with you.")
    access = Access(found, roles_in_evaluation(session, actor, evaluation_id), actor)
    access.require(action)
    if changing and found.state is not EvaluationState.OPEN:
        message = f"{found.label} is {found.state}; reopen it before changing this."
        raise Conflict("evaluation.not_open", message)
    return access


def candidate_access(
    session: ReadSession,
    actor: Actor,
    candidate_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> tuple[Candidate, Access]:
    """A candidate and the access to its evaluation; raises as `open_evaluation`."""
    row = session.get(Candidate, candidate_id)
    # one answer for both, so that nobody learns that a candidate of a hidden evaluation exists
    if row is None or queries.evaluation(session, actor, row.evaluation_id) is None:
        raise NotFound("candidate.not_found", "There is no such candidate, or it is not shared with you.")
    return row, open_evaluation(session, actor, row.evaluation_id, action, changing=changing)


def may_read_evaluation(session: ReadSession, actor: Actor, evaluation_id: UUID) -> bool:
    """Whether the actor may know of an evaluation; False too where there is none."""
    if queries.evaluation(session, actor, evaluation_id) is None:
        return False
    return actor.may(Action.EVALUATION_READ, panel=roles_in_evaluation(session, actor, evaluation_id))


def may_read_candidate(session: ReadSession, actor: Actor, candidate_id: UUID) -> bool:
    """Whether the actor may know of a candidate; False too where there is none."""
    row = session.get(Candidate, candidate_id)
    return row is not None and may_read_evaluation(session, actor, row.evaluation_id)


def roles_in_evaluation(session: ReadSession, actor: Actor, evaluation_id: UUID) -> frozenset[Role]:
    """The roles the actor has on the panel."""
    member = queries.member(session, evaluation_id, actor.id)
    return frozenset(Role(role) for role in member.roles) if member else frozenset()


def roles_on_candidate(session: ReadSession, actor: Actor, candidate_id: UUID) -> frozenset[Role]:
    """The roles the actor has on the panel of a candidate's evaluation."""
    row = session.get(Candidate, candidate_id)
    return roles_in_evaluation(session, actor, row.evaluation_id) if row else frozenset()


def list_page(
    session: ReadSession,
    *,
    actor: Actor,
    text: str,
    state: str,
    sort: str = "-number",
    page: int,
    rows: int,
) -> tuple[Sequence[Evaluation], int]:
    """One page of the evaluations the actor may know of, and how many there are.

    `sort` is number, name or decide, with - for descending.
    """
    actor.require(Action.EVALUATION_READ)
    return queries.evaluations_page(
        session, actor, text=text, state=state, sort=sort, offset=(page - 1) * rows, limit=rows
    )


def list_after(
    session: ReadSession, *, actor: Actor, after: UUID | None, limit: int, text: str = "", state: str = ""
) -> Sequence[Evaluation]:
    """The same for programs: after a cursor, oldest first."""
    actor.require(Action.EVALUATION_READ)
    return queries.evaluations_after(session, actor, after=after, limit=limit, text=text, state=state)


def count_open(session: ReadSession, actor: Actor) -> int:
    """Open evaluations the actor may know of."""
    return queries.count_open(session, actor)
