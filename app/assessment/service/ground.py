"""What an analysis stands on: every cell, paper, answer and waiver of the candidates, resolved once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.assessment import queries
from app.assessment.models import Consensus, ManualValue
from app.assessment.service.panel import FAR, PanelBoard, panel_board
from app.assessment.service.scorecard import pin_of
from app.assessment.service.sources import Found, Records, papers_of, records_of, resolve, said_by
from app.core import scoring
from app.core.errors import NotFound
from app.core.scoring import (
    AllOf,
    Analysis,
    Answered,
    AnyOf,
    CertificateHeld,
    DocumentHeld,
    Scorecard,
    Waiver,
    analyse,
)
from app.core.scoring.spec import Condition
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit import clock, library
from app.kit.db import ReadSession

SEED = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """What an analysis stands on, resolved once."""

    evaluation: Evaluation
    need: NeedIn
    day: date
    board: PanelBoard
    views: tuple[CandidateView, ...]
    found: Mapping[tuple[UUID, str], Found]
    inputs: tuple[scoring.Candidate, ...]
    gate_need: Mapping[str, tuple[str, ...]]


def decision_day(evaluation: Evaluation) -> date:
    """The day gates are decided on: the planned day of decision, or today when that has passed or is not set."""
    today = clock.now().astimezone(ZoneInfo(evaluation.time_zone)).date()
    return max(today, evaluation.decide_by) if evaluation.decide_by else today


def reweighted(scorecard: Scorecard, group_weights: Mapping[str, float]) -> Scorecard:
    """The scorecard with other group weights. Raises `Invalid` for weights that are not positive numbers."""
    body = scoring.canonical(scorecard)
    for group in body.get("scorecard", body)["groups"]:
        group["weight"] = group_weights.get(group["id"], group["weight"])
    return scoring.parse_scorecard(body)


def run(ground: Ground, scorecard: Scorecard, *, draws: int) -> Analysis:
    """The core's analysis of what was resolved."""
    return analyse(
        scorecard, ground.inputs, decision_date=ground.day, draws=draws, seed=SEED, need=ground.gate_need
    )


def ground_of(
    session: ReadSession,
    evaluation_id: UUID,
    *,
    day: date | None = None,
    candidate_ids: Sequence[UUID] | None = None,
    everybody: bool = False,
) -> Ground:
    """Resolve every cell, paper, answer and waiver of the candidates; `everybody`: all that are not out."""
    evaluation = session.get(Evaluation, evaluation_id)
    if evaluation is None:
        raise NotFound("evaluation.not_found", "There is no such evaluation, or it is not shared with you.")
    board = panel_board(session, evaluation, pin_of(session, evaluation_id))
    need = evaluations.need_of(evaluation)
    when = day or decision_day(evaluation)
    views = _taking_part(session, board, candidate_ids, everybody=everybody)
    values = queries.of_evaluation(session, ManualValue, evaluation_id)
    agreed = queries.of_evaluation(session, Consensus, evaluation_id)
    records = {
        view.candidate.id: records_of(
            session,
            view,
            when,
            {row.subject: row for row in values if row.candidate_id == view.candidate.id},
            {row.criterion: row for row in agreed if row.candidate_id == view.candidate.id},
        )
        for view in views
    }
    found = {
        (view.candidate.id, criterion.id): resolve(
            criterion, records[view.candidate.id], board.counted(view.candidate.id, criterion.id), need
        )
        for view in views
        for criterion in board.scorecard.criteria
    }
    waivers = _core_waivers(session, evaluation_id)
    asked = _asked(board.scorecard)
    names = _names(asked)
    inputs = tuple(
        _input(asked, names, records[view.candidate.id], found, waivers.get(view.candidate.id, ()))
        for view in views
    )
    return Ground(evaluation, need, when, board, views, found, inputs, _gate_need(board.scorecard, need))


