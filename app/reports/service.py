"""What a report is made from, for somebody who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.accounts import service as accounts
from app.assessment.service import EvaluationAnalysis
from app.core.errors import Conflict, Forbidden
from app.core.permissions import Action
from app.decisions import service as decisions
from app.decisions.models import Decision
from app.decisions.service import Sources
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.models import GoldVersion, Pilot, PilotTask
from app.pilots.service import ListedWork, PilotComparison
from app.reviews import service as reviews
from app.reviews.models import PilotReview
from app.reviews.service import ReviewSummary
from app.runs import service as runs
from app.runs.schemas import LabelingPlanIn
from app.vendors import service as vendors
from app.vendors.service.evidence import EvidenceState


@dataclass(frozen=True, slots=True)
class Compared:
    """An evaluation side by side. `prices`: whether the reader may see them; `evidence` goes by candidate."""

    evaluation: Evaluation
    sources: Sources
    analysis: EvaluationAnalysis
    decision: Decision | None
    evidence: Mapping[UUID, Mapping[str, EvidenceState]]
    prices: bool


@dataclass(frozen=True, slots=True)
class PilotReported:
    """A pilot's comparison for a reader; without `prices` its costs are left out, with `blind` its names.

    `found` is None for what only people judge. `review` is the newest closed blind review with its summary, if somebody
    judged in it; `work` what came back of what only people judge, by code; `plan` the labeling plan as it stands.
    `golds` are the versions of the gold, `people` who added them.
    """

    evaluation: Evaluation
    pilot: Pilot
    found: PilotComparison | None
    review: tuple[PilotReview, ReviewSummary] | None
    work: Mapping[str, ListedWork]
    names: Mapping[str, str]
    plan: LabelingPlanIn
    golds: Sequence[GoldVersion]
    people: Mapping[UUID, str]
    prices: bool
    blind: bool


def compared(session: ReadSession, actor: Actor, evaluation_id: UUID) -> Compared:
    """The candidates side by side. Raises `Conflict` while there is no result, or the actor has ratings to lock."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    decisions.refuse_blind(session, actor, evaluation_id)
    sources = decisions.gather(session, access.evaluation)
    if sources.analysis is None:
        raise Conflict("report.no_result", sources.missing)
    evidence = {
        view.candidate.id: vendors.evidence_on(session, view.vendor.id, sources.analysis.day)
        for view in sources.views
    }
    row = decisions.decision_of(session, actor=actor, evaluation_id=evaluation_id)
    return Compared(
        access.evaluation, sources, sources.analysis, row, evidence, access.may(Action.PRICE_READ)
    )


def pilot_reported(session: ReadSession, actor: Actor, pilot_id: UUID) -> PilotReported:
    """A pilot's figures. Who still has ratings to lock gets codes instead of names.

    Raises `NotFound` for the pilot, `Conflict` while nothing was compared, or in a formal evaluation until the
    reader has looked at the random items; for what only people judge, while nobody has judged.
    """
    opened = pilots.open_pilot(session, actor, pilot_id, Action.RESULT_READ)
    pilots.require_look(session, actor, opened)
    pilot, found = opened.pilot, pilots.comparison_of(session, pilot_id)
    review = _reviewed(session, actor, pilot_id)
    if found is None and (pilot.task is not PilotTask.REVIEW_ONLY or review is None):
        message = "Nothing is compared yet. Upload gold and at least one delivery, and let it be computed."
        if pilot.task is PilotTask.REVIEW_ONLY:
            message = "Nobody has judged yet. Start a blind review of the deliveries, judge its items, and close it."
        raise Conflict("report.no_comparison", message)
    _, _, blind = decisions.visible_result(session, actor, opened.evaluation.id)
    views = evaluations.candidates_of(session, opened.evaluation.id)
    if found is not None:
        found = pilots.with_reviewed(found, reviews.first_pass_in(session, actor, pilot))
    golds = pilots.golds(session, pilot_id)
    return PilotReported(
        evaluation=opened.evaluation,
        pilot=pilot,
        found=found,
        review=review,
        work=reviews.work_of(session, pilot, review[1]) if review else {},
        names={one.candidate.code: one.candidate.code if blind else one.name for one in views},
        golds=golds,
        people=accounts.names_of(session, {one.added_by for one in golds}),
        plan=_written(runs.plan_of(runs.run_of(session, pilot)), pilot.task),
        prices=opened.access.may(Action.PRICE_READ),
        blind=blind,
    )


def _written(plan: LabelingPlanIn, task: PilotTask) -> LabelingPlanIn:
    """The plan without the prompts of its template that nobody replaced."""
    prompts = runs.template_plan(task)
    told = {name: value for name, value in plan.model_dump().items() if value != prompts.get(name)}
    return LabelingPlanIn.model_validate(told)


def _reviewed(session: ReadSession, actor: Actor, pilot_id: UUID) -> tuple[PilotReview, ReviewSummary] | None:
    """The newest review that told names, with its figures; nothing while the reader has items to judge in it."""
    newest = reviews.newest_of(session, pilot_id, told=True)
    if newest is None:
        return None
    try:
        found = reviews.summary_of(session, actor=actor, review_id=newest.id)
    except Forbidden:
        return None
    return (newest, found) if found.judged else None
