"""Which controls an evaluation applied, for the foot of the memo: only what the code enforces or the data shows."""

from app.assessment.service import EvaluationAnalysis
from app.evaluations.models import Governance
from app.kit import wording

_APPROVER = "Approval by somebody else than the recommender"
_PANEL_ONLY = "Known to its panel alone"
# Not built yet, and said so: nobody should believe that they were kept.
_NOT_KEPT = ("Prices sealed until quality is scored", "Standstill before signature")


def controls_of(
    profile: Governance, found: EvaluationAnalysis | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Controls that were on and off; those of scoring come from the assessment."""
    states = {control.name: (control.on, control.text) for control in found.controls} if found else {}
    on = [f"{_first_low(name)} ({text})" for name, (is_on, text) in states.items() if is_on]
    off = [_first_low(name) for name, (is_on, _) in states.items() if not is_on]
    for name, is_on in (
        (_APPROVER, not may_approve_own(profile)),
        (_PANEL_ONLY, profile is Governance.FORMAL),
    ):
        (on if is_on else off).append(_first_low(name))
    return tuple(on), (*off, *(_first_low(name) for name in _NOT_KEPT))


def panel_notes(found: EvaluationAnalysis | None) -> tuple[str, ...]:
    """How much was rated, and who would lead without one of the evaluators. Evaluators are not named."""
    if found is None:
        return ()
    panel = found.panel
    said = []
    if panel.asked:
        said.append(f"Ratings made: {wording.number(panel.rated)} of {wording.number(panel.asked)}.")
    if len(panel.without_one) > 1:
        same = sum(not one.changes for one in panel.without_one)
        leader = found.leader.name if found.leader else "the leader"
        said.append(
            f"Leaving out one evaluator at a time, {leader} is first in {same} of {len(panel.without_one)}."
        )
    far = [one for one in panel.disagreements if not one.settled]
    if far:
        said.append(f"Cells in which evaluators lie far apart and no consensus was set: {len(far)}.")
    return tuple(said)


def _first_low(text: str) -> str:
    return text[:1].lower() + text[1:]


def may_approve_own(profile: Governance) -> bool:
    """Whether the one who recommends may also approve: alone, there is nobody else."""
    return profile is Governance.SOLO
