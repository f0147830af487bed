"""The result of an evaluation: candidates ranked and explained, each cell with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.accounts import service as accounts
from app.assessment import queries
from app.assessment.models import GateWaiver, PinnedScorecard
from app.assessment.service.ground import SEED, Ground, ground_of, run
from app.assessment.service.outcome import (
    CandidateLine,
    CellEvidence,
    Control,
    Disagreement,
    EvaluationAnalysis,
    OutLine,
    PanelFacts,
    PinnedInfo,
    Rater,
    WithoutOne,
)
from app.assessment.service.panel import PanelBoard, panel_board
from app.assessment.service.scorecard import has_anchors, locked_at, opened_of
from app.assessment.service.sources import Found, from_ratings
from app.core import scoring
from app.core.errors import Conflict
from app.core.permissions import Action
from app.core.scoring import Analysis, CandidateResult, Scorecard, leave_one_out
from app.core.scoring.effort import rated_criteria
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance
from app.evaluations.service import CandidateView
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession

DRAWS = 10_000


def analysis_of(
    session: ReadSession,
    evaluation_id: UUID,
    *,
    day: date | None = None,
    candidate_ids: Sequence[UUID] | None = None,
) -> EvaluationAnalysis:
    """The result as it stands. For features above that checked the right; see `result_of` for people.

    `day`: decide gates on this date. `candidate_ids`: rank exactly these (a decision stores whom it compared, so
    that the result can be computed again after the losers were declined); default: the candidates that take part.
    Raises `NotFound` for the evaluation, `Conflict` naming the remedy without scorecard, candidates or price
    anchors.
    """
    ground = ground_of(session, evaluation_id, day=day, candidate_ids=candidate_ids)
    scorecard = ground.board.scorecard
    if not ground.views:
        raise Conflict("assessment.no_candidates", "There are no candidates yet; take vendors in first.")
    if not has_anchors(ground.board.pin, scorecard):
        raise Conflict(
            "assessment.price_open", "Set target and cap of the price before candidates are ranked."
        )
    analysis = run(ground, scorecard, draws=DRAWS)
    names = {view.name: view for view in ground.views}
    waivers = queries.waivers(session, evaluation_id)
    lines = tuple(
        _line(names[line.id], line, [w for w in waivers if w.candidate_id == names[line.id].candidate.id])
        for line in analysis.candidates
    )
    return EvaluationAnalysis(
        evaluation=ground.evaluation,
        need=ground.need,
        day=ground.day,
        analysis=analysis,
        candidates=lines,
        out=_out(session, evaluation_id, {line.id for line in lines}),
        cells=_cells(ground, lines),
        pin=pinned_info(session, ground.board.pin),
        panel=_panel_facts(session, ground, analysis),
        controls=controls_of(session, ground.board),
        inputs=ground.inputs,
        gate_need=ground.gate_need,
        input_digest=_digest(ground, scorecard),
    )


def result_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> EvaluationAnalysis:
    """The result for a person. Raises `Conflict` while the actor still has ratings to lock: it would show others'."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    require_unblinded(session, access.evaluation, actor)
    return analysis_of(session, evaluation_id)


def require_unblinded(session: ReadSession, evaluation: Evaluation, actor: Actor) -> None:
    """Let pass, or raise `Conflict` while the actor has candidates to rate and lock."""
    pin = queries.pin(session, evaluation.id)
    if pin is None:
        return
    waiting = panel_board(session, evaluation, pin).waiting(actor.id)
    if evaluation.governance is not Governance.SOLO and waiting:
        message = f"The result opens for you once your own ratings are locked: {len(waiting)} left."
        raise Conflict("assessment.blind", message)


def pinned_info(session: ReadSession, pin: PinnedScorecard) -> PinnedInfo:
    """The scorecard's identity and dates as values."""
    opened = opened_of(session, pin.evaluation_id)
    return PinnedInfo(
        key=pin.key,
        number=pin.number,
        name=pin.name,
        digest=pin.digest,
        pinned_at=pin.pinned_at,
        weights_method=pin.weights_method,
        weights_locked_at=locked_at(session, pin),
        first_delivery_at=opened.delivery,
        first_price_at=opened.price,
        target=pin.price.get("target"),
        cap=pin.price.get("cap"),
        currency=str(pin.price.get("currency") or ""),
        left_out=tuple(pin.left_out),
    )


def controls_of(session: ReadSession, board: PanelBoard) -> tuple[Control, ...]:
    """The controls of the governance profile that scoring applies, on or off."""
    blind, locked = board.is_blind, locked_at(session, board.pin) is not None
    conflicts = f"{len(board.conflicts)} declared" if board.conflicts else "none declared"
    raters = sum(bool(names) for names in board.duties.values())
    return (
        Control("Blind rating", blind, "ratings hidden until locked, vendors behind codes" if blind else "off"),
        Control("Weights locked", locked, "before the result was final" if locked else "not locked yet"),
        Control("Several evaluators", raters > 1, f"{raters} evaluators" if raters != 1 else "one evaluator"),
        Control("Conflicts of interest", blind, conflicts if blind else "not asked"),
        Control("Full scorecard", not board.pin.left_out, f"{len(board.pin.left_out)} criteria left out"
                if board.pin.left_out else "all criteria"),
    )  # fmt: skip


