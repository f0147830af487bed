"""What stands behind one cell, and what stands beside a rating: for pages and programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.accounts import service as accounts
from app.assessment import queries
from app.assessment.models import ConflictOfInterest, Consensus, ManualValue, PinnedScorecard, Rating
from app.assessment.service.ground import Ground, ground_of
from app.assessment.service.judging import subjects_of
from app.assessment.service.panel import PanelBoard, panel_board
from app.assessment.service.ratings import candidate_in
from app.assessment.service.scorecard import pin_of
from app.assessment.service.sources import Found, certificates_beside, from_ratings, questions_beside
from app.core.errors import Conflict, NotFound
from app.core.permissions import Action
from app.core.scoring import Criterion
from app.core.scoring.effort import is_rated, rated_criteria
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.evaluations.service import Access, CandidateView
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires import service as questionnaires
from app.questionnaires.service import AnswerShown
from app.vendors import service as vendors
from app.vendors.service.evidence import EvidenceState


@dataclass(frozen=True, slots=True)
class Beside:
    """Answers and certificates that a rater reads."""

    answers: tuple[AnswerShown, ...]
    papers: tuple[EvidenceState, ...]


@dataclass(frozen=True, slots=True)
class CellShown:
    """One cell with everything behind it, as far as the reader may see it.

    `found` is None and `ratings` hold the own one only while the reader still rates this candidate blind.
    """

    evaluation: Evaluation
    view: CandidateView
    shown_name: str
    criterion: Criterion
    is_rated: bool
    ground: Ground
    found: Found | None
    ratings: tuple[tuple[str, Rating], ...]
    consensus: Consensus | None
    typed: ManualValue | None
    beside: Beside


def cell_of(
    session: ReadSession, *, actor: Actor, evaluation_id: UUID, candidate_id: UUID, criterion: str
) -> CellShown:
    """One cell for a person. Raises `NotFound` for what is not there."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    view = candidate_in(session, evaluation_id, candidate_id)
    ground = ground_of(session, evaluation_id, candidate_ids=[candidate_id])
    board = ground.board
    wanted = next((item for item in board.scorecard.criteria if item.id == criterion), None)
    if wanted is None:
        raise NotFound("assessment.no_criterion", f"The scorecard has no criterion {criterion!r}.")
    sees = (
        board.may_see_others(candidate_id, actor.id)
        if is_rated(wanted)
        else may_see_figures(board, wanted, access)
    )
    ratings = [
        row
        for row in board.ratings
        if (row.candidate_id, row.criterion) == (candidate_id, criterion)
        and (row.user_id == actor.id or (sees and board.counts(row)))
    ]
    names = accounts.names_of(session, {row.user_id for row in ratings})
    return CellShown(
        evaluation=access.evaluation,
        view=view,
        shown_name=board.shown_name(view, actor.id),
        criterion=wanted,
        is_rated=is_rated(wanted),
        ground=ground,
        found=ground.found[candidate_id, criterion] if sees else None,
        ratings=tuple((names.get(row.user_id, "a person no longer here"), row) for row in ratings),
        consensus=queries.consensus(session, candidate_id, criterion) if sees else None,
        typed=queries.value(session, candidate_id, criterion) if sees else None,
        beside=beside(session, view, wanted, ground.day),
    )


def may_see_figures(board: PanelBoard, criterion: Criterion, access: Access) -> bool:
    """Whether measured figures are shown: a price only to who may read prices, or has finished rating."""
    is_price = board.scorecard.price is not None and criterion.id == board.scorecard.price.id
    return not is_price or access.may(Action.PRICE_READ) or board.may_see_result(access.actor.id)


def beside(session: ReadSession, view: CandidateView, criterion: Criterion, day: date) -> Beside:
    """Answers and certificates that the criterion tells a rater to look at."""
    answers = questionnaires.answers_for(session, view.candidate.id, questions_beside(criterion))
    names = certificates_beside(criterion)
    papers: Mapping[str, EvidenceState] = vendors.evidence_on(session, view.vendor.id, day) if names else {}
    return Beside(
        tuple(answer for answer in answers.values() if answer.text),
        tuple(state for name, state in papers.items() if name in names),
    )


@dataclass(frozen=True, slots=True)
class PanelOverview:
    """Everything the panel's page shows; `flags` are (candidate, criterion, settled) the reader may see."""

    board: PanelBoard
    names: Mapping[UUID, str]
    flags: list[tuple[UUID, str, bool]]
    conflicts: list[ConflictOfInterest]


def panel_overview(
    session: ReadSession, evaluation: Evaluation, pin: PinnedScorecard, actor: Actor
) -> PanelOverview:
    """Who has rated what, and where those who may be seen lie far apart."""
    board = panel_board(session, evaluation, pin)
    conflicts = list(queries.of_evaluation(session, ConflictOfInterest, evaluation.id))
    agreed = {
        (row.candidate_id, row.criterion) for row in queries.of_evaluation(session, Consensus, evaluation.id)
    }
    flags = [
        (view.candidate.id, criterion.id, (view.candidate.id, criterion.id) in agreed)
        for view in board.candidates
        if board.may_see_others(view.candidate.id, actor.id)
        for criterion in rated_criteria(board.scorecard)
        if from_ratings(criterion, board.counted(view.candidate.id, criterion.id), None).flag
    ]
    people = {*board.duties, *(row.user_id for row in conflicts)}
    return PanelOverview(board, accounts.names_of(session, people), flags, conflicts)


@dataclass(frozen=True, slots=True)
class ValuesShown:
    """Figures of one subject: what is known per candidate, and what was typed in."""

    board: PanelBoard
    subjects: tuple[str, ...]
    subject: str
    found: Mapping[UUID, Found]
    typed: Mapping[UUID, ManualValue]


def values_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID, subject: str = "") -> ValuesShown:
    """Figures for the subject (default: the first one). Prices only for who may read them."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    ground = ground_of(session, evaluation_id)
    board = ground.board
    criteria = {item.id: item for item in board.scorecard.criteria}
    subjects = tuple(
        name
        for name in subjects_of(board.scorecard)
        if name not in criteria or may_see_figures(board, criteria[name], access)
    )
    if not subjects:
        raise Conflict("assessment.no_subjects", "This scorecard asks for nothing that is typed in.")
    chosen = subject if subject in subjects else subjects[0]
    typed = queries.of_evaluation(session, ManualValue, evaluation_id)
    return ValuesShown(
        board,
        subjects,
        chosen,
        {candidate: found for (candidate, name), found in ground.found.items() if name == chosen},
        {row.candidate_id: row for row in typed if row.subject == chosen},
    )


def visible_ratings(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> list[Rating]:
    """One's own ratings, and the counted ones of others where one may see them."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    board = panel_board(session, access.evaluation, pin_of(session, evaluation_id))
    return [
        row
        for row in board.ratings
        if row.user_id == actor.id or (board.counts(row) and board.may_see_others(row.candidate_id, actor.id))
    ]
