"""What a report is made from, for somebody who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.assessment.service import EvaluationAnalysis
from app.core.errors import Conflict
from app.core.permissions import Action
from app.decisions import service as decisions
from app.decisions.models import Decision
from app.decisions.service import Sources
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.service import PilotComparison
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
    """A pilot's comparison for a reader; without `prices` its costs are left out, with `blind` its names."""

    evaluation: Evaluation
    found: PilotComparison
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

    Raises `NotFound` for the pilot, `Conflict` while nothing was compared.
    """
    opened = pilots.open_pilot(session, actor, pilot_id, Action.RESULT_READ)
    found = pilots.comparison_of(session, pilot_id)
    if found is None:
        message = "Nothing is compared yet. Upload gold and at least one delivery, and let it be computed."
        raise Conflict("report.no_comparison", message)
    _, _, blind = decisions.visible_result(session, actor, opened.evaluation.id)
    return PilotReported(opened.evaluation, found, opened.access.may(Action.PRICE_READ), blind)
