"""The result of an evaluation: candidates ranked and explained, each cell with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.accounts import service as accounts
from app.assessment import queries
from app.assessment.models import GateWaiver, PinnedScorecard, Rating
from app.assessment.service.ground import SEED, Ground, ground_of, reweighted, run
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
from app.core.scoring import (
    UNIT,
    Analysis,
    CandidateResult,
    PanelAgreement,
    PanelRating,
    Price,
    Scorecard,
    analyse,
    leave_one_out,
    panel_agreement,
    points_at,
)
from app.core.scoring.effort import rated_criteria
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.evaluations.service import CandidateView
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession

DRAWS = 10_000
TRIAL_DRAWS = 2_000


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
    return _analysed(session, ground_of(session, evaluation_id, day=day, candidate_ids=candidate_ids))


def result_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> EvaluationAnalysis:
    """The result for a person. Raises `Conflict` while the actor still has ratings to lock: it would show others'."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    ground = ground_of(session, evaluation_id)
    _refuse_waiting(ground.board, actor)
    return _analysed(session, ground)


def what_if(found: EvaluationAnalysis, group_weights: Mapping[str, float]) -> Analysis:
    """The ranking under other group weights (positive, by group id; absent: as they are). A trial, never stored.

    Raises `Invalid` for weights that are not positive numbers.
    """
    scorecard = reweighted(found.analysis.scorecard, group_weights)
    return analyse(
        scorecard,
        found.inputs,
        decision_date=found.day,
        draws=TRIAL_DRAWS,
        seed=SEED,
        need=found.gate_need,
    )


def agreement_of(found: EvaluationAnalysis) -> PanelAgreement | None:
    """How well the panel agrees, from the ratings that count; None with fewer than two evaluators."""
    judged = found.panel.judged
    several = len({one.evaluator for one in judged}) > 1
    return panel_agreement(judged, seed=found.analysis.seed) if several else None


def require_unblinded(session: ReadSession, evaluation: Evaluation, actor: Actor) -> None:
    """Let pass, or raise `Conflict` while the actor has candidates to rate and lock."""
    pin = queries.pin(session, evaluation.id)
    if pin is not None:
        _refuse_waiting(panel_board(session, evaluation, pin), actor)


def _refuse_waiting(board: PanelBoard, actor: Actor) -> None:
    waiting = board.waiting(actor.id) if board.is_blind else ()
    if waiting:
        message = f"The result opens for you once your own ratings are locked: {len(waiting)} left."
        raise Conflict("assessment.blind", message)


def _analysed(session: ReadSession, ground: Ground) -> EvaluationAnalysis:
    scorecard = ground.board.scorecard
    if not ground.views:
        raise Conflict("assessment.no_candidates", "There are no candidates yet; take vendors in first.")
    if not has_anchors(ground.board.pin, scorecard):
        raise Conflict(
            "assessment.price_open", "Set target and cap of the price before candidates are ranked."
        )
    analysis = run(ground, scorecard, draws=DRAWS)
    names = {view.name: view for view in ground.views}
    waivers = queries.waivers(session, ground.evaluation.id)
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
        out=_out(session, ground.evaluation.id, {line.id for line in lines}),
        cells=_cells(ground, lines),
        pin=pinned_info(session, ground.board.pin),
        panel=_panel_facts(session, ground, analysis),
        controls=controls_of(session, ground.board),
        inputs=ground.inputs,
        gate_need=ground.gate_need,
        input_digest=_digest(ground, scorecard),
    )


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
    base = f"/evaluations/{ground.evaluation.id}"
    return CellEvidence(
        candidate_id=line.id,
        criterion=criterion,
        cell=found.cell,
        value=line.line.cells[criterion],
        kind=found.kind,
        source=found.source,
        reason=found.reason,
        evidence=found.cell.evidence,
        href=f"{base}/cells/{line.id}/{criterion}",
        ask=found.place or _asking_place(base, line, criterion, found.kind),
        flag=found.flag,
        single=found.single,
    )


def _asking_place(base: str, line: CandidateLine, criterion: str, kind: str) -> str:
    """The page on which an open cell of this kind can be answered."""
    return {
        "rating": f"{base}/scores?criterion={criterion}",
        "consensus": f"{base}/cells/{line.id}/{criterion}",
        "pilot": f"{base}/pilot",
        "answer": f"{base}/discovery",
        "fact": f"/vendors/{line.vendor_id}",
    }.get(kind, f"{base}/values?subject={criterion}#candidate-{line.id}")


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
        judged=_judged(analysis, counted),
        disagreements=tuple(
            Disagreement(candidate, criterion, found.kind == "consensus")
            for (candidate, criterion), found in ground.found.items()
            if found.flag
        ),
        without_one=_without_one(ground, analysis, {row.user_id for row in counted}, names),
        conflicts=len(board.conflicts),
    )


def _judged(analysis: Analysis, rows: Sequence[Rating]) -> tuple[PanelRating, ...]:
    scales = {c.id: c.scale for c in rated_criteria(analysis.scorecard) if not isinstance(c.scale, Price)}
    return tuple(
        PanelRating(
            str(row.user_id),
            str(row.candidate_id),
            row.criterion,
            points_at(scales[row.criterion], row.value) / UNIT,
        )
        for row in rows
        if row.criterion in scales
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
        WithoutOne(user, names.get(user, "a person no longer here"), trial.leader, trial.lead, trial.changes)
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
