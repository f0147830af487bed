"""The page that pins, weighs and locks the scorecard of an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.assessment.models import PinnedScorecard
from app.assessment.service import PinnedInfo, has_anchors, scorecard_of
from app.assessment.views.words import share
from app.core.scoring import Criterion, Price, Scorecard, weights_of
from app.core.scoring.effort import is_rated, rated_criteria
from app.evaluations.frame import EvaluationFrame
from app.evaluations.models import Governance
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.kit.wording import day, number
from app.scorecards.service import ScorecardView


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One criterion, its weight, and where its value will come from."""

    name: str
    href: str
    weight: str
    source: str
    badge: tuple[str, str]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group with the weight that is typed in."""

    field: str
    name: str
    share: str
    criteria: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class ScorecardPage(Page):
    """Choose a scorecard, then weigh it, set the price anchors and lock both."""

    template: ClassVar[str] = "assessment/scorecard.html"

    frame: EvaluationFrame
    base: str
    form: FormState
    may_edit: bool
    is_pinned: bool
    is_open: bool
    may_replace: bool
    offers_small_team: bool
    choices: tuple[Option, ...]
    facts: tuple[Fact, ...]
    groups: tuple[GroupRow, ...]
    methods: tuple[Option, ...]
    questions: tuple[str, ...]
    has_price: bool
    currency: str
    lacks_anchors: bool


METHODS = (
    Option("direct", "Weights", "any positive numbers; they are divided by their sum"),
    Option("swing", "Swing points", "the group you would lift first gets 100, the others their part of it"),
    Option("order", "Order", "1 for the most important group, 2 for the next"),
)


def scorecard_view(
    frame: EvaluationFrame,
    form: FormState,
    choices: Sequence[ScorecardView],
    governance: Governance,
    pin: PinnedScorecard | None,
    info: PinnedInfo | None,
    *,
    candidates: int,
    raters: int,
    may_edit: bool,
    may_replace: bool,
) -> ScorecardPage:
    """The page before and after pinning."""
    scorecard = scorecard_of(pin) if pin else None
    return ScorecardPage(
        title=f"Scorecard of {frame.name}",
        frame=frame,
        base=frame.base,
        form=form,
        may_edit=may_edit,
        is_pinned=pin is not None,
        is_open=info is not None and info.weights_locked_at is None,
        may_replace=may_replace,
        offers_small_team=governance is Governance.SOLO,
        choices=tuple(_choice(view) for view in choices),
        facts=_facts(scorecard, info, candidates, raters) if scorecard and info else (),
        groups=_groups(scorecard, frame.base) if scorecard else (),
        methods=METHODS,
        questions=_questions(scorecard) if scorecard else (),
        has_price=scorecard is not None and scorecard.price is not None,
        currency=info.currency if info else "",
        lacks_anchors=pin is not None and scorecard is not None and not has_anchors(pin, scorecard),
    )


def form_values(pin: PinnedScorecard | None) -> dict[str, object]:
    """What the fields show: the stored weights and anchors."""
    if pin is None:
        return {}
    scorecard = scorecard_of(pin)
    values: dict[str, object] = {f"groups.{group.id}": f"{group.weight:g}" for group in scorecard.groups}
    values |= {key: _spelled(pin.price.get(key)) for key in ("target", "cap")}
    return {**values, "method": "direct"}


def _spelled(value: object) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _choice(view: ScorecardView) -> Option:
    scorecard = view.scorecard
    hint = f"{len(scorecard.criteria)} criteria, {len(rated_criteria(scorecard))} ratings per candidate"
    return Option(f"{view.key}@{view.number}", f"{view.name}, v{view.number}", hint)


def _facts(scorecard: Scorecard, info: PinnedInfo, candidates: int, raters: int) -> tuple[Fact, ...]:
    rated = len(rated_criteria(scorecard))
    asked = rated * candidates
    anchors = "not set"
    if info.target is not None and info.cap is not None:
        anchors = (
            f"{info.target:g} earns 100 points, {info.cap:g} none, in {info.currency} per accepted label"
        )
    return (
        Fact(
            "Scorecard",
            f"{info.name}, {info.key} v{info.number}",
            info.digest[:12],
            f"/scorecards/{info.key}",
        ),
        Fact(
            "Criteria",
            str(len(scorecard.criteria)),
            f"{len(info.left_out)} left out" if info.left_out else "",
        ),
        Fact("Must-haves", str(len(scorecard.requirements))),
        Fact("Ratings it asks", number(asked), f"{rated} per candidate and evaluator; evaluators: {raters}"),
        Fact("Price", anchors),
        Fact(
            "Weights",
            info.weights_method,
            f"locked {day(info.weights_locked_at)}" if info.weights_locked_at else "open",
        ),
    )


def _groups(scorecard: Scorecard, base: str) -> tuple[GroupRow, ...]:
    weights = weights_of(scorecard)
    rows, at = [], 0
    for index, group in enumerate(scorecard.groups):
        criteria = []
        for criterion in group.criteria:
            criteria.append(_source(criterion, share(weights.share(at)), base))
            at += 1
        whole = share(weights.of_group(index) / weights.whole)
        rows.append(GroupRow(f"groups.{group.id}", group.name, whole, tuple(criteria)))
    return tuple(rows)


def _source(criterion: Criterion, weight: str, base: str) -> SourceRow:
    text, badge = source_words(criterion)
    return SourceRow(criterion.name, f"{base}/values?subject={criterion.id}", weight, text, badge)


def source_words(criterion: Criterion) -> tuple[str, tuple[str, str]]:
    """Where a criterion's value will come from, and whether a source of ours can give it."""
    source = criterion.source
    if is_rated(criterion):
        return "rated by the panel", ("rated", "info")
    if "questionnaire" in source and "question" in source:
        return f"the answer to {source['question']}", ("automatic", "ok")
    if "cost" in source or isinstance(criterion.scale, Price):
        return "the offer, at the pilot's pace and acceptance", ("automatic", "ok")
    if "pilot" in source:
        key = str(source["pilot"])
        if key in MEASURED:
            return f"the pilot: {key}", ("automatic", "ok")
        return f"{key} is not measured by pilots here: type it in with its source", ("by hand", "warn")
    if "vendor" in source:
        return f"the register: {source['vendor']}", ("automatic", "ok")
    return "no source here can give it: type it in with its source", ("by hand", "warn")


# Keys of `assessment.service.measures.metrics_for`.
MEASURED = frozenset(
    {
        "accuracy",
        "macro_f1",
        "f1",
        "precision",
        "recall",
        "mean_iou",
        "by_class.f1",
        "accepted_per_labeler_day",
        "review.first_pass",
    }
    | {"seconds_per_label", "errors.missing", "errors.extra", "errors.wrong_label", "errors.loose"}
)


def _questions(scorecard: Scorecard) -> tuple[str, ...]:
    listed = scorecard.library.get("swing_questions") or ()
    return tuple(str(text) for text in listed) if isinstance(listed, list | tuple) else ()
