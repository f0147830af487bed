"""One scorecard to read: the tree with shares, must-haves, the work it asks, its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.scoring import Criterion, Levels, Scorecard, Weights, weights_of
from app.core.scoring.effort import MINUTES_A_RATING, rated_criteria, short_list
from app.core.scoring.words import condition_words, moment_words, scale_words, source_words
from app.core.taxonomy import Taxonomy
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Fact, Option
from app.kit.wording import percent
from app.scorecards.service import ScorecardView
from app.scorecards.views import CRUMBS
from app.scorecards.views.listing import badges, data_words

MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level, its points and what it means."""

    label: str
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class CriterionCard:
    """One criterion with its scale; `share` is 0–100 of the total."""

    id: str
    name: str
    weight: str
    share: float
    scale: str
    source: str
    note: str
    rated: bool
    levels: tuple[LevelLine, ...]


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One group with its criteria; `swing` says what lifting it from worst to best means."""

    id: str
    name: str
    weight: str
    minimum: str
    who: str
    swing: str
    criteria: tuple[CriterionCard, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the history; `diff_url` shows what changed since the one before."""

    label: str
    state: str
    kind: str
    url: str
    diff_url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Effort:
    """How much rating a scorecard asks of a panel, in words."""

    candidates: int
    evaluators: int
    most: int
    ratings: str
    minutes: str
    alone: str


@dataclass(frozen=True, slots=True)
class ScorecardPage(Page):
    """One scorecard to read."""

    template: ClassVar[str] = "scorecards/show.html"

    crumbs: tuple[Crumb, ...]
    key: str
    number: int
    label: str
    description: str
    badges: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    effort: Effort
    groups: tuple[GroupCard, ...]
    requirements: tuple[tuple[str, str, str], ...]
    questions: tuple[str, ...]
    versions: tuple[VersionLine, ...]
    others: tuple[Option, ...]
    pick: str
    yaml_url: str
    is_draft: bool
    is_own: bool
    is_retired: bool
    may_edit: bool
    form: FormState


def show_view(
    view: ScorecardView,
    versions: Sequence[ScorecardView],
    others: Sequence[ScorecardView],
    taxonomy: Taxonomy,
    form: FormState,
    *,
    people: tuple[int, int],
    may_edit: bool,
) -> ScorecardPage:
    """One scorecard with anchors and level texts; `people` are candidates and evaluators to count ratings for."""
    scorecard = view.scorecard
    return ScorecardPage(
        title=view.name,
        crumbs=CRUMBS,
        key=view.key,
        number=view.number,
        label=view.label,
        description=_text(scorecard.library.get("description")),
        badges=badges(view),
        facts=_facts(view, taxonomy),
        effort=effort_of(scorecard, *people),
        groups=_groups(scorecard),
        requirements=tuple(
            (item.name, condition_words(item.condition), moment_words(item))
            for item in scorecard.requirements
        ),
        questions=_questions(scorecard),
        versions=_versions(view, versions),
        others=tuple(
            Option(pick_of(each), f"{each.name} ({each.label})") for each in others if each.key != view.key
        ),
        pick=pick_of(view),
        yaml_url=f"/scorecards/{view.key}.yaml" + (f"?number={view.number}" if view.is_own else ""),
        is_draft=view.is_draft and not view.is_retired,
        is_own=view.is_own,
        is_retired=view.is_retired,
        may_edit=may_edit,
        form=form,
    )


def pick_of(view: ScorecardView) -> str:
    """How a form names a version: the key, with its number when there may be several."""
    return f"{view.key}@{view.number}" if view.is_own else view.key


