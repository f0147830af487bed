"""Every look into the tables of evaluations."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.permissions import Role
from app.evaluations.models import (
    OUT,
    Candidate,
    CandidateMove,
    Evaluation,
    EvaluationState,
    EvaluationStep,
    Governance,
    PanelMember,
    SearchLogEntry,
    Stage,
)
from app.kit.actors import Actor
from app.kit.columns import UtcDateTime
from app.kit.db import ReadSession


def visible(actor: Actor, statement: SelectOfScalar[Evaluation]) -> SelectOfScalar[Evaluation]:
    """Only what the actor may know of: formal evaluations are known to their panel, their maker and admins."""
    if Role.ADMIN in actor.roles:
        return statement
    panels = select(PanelMember.evaluation_id).where(PanelMember.user_id == actor.id)
    return statement.where(
        sa.or_(
            col(Evaluation.governance) != Governance.FORMAL,
            col(Evaluation.created_by) == actor.id,
            col(Evaluation.id).in_(panels),
        )
    )


def evaluation(session: ReadSession, actor: Actor, evaluation_id: UUID) -> Evaluation | None:
    """One evaluation, if the actor may know of it."""
    return session.exec(visible(actor, select(Evaluation).where(Evaluation.id == evaluation_id))).first()


SORTS: dict[str, Any] = {
    "number": col(Evaluation.number),
    "name": sa.func.lower(Evaluation.name),
    "decide": col(Evaluation.decide_by),
}

_NUMBER = re.compile(r"(?:EV-?)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


def _matching(actor: Actor, text: str, state: str) -> SelectOfScalar[Evaluation]:
    wanted = visible(actor, select(Evaluation))
    if text:
        named = col(Evaluation.name).icontains(text, autoescape=True)
        number = _NUMBER.fullmatch(text.strip())
        wanted = wanted.where(sa.or_(named, col(Evaluation.number) == int(number[1])) if number else named)
    if state:
        wanted = wanted.where(Evaluation.state == state)
    return wanted


def evaluations_page(
    session: ReadSession,
    actor: Actor,
    *,
    text: str,
    state: str,
    sort: str = "-number",
    offset: int,
    limit: int,
) -> tuple[Sequence[Evaluation], int]:
    """One page of visible evaluations and how many there are; `sort` is a key of `SORTS`, - for descending."""
    wanted = _matching(actor, text, state)
    total = session.exec(select(sa.func.count()).select_from(wanted.subquery())).one()
    order = SORTS.get(sort.removeprefix("-"), SORTS["number"])
    by = order.desc() if sort.startswith("-") else order.asc()
    ordered = wanted.order_by(by.nulls_last(), col(Evaluation.number).desc())
    return session.exec(ordered.offset(offset).limit(limit)).all(), total


def evaluations_after(
    session: ReadSession, actor: Actor, *, after: UUID | None, limit: int, text: str = "", state: str = ""
) -> Sequence[Evaluation]:
    """Visible evaluations after a cursor, oldest first."""
    wanted = _matching(actor, text, state)
    if after is not None:
        wanted = wanted.where(col(Evaluation.id) > after)
    return session.exec(wanted.order_by(col(Evaluation.id)).limit(limit)).all()


def last_number(session: ReadSession) -> int:
    """The highest number given so far."""
    return session.exec(select(sa.func.coalesce(sa.func.max(Evaluation.number), 0))).one()


def panel(session: ReadSession, evaluation_id: UUID) -> Sequence[PanelMember]:
    """Everybody on the panel."""
    wanted = select(PanelMember).where(PanelMember.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(PanelMember.created_at))).all()


def member(session: ReadSession, evaluation_id: UUID, user_id: UUID) -> PanelMember | None:
    """One person's place on the panel."""
    return session.exec(
        select(PanelMember).where(PanelMember.evaluation_id == evaluation_id, PanelMember.user_id == user_id)
    ).first()


def candidates(session: ReadSession, evaluation_id: UUID, *, with_out: bool = True) -> Sequence[Candidate]:
    """The candidates, in the order they came in."""
    wanted = select(Candidate).where(Candidate.evaluation_id == evaluation_id)
    if not with_out:
        wanted = wanted.where(col(Candidate.stage).not_in(OUT))
    return session.exec(wanted.order_by(col(Candidate.id))).all()


