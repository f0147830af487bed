"""Trial weights: read from the address, shown beside the locked ones, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.assessment.service import EvaluationAnalysis
from app.assessment.views.words import share
from app.core.scoring import Analysis
from app.kit.paging import link
from app.kit.wording import number

SHOWN_ROWS = 8


@dataclass(frozen=True, slots=True)
class Slider:
    """A trial weight of one group."""

    name: str
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Trial weights and what they would give; `rows` are (name, total, change) of the trial.

    `reset_url` and `share_url` are empty while nothing is tried.
    """

    action: str
    sliders: tuple[Slider, ...]
    badge: tuple[str, str]
    text: str
    shares: str
    rows: tuple[tuple[str, str, str], ...]
    reset_url: str
    share_url: str
    reset_text: str


def weights_from(query: Mapping[str, str], found: EvaluationAnalysis) -> dict[str, float]:
    """Trial weights of every group from `w_<group>` in the address; empty when they are those that count.

    What is no number from 1 to 100 is left as it is; a group whose slider was not moved keeps its exact weight.
    """
    stated = {name: weight * 100 for name, weight in found.analysis.group_weights.items()}
    trial: dict[str, float] = {}
    for name, weight in stated.items():
        try:
            value = float(query.get(f"w_{name}", ""))
        except ValueError:
            continue
        if 1 <= value <= 100 and value != _slider(weight):
            trial[name] = value
    return {**stated, **trial} if trial else {}


def what_if_part(
    found: EvaluationAnalysis, base: str, trial: Analysis | None, weights: Mapping[str, float]
) -> WhatIf:
    """The sliders, and the trial's ranking when there is one."""
    groups = found.analysis.scorecard.groups
    stated = {name: weight * 100 for name, weight in found.analysis.group_weights.items()}
    sliders = tuple(
        Slider(f"w_{group.id}", group.name, _slider(weights.get(group.id, stated[group.id])))
        for group in groups
    )
    locked = found.pin.weights_locked_at is not None
    real = "locked weights" if locked else "weights that count"
    text = f"A trial only: the {real} do not change."
    url = f"{base}/result"
    if trial is None:
        return WhatIf(url, sliders, ("as they are", ""), text, "", (), "", "", "")
    before = {line.name: line.line.total for line in found.candidates}
    ranked = [(line.id, line.total) for line in trial.candidates if line.total is not None]
    rows = tuple(
        (name, number(total, 1), _change(total, before[name])) for name, total in ranked[:SHOWN_ROWS]
    )
    same = trial.leader == found.analysis.leader
    badge = ("same leader", "ok") if same else (f"{trial.leader or 'nobody'} would lead", "warn")
    shares = ", ".join(f"{group.name} {share(round(trial.group_weights[group.id], 3))}" for group in groups)
    address = link(url, {slider.name: str(slider.value) for slider in sliders})
    return WhatIf(url, sliders, badge, text, shares, rows, url, address, f"Back to the {real}")


def _slider(weight: float) -> int:
    """The whole number a slider shows, 1 to 100."""
    return min(100, max(1, round(weight)))


def _change(now: float, before: float | None) -> str:
    if before is None:
        return ""
    text = number(now - before, 1)
    return f"+{text}" if now - before >= 0.05 else text
