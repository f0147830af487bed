"""What a recommendation stands on: the analysis, the pilot and the prices, gathered once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.assessment import service as assessment
from app.assessment.service import EvaluationAnalysis
from app.core.errors import Conflict
from app.decisions.schemas.record import MoneyTable
from app.decisions.service.money import money_part
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit import canonical
from app.kit.actors import SYSTEM
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.service import PilotComparison


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything computed that a record is made from. `missing` says what keeps the analysis from being made."""

    need: NeedIn
    views: tuple[CandidateView, ...]
    analysis: EvaluationAnalysis | None
    missing: str
    pilot: PilotComparison | None
    money: MoneyTable | None

    def digest(self) -> str:
        """Of all inputs: equal as long as scores, answers, evidence, pilot, prices and need are."""
        return canonical.digest(
            {
                "analysis": self.analysis.input_digest if self.analysis else None,
                "pilot": self.pilot.digest if self.pilot else None,
                "money": self.money.model_dump(mode="json") if self.money else None,
                "need": self.need.model_dump(mode="json"),
            }
        )


def gather(
    session: ReadSession,
    evaluation: Evaluation,
    *,
    day: date | None = None,
    candidate_ids: Sequence[UUID] | None = None,
    known: EvaluationAnalysis | None = None,
) -> Sources:
    """The state of an evaluation as values; `day` and `candidate_ids` repeat an earlier run.

    `known`: the result as it stands, where the caller has it; it is used when it is of that day and candidates.
    """
    need = evaluations.need_of(evaluation)
    repeats = known is not None and _same_run(known, day, candidate_ids)
    analysis, missing = (known, "") if repeats else _analysis(session, evaluation.id, day, candidate_ids)
    ranked = {line.id for line in analysis.candidates} if analysis else set()
    views = tuple(
        view
        for view in evaluations.candidates_of(session, evaluation.id)
        if (view.candidate.id in ranked if ranked else not view.is_out)
    )
    pilot = newest_pilot(session, evaluation.id)
    return Sources(need, views, analysis, missing, pilot, money_part(views, need, analysis, pilot))


def _same_run(known: EvaluationAnalysis, day: date | None, candidate_ids: Sequence[UUID] | None) -> bool:
    inside = {line.id for line in known.candidates}
    return day in (None, known.day) and (candidate_ids is None or set(candidate_ids) == inside)


def _analysis(
    session: ReadSession, evaluation_id: UUID, day: date | None, candidate_ids: Sequence[UUID] | None
) -> tuple[EvaluationAnalysis | None, str]:
    try:
        found = assessment.analysis_of(session, evaluation_id, day=day, candidate_ids=candidate_ids)
    except Conflict as failure:  # no scorecard, no candidate or no price anchors yet: the memo says so
        return None, failure.message
    return found, ""


def newest_pilot(session: ReadSession, evaluation_id: UUID) -> PilotComparison | None:
    """The comparison of the newest pilot that has one."""
    rows = pilots.pilots_of(session, actor=SYSTEM, evaluation_id=evaluation_id)
    found = (pilots.comparison_of(session, row.id) for row in rows)
    return next((one for one in found if one is not None), None)