def moves(session: ReadSession, candidate_id: UUID) -> Sequence[CandidateMove]:
    """Every change of stage, newest first."""
    wanted = select(CandidateMove).where(CandidateMove.candidate_id == candidate_id)
    return session.exec(wanted.order_by(col(CandidateMove.id).desc())).all()


def steps(session: ReadSession, evaluation_id: UUID) -> Sequence[EvaluationStep]:
    """The journey's steps."""
    return session.exec(select(EvaluationStep).where(EvaluationStep.evaluation_id == evaluation_id)).all()


def steps_of(session: ReadSession, evaluation_ids: Sequence[UUID]) -> Sequence[EvaluationStep]:
    """The steps of several evaluations."""
    return session.exec(
        select(EvaluationStep).where(col(EvaluationStep.evaluation_id).in_(list(evaluation_ids)))
    ).all()


def search_log(session: ReadSession, evaluation_id: UUID) -> Sequence[SearchLogEntry]:
    """Searches that were made, newest first."""
    wanted = select(SearchLogEntry).where(SearchLogEntry.evaluation_id == evaluation_id)
    return session.exec(wanted.order_by(col(SearchLogEntry.id).desc())).all()


def candidacies(
    session: ReadSession, actor: Actor, vendor_id: UUID
) -> Sequence[tuple[Candidate, Evaluation]]:
    """Where a vendor is or was a candidate, as far as the actor may know."""
    known = visible(actor, select(Evaluation)).subquery()
    wanted = (
        select(Candidate, Evaluation)
        .join(Evaluation, col(Evaluation.id) == col(Candidate.evaluation_id))
        .where(Candidate.vendor_id == vendor_id, col(Evaluation.id).in_(select(known.c.id)))
    )
    return session.exec(wanted.order_by(col(Evaluation.number).desc())).all()


def count_open(session: ReadSession, actor: Actor) -> int:
    """Visible evaluations that are not decided yet."""
    wanted = visible(actor, select(Evaluation).where(Evaluation.state == "open"))
    return session.exec(select(sa.func.count()).select_from(wanted.subquery())).one()


def own_open(session: ReadSession, actor: Actor) -> list[tuple[Evaluation, list[str]]]:
    """Open evaluations that the actor opened or sits on the panel of, with his roles there, most urgent first."""
    seat = sa.and_(col(PanelMember.evaluation_id) == col(Evaluation.id), col(PanelMember.user_id) == actor.id)
    wanted = (
        select(Evaluation, PanelMember)
        .outerjoin(PanelMember, seat)
        .where(
            Evaluation.state == EvaluationState.OPEN,
            sa.or_(col(Evaluation.created_by) == actor.id, col(PanelMember.id).is_not(None)),
        )
        .order_by(col(Evaluation.decide_by).asc().nulls_last(), col(Evaluation.number))
    )
    rows: list[tuple[Evaluation, PanelMember | None]] = list(session.exec(wanted))
    return [(row, list(seat.roles) if seat else []) for row, seat in rows]


def unmoved_since(
    session: ReadSession, evaluation_ids: Sequence[UUID], moment: datetime, *, stages: Iterable[Stage]
) -> list[tuple[Candidate, datetime]]:
    """Candidates at these stages whose last move (or arrival) lies before `moment`, with when that was."""
    last = (
        select(CandidateMove.candidate_id, sa.func.max(CandidateMove.created_at).label("at"))
        .group_by(col(CandidateMove.candidate_id))
        .subquery()
    )
    since = sa.type_coerce(sa.func.coalesce(last.c.at, Candidate.created_at), UtcDateTime)
    wanted = (
        select(Candidate, since)
        .outerjoin(last, last.c.candidate_id == col(Candidate.id))
        .where(
            col(Candidate.evaluation_id).in_(list(evaluation_ids)),
            col(Candidate.stage).in_(list(stages)),
            since < moment,
        )
        .order_by(since)
    )
    return [(row, at) for row, at in session.exec(wanted)]