def effort_of(scorecard: Scorecard, candidates: int, evaluators: int) -> Effort:
    """The ratings a panel is asked for when everybody rates everything, and the time one person needs for them."""
    rated = rated_criteria(scorecard)
    each = len(rated) * candidates
    kept = set(short_list(scorecard))
    alone = sum(criterion.id in kept for criterion in rated) * candidates
    return Effort(
        candidates,
        evaluators,
        MOST_PEOPLE,
        f"{each * evaluators} ({len(rated)} per candidate and person)",
        f"about {_hours(each * MINUTES_A_RATING)}, at {MINUTES_A_RATING} minutes a rating",
        f"{alone} ratings, about {_hours(alone * MINUTES_A_RATING)}" if kept else "",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _facts(view: ScorecardView, taxonomy: Taxonomy) -> tuple[Fact, ...]:
    scorecard = view.scorecard
    return (
        Fact("Kinds of data", data_words(view, taxonomy)),
        Fact("Groups and criteria", f"{len(scorecard.groups)} groups, {len(scorecard.criteria)} criteria"),
        Fact("Must-haves", str(len(scorecard.requirements))),
        Fact(
            "Threshold on the total", "none" if scorecard.minimum is None else f"{scorecard.minimum:g} points"
        ),
        Fact("Based on", view.row.based_on if view.row else "the shipped library"),
        Fact("Digest", view.digest[:16], view.digest[16:]),
    )


def _groups(scorecard: Scorecard) -> tuple[GroupCard, ...]:
    weights, kept = weights_of(scorecard), set(short_list(scorecard))
    found, at = [], 0
    for index, group in enumerate(scorecard.groups):
        cards = []
        for criterion in group.criteria:
            cards.append(_criterion(criterion, weights, at, kept))
            at += 1
        found.append(
            GroupCard(
                group.id,
                group.name,
                percent(weights.of_group(index) / weights.whole),
                "" if group.minimum is None else f"at least {group.minimum:g} points",
                _who(group.docs.get("who")),
                _text(group.docs.get("description")),
                tuple(cards),
            )
        )
    return tuple(found)


def _criterion(criterion: Criterion, weights: Weights, at: int, kept: set[str]) -> CriterionCard:
    levels: tuple[LevelLine, ...] = ()
    if isinstance(criterion.scale, Levels):
        texts = criterion.docs.get("level_texts") or {}
        levels = tuple(
            LevelLine(name.replace("_", " "), f"{points:g}", _text(texts.get(name)))
            for name, points in criterion.scale.points.items()
        )
    source = source_words(criterion)
    notes = [_text(criterion.docs.get(key)) for key in ("description", "note")]
    if criterion.minimum is not None:
        notes.append(f"A candidate needs at least {criterion.minimum:g} points here.")
    return CriterionCard(
        id=criterion.id,
        name=criterion.name,
        weight=percent(weights.share(at), 1),
        share=round(100 * weights.share(at), 2),
        scale="" if levels else scale_words(criterion),
        source=f"{source}, on the short list" if criterion.id in kept else source,
        note=" ".join(note for note in notes if note),
        rated=source == "rated by the panel",
        levels=levels,
    )


def _versions(view: ScorecardView, versions: Sequence[ScorecardView]) -> tuple[VersionLine, ...]:
    found = []
    for at, each in enumerate(versions):
        before = versions[at + 1] if at + 1 < len(versions) else None
        found.append(
            VersionLine(
                f"v{each.number}",
                each.state if each.is_own else "shipped",
                {"draft": "warn", "published": "ok"}.get(each.state, "") if each.is_own else "info",
                f"/scorecards/{each.key}?number={each.number}",
                f"/scorecards/compare?old={pick_of(before)}&new={pick_of(each)}" if before else "",
                each.number == view.number,
            )
        )
    return tuple(found)


def _questions(scorecard: Scorecard) -> tuple[str, ...]:
    listed = scorecard.library.get("swing_questions")
    return tuple(str(text) for text in listed) if isinstance(listed, list) else ()


def _who(value: object) -> str:
    return (
        ", ".join(str(role).replace("_", " ") for role in value) if isinstance(value, list) else _text(value)
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