def _line(view: CandidateView, line: CandidateResult, waivers: Sequence[GateWaiver]) -> CandidateLine:
    return CandidateLine(
        id=view.candidate.id,
        code=view.candidate.code,
        name=view.name,
        vendor_id=view.vendor.id,
        is_in_house=view.is_in_house,
        stage=view.candidate.stage.value,
        line=line,
        waivers=tuple(waivers),
    )


def _out(session: ReadSession, evaluation_id: UUID, inside: set[UUID]) -> tuple[OutLine, ...]:
    return tuple(
        OutLine(view.candidate.id, view.name, view.candidate.stage.value, view.candidate.stage_reason)
        for view in evaluations.candidates_of(session, evaluation_id)
        if view.is_out and view.candidate.id not in inside
    )


def cell_evidence(ground: Ground, line: CandidateLine, criterion: str) -> CellEvidence:
    """One cell of the result with what is behind it."""
    found = ground.found[line.id, criterion]
    return CellEvidence(
        candidate_id=line.id,
        criterion=criterion,
        cell=found.cell,
        value=line.line.cells[criterion],
        kind=found.kind,
        source=found.source,
        reason=found.reason,
        evidence=found.cell.evidence,
        href=f"/evaluations/{ground.evaluation.id}/cells/{line.id}/{criterion}",
        flag=found.flag,
        single=found.single,
    )


def _cells(ground: Ground, lines: Sequence[CandidateLine]) -> Mapping[tuple[UUID, str], CellEvidence]:
    return {
        (line.id, criterion.id): cell_evidence(ground, line, criterion.id)
        for line in lines
        for criterion in ground.board.scorecard.criteria
    }


def _digest(ground: Ground, scorecard: Scorecard) -> str:
    return canonical.digest(
        {
            "engine": scoring.ENGINE,
            "scorecard": scoring.canonical(scorecard),
            "candidates": [_entered(candidate) for candidate in ground.inputs],
            "decision_date": ground.day,
            "need": ground.gate_need,
            "draws": DRAWS,
            "seed": SEED,
        }
    )


def _entered(candidate: scoring.Candidate) -> scoring.Candidate:
    """What decides: a person's name may be erased later, and what papers are called is wording."""
    papers = [
        {name: replace(paper, note="") for name, paper in held.items()}
        for held in (candidate.certificates, candidate.documents)
    ]
    waivers = tuple(replace(waiver, by="") for waiver in candidate.waivers)
    return replace(candidate, certificates=papers[0], documents=papers[1], waivers=waivers, names={})


def _panel_facts(session: ReadSession, ground: Ground, analysis: Analysis) -> PanelFacts:
    board = ground.board
    raters = [user for user in board.duties if board.asked(user)]
    names = accounts.names_of(session, raters)
    inside = {view.candidate.id for view in ground.views}
    counted = [row for row in board.ratings if board.counts(row) and row.candidate_id in inside]
    return PanelFacts(
        rated=len(counted),
        asked=sum(len(board.duties[user]) * len(board.asked(user)) for user in raters),
        raters=tuple(
            Rater(
                user,
                names.get(user, "a person no longer here"),
                len(board.asked(user)) - len(board.waiting(user)),
                len(board.asked(user)),
            )
            for user in raters
        ),
        disagreements=tuple(
            Disagreement(candidate, criterion, found.kind == "consensus")
            for (candidate, criterion), found in ground.found.items()
            if found.flag
        ),
        without_one=_without_one(ground, analysis, {row.user_id for row in counted}, names),
        conflicts=len(board.conflicts),
    )


def _without_one(
    ground: Ground, analysis: Analysis, users: set[UUID], names: Mapping[UUID, str]
) -> tuple[WithoutOne, ...]:
    """Leave-one-evaluator-out: the leader without each evaluator's ratings; settled consensus stays."""
    if len(users) < 2:
        return ()
    without = {
        str(user): [_without(ground, view, candidate, user) for view, candidate in _paired(ground)]
        for user in sorted(users)
    }
    trials = leave_one_out(analysis, without, need=ground.gate_need)
    return tuple(
        WithoutOne(user, names.get(user, "a person no longer here"), trial.leader, trial.changes)
        for user, trial in zip(sorted(users), trials, strict=True)
    )


def _paired(ground: Ground) -> list[tuple[CandidateView, scoring.Candidate]]:
    return list(zip(ground.views, ground.inputs, strict=True))


def _without(
    ground: Ground, view: CandidateView, candidate: scoring.Candidate, user: UUID
) -> scoring.Candidate:
    cells = dict(candidate.cells)
    for criterion in rated_criteria(ground.board.scorecard):
        found: Found = ground.found[view.candidate.id, criterion.id]
        if found.kind == "rating":
            kept = ground.board.counted(view.candidate.id, criterion.id, without=user)
            cells[criterion.id] = from_ratings(criterion, kept, None).cell
    return replace(candidate, cells=cells)
