"""The library of scorecards as pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.scoring import (
    AllOf,
    Answered,
    AnyOf,
    CertificateHeld,
    Criterion,
    DocumentHeld,
    Flag,
    Levels,
    Linear,
    Measured,
    Piecewise,
    Price,
    Requirement,
    weights_of,
)
from app.core.scoring.effort import is_rated, rated_criteria
from app.core.scoring.spec import Condition
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Fact
from app.kit.wording import percent
from app.scorecards.models import ScorecardVersion
from app.scorecards.service import ScorecardView

CRUMBS = (Crumb("Scorecards", "/scorecards"),)


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """A line of the library."""

    name: str
    href: str
    label: str
    badges: tuple[tuple[str, str], ...]
    groups: str
    criteria: int
    requirements: int
    ratings: int


@dataclass(frozen=True, slots=True)
class ScorecardListPage(Page):
    """The library."""

    template: ClassVar[str] = "scorecards/list.html"

    text: str
    rows: tuple[ScorecardRow, ...]
    csv_url: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level, its points and what it means."""

    label: str
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class CriterionCard:
    """One criterion with its scale."""

    name: str
    weight: str
    scale: str
    source: str
    note: str
    levels: tuple[LevelLine, ...]


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One group with its criteria."""

    id: str
    name: str
    weight: str
    minimum: str
    who: str
    criteria: tuple[CriterionCard, ...]


@dataclass(frozen=True, slots=True)
class ScorecardPage(Page):
    """One scorecard to read."""

    template: ClassVar[str] = "scorecards/show.html"

    crumbs: tuple[Crumb, ...]
    key: str
    label: str
    badges: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    groups: tuple[GroupCard, ...]
    requirements: tuple[tuple[str, str, str], ...]
    versions: tuple[tuple[str, str, str], ...]
    is_draft: bool
    is_own: bool
    may_edit: bool
    form: FormState


@dataclass(frozen=True, slots=True)
class ForkPage(Page):
    """Make an own copy."""

    template: ClassVar[str] = "scorecards/fork.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState


@dataclass(frozen=True, slots=True)
class EditPage(Page):
    """Edit a draft as text."""

    template: ClassVar[str] = "scorecards/edit.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState


def list_view(found: Sequence[ScorecardView], text: str) -> ScorecardListPage:
    """The library, narrowed by words."""
    return ScorecardListPage(
        "Scorecards", text, tuple(_row(view) for view in found), f"/scorecards.csv?q={text}"
    )


def _row(view: ScorecardView) -> ScorecardRow:
    weights = weights_of(view.scorecard)
    groups = ", ".join(
        f"{group.name} {percent(weights.of_group(at) / weights.whole)}"
        for at, group in enumerate(view.scorecard.groups)
    )
    return ScorecardRow(
        view.name,
        f"/scorecards/{view.key}",
        view.label,
        _badges(view),
        groups,
        len(view.scorecard.criteria),
        len(view.scorecard.requirements),
        len(rated_criteria(view.scorecard)),
    )


def _badges(view: ScorecardView) -> tuple[tuple[str, str], ...]:
    if not view.is_own:
        return (("shipped", "info"),)
    return (("own", ""), ("draft", "warn") if view.is_draft else ("published", "ok"))


def show_view(
    view: ScorecardView, versions: Sequence[ScorecardVersion], form: FormState, *, may_edit: bool
) -> ScorecardPage:
    """One scorecard with anchors and level texts."""
    scorecard = view.scorecard
    weights = weights_of(scorecard)
    shares = {criterion.id: percent(weights.share(at), 1) for at, criterion in enumerate(scorecard.criteria)}
    return ScorecardPage(
        title=view.name,
        crumbs=CRUMBS,
        key=view.key,
        label=view.label,
        badges=_badges(view),
        facts=_facts(view),
        groups=tuple(
            GroupCard(
                group.id,
                group.name,
                percent(weights.of_group(at) / weights.whole),
                "" if group.minimum is None else f"at least {group.minimum:g} points",
                _who(group.docs.get("who")),
                tuple(_criterion(criterion, shares[criterion.id]) for criterion in group.criteria),
            )
            for at, group in enumerate(scorecard.groups)
        ),
        requirements=tuple(
            (item.name, _condition(item.condition), _when(item)) for item in scorecard.requirements
        ),
        versions=tuple(
            (f"v{row.number}", row.state.value, f"/scorecards/{row.key}?number={row.number}")
            for row in versions
        ),
        is_draft=view.is_draft,
        is_own=view.is_own,
        may_edit=may_edit,
        form=form,
    )


def _facts(view: ScorecardView) -> tuple[Fact, ...]:
    scorecard = view.scorecard
    rated = len(rated_criteria(scorecard))
    return (
        Fact("Groups and criteria", f"{len(scorecard.groups)} groups, {len(scorecard.criteria)} criteria"),
        Fact(
            "Ratings it asks",
            f"{rated} per candidate and evaluator",
            f"{rated * 12} for 4 candidates and 3 people",
        ),
        Fact("Must-haves", str(len(scorecard.requirements))),
        Fact(
            "Threshold on the total",
            "none" if scorecard.minimum is None else f"{scorecard.minimum:g} points",
        ),
        Fact("Digest", view.digest[:16]),
    )


def _who(value: object) -> str:
    return ", ".join(str(role).replace("_", " ") for role in value) if isinstance(value, list | tuple) else ""


def _criterion(criterion: Criterion, weight: str) -> CriterionCard:
    levels: tuple[LevelLine, ...] = ()
    if isinstance(criterion.scale, Levels):
        texts = criterion.docs.get("level_texts") or {}
        levels = tuple(
            LevelLine(name.replace("_", " "), f"{points:g}", str(texts.get(name, "")))
            for name, points in criterion.scale.points.items()
        )
    source = "rated by the panel" if is_rated(criterion) else ", ".join(
        f"{key} {value}" for key, value in criterion.source.items() if not isinstance(value, list | dict)
    )  # fmt: skip
    note = str(criterion.docs.get("description") or criterion.docs.get("note") or "")
    return CriterionCard(criterion.name, weight, _scale(criterion), source.replace("_", " "), note, levels)


def _scale(criterion: Criterion) -> str:
    unit = f", {criterion.unit}" if criterion.unit else ""
    match criterion.scale:
        case Linear(worst, best):
            return f"0 points at {worst:g}, 100 at {best:g}{unit}"
        case Piecewise(knots):
            return "; ".join(f"{y:g} points at {x:g}" for x, y in knots) + unit
        case Levels():
            return "levels"
        case Flag():
            return "yes or no"
        case Price(method=method):
            return f"price, {method.replace('_', ' ')}"


def _condition(condition: Condition) -> str:
    match condition:
        case CertificateHeld(name) | DocumentHeld(name):
            return name.replace("_", " ")
        case Answered(question, allowed, refused):
            said = f"is {' or '.join(allowed)}" if allowed else f"is not {' or '.join(refused)}"
            return f"the answer to {question} {said}".replace("_", " ")
        case Measured(criterion, relation, bound, decide):
            return f"{criterion} {relation} {bound} ({decide})".replace("_", " ")
        case AnyOf(parts):
            return " or ".join(_condition(part) for part in parts)
        case AllOf(parts):
            return " and ".join(_condition(part) for part in parts)


def _when(item: Requirement) -> str:
    said = [f"before {item.before.replace('_', ' ')}"] if item.before else []
    said += [f"if {key} is {' or '.join(values)}" for key, values in item.when.items()]
    said += [f"unless {key} is {' or '.join(values)}" for key, values in item.except_when.items()]
    return "; ".join(said).replace("_", " ")