def _taking_part(
    session: ReadSession, board: PanelBoard, candidate_ids: Sequence[UUID] | None, *, everybody: bool
) -> tuple[CandidateView, ...]:
    every = evaluations.candidates_of(session, board.evaluation.id)
    if candidate_ids is not None:
        wanted = set(candidate_ids)
        return tuple(view for view in every if view.candidate.id in wanted)
    if everybody:
        return tuple(view for view in every if not view.is_out)
    if board.evaluation.state is EvaluationState.OPEN:
        return board.candidates
    # Decided: whom the decision turned down was in the run until then, and stays in the result.
    inside = {view.candidate.id for view in board.candidates}
    return tuple(view for view in every if view.candidate.id in inside or _left_late(session, view))


def _left_late(session: ReadSession, view: CandidateView) -> bool:
    moves = evaluations.moves_of(session, view.candidate.id) if view.is_out else ()
    return bool(moves) and moves[0].before in FAR


def _gate_need(scorecard: Scorecard, need: NeedIn) -> dict[str, tuple[str, ...]]:
    """The need's values for the keys that requirements ask. The data class is the one of production."""
    held = {
        "data_class": (need.production_data_class,),
        "data_types": tuple(need.data_types),
        "techniques": tuple(need.techniques),
        "industries": tuple(need.industries),
        "languages": tuple(need.languages),
        "specialists": tuple(need.specialists),
    }
    asked = {key for item in scorecard.requirements for key in (*item.when, *item.except_when)}
    return {key: held[key] for key in held if key in asked}


def _core_waivers(session: ReadSession, evaluation_id: UUID) -> dict[UUID, tuple[Waiver, ...]]:
    rows = queries.waivers(session, evaluation_id)
    names = accounts.names_of(session, {row.waived_by for row in rows})
    found: dict[UUID, list[Waiver]] = {}
    for row in rows:
        by = names.get(row.waived_by, "a person no longer here")
        found.setdefault(row.candidate_id, []).append(Waiver(row.requirement, by, row.reason, row.until))
    return {candidate: tuple(waivers) for candidate, waivers in found.items()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Criteria, and the certificates, documents and questions that requirements read."""

    criteria: tuple[str, ...]
    certificates: tuple[str, ...]
    documents: tuple[str, ...]
    questions: tuple[str, ...]


def _input(
    asked: _Asked,
    names: Mapping[str, str],
    records: Records,
    found: Mapping[tuple[UUID, str], Found],
    waivers: tuple[Waiver, ...],
) -> scoring.Candidate:
    candidate = records.view.candidate.id
    answers = {name: said for name in asked.questions if (said := said_by(records, name))}
    return scoring.Candidate(
        id=records.view.name,
        cells={name: found[candidate, name].cell for name in asked.criteria},
        certificates=papers_of(records, asked.certificates),
        documents=papers_of(records, asked.documents),
        answers=answers,
        waivers=waivers,
        names=names,
    )


def _names(asked: _Asked) -> dict[str, str]:
    """What people call the papers and questions: the taxonomy's name without its remark, else the id in words."""
    rules = library.taxonomy().certifications
    called = {name: rules[name].name.partition(" (")[0] for name in asked.certificates if name in rules}
    every = (*asked.certificates, *asked.documents, *asked.questions)
    return {name: called.get(name) or name.replace("_", " ").capitalize() for name in every}


def _asked(scorecard: Scorecard) -> _Asked:
    found: tuple[list[str], list[str], list[str]] = ([], [], [])
    todo: list[Condition] = [requirement.condition for requirement in scorecard.requirements]
    while todo:
        match todo.pop():
            case AnyOf(parts) | AllOf(parts):
                todo += parts
            case CertificateHeld(name):
                found[0].append(name)
            case DocumentHeld(name):
                found[1].append(name)
            case Answered(question):
                found[2].append(question)
    certificates, documents, questions = map(tuple, found)
    return _Asked(tuple(one.id for one in scorecard.criteria), certificates, documents, questions)
