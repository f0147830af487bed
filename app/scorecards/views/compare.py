"""Two scorecards side by side, and what changed between them in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.scoring import Scorecard, weights_of
from app.core.scoring.diff import Change
from app.core.scoring.words import condition_words, moment_words, scale_words
from app.kit.templating import Page
from app.kit.ui import Crumb, Option
from app.kit.wording import percent
from app.scorecards.service import ScorecardView
from app.scorecards.views import CRUMBS
from app.scorecards.views.show import pick_of

KINDS = {"added": "ok", "removed": "bad", "changed": "warn"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A difference: its badge and the sentence."""

    kind: str
    colour: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a line: weight and what is asked; both empty where the other side stands alone."""

    weight: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A group, criterion or must-have on both sides; `mark` is added, removed, changed or empty."""

    name: str
    level: str
    old: Side
    new: Side
    mark: str
    colour: str


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a side."""

    name: str
    label: str
    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Two scorecards side by side; without two chosen only the form."""

    template: ClassVar[str] = "scorecards/compare.html"

    crumbs: tuple[Crumb, ...]
    options: tuple[Option, ...]
    picked: tuple[str, str]
    sides: tuple[Column, ...]
    summary: str
    changes: tuple[ChangeLine, ...]
    lines: tuple[Line, ...]
    only: bool
    only_url: str
    swap_url: str


NOTHING = Side("", "")


def compare_view(
    choices: Sequence[ScorecardView],
    found: tuple[ScorecardView, ScorecardView, tuple[Change, ...]] | None,
    *,
    picked: tuple[str, str],
    only: bool,
) -> ComparePage:
    """The comparison; `choices` can be picked, `only` leaves out the lines that are the same on both sides."""
    known = {pick_of(view): f"{view.name} ({view.label})" for view in choices}
    if found is None:
        return _page("Compare scorecards", known, picked, (), "", (), (), only=only)
    old, new, changes = found
    for view in (old, new):
        known.setdefault(pick_of(view), f"{view.name} ({view.label})")
    marks: dict[tuple[str, str], str] = {(each.part, each.id): each.kind for each in changes if each.id}
    lines = _lines(old.scorecard, new.scorecard, marks)
    return _page(
        f"{old.label} and {new.label}",
        known,
        (pick_of(old), pick_of(new)),
        tuple(
            Column(view.name, view.label, f"/scorecards/{view.key}?number={view.number}", view.digest[:12])
            for view in (old, new)
        ),
        _summary(changes),
        tuple(ChangeLine(each.kind, KINDS[each.kind], each.sentence) for each in changes),
        tuple(line for line in lines if line.mark or not only),
        only=only,
    )


def _page(
    title: str,
    known: Mapping[str, str],
    picked: tuple[str, str],
    sides: tuple[Column, ...],
    summary: str,
    changes: tuple[ChangeLine, ...],
    lines: tuple[Line, ...],
    *,
    only: bool,
) -> ComparePage:
    options = tuple(Option(value, label) for value, label in known.items())
    base = f"/scorecards/compare?old={picked[0]}&new={picked[1]}"
    turned = f"/scorecards/compare?old={picked[1]}&new={picked[0]}"
    only_url = base if only else f"{base}&only=yes"
    return ComparePage(title, CRUMBS, options, picked, sides, summary, changes, lines, only, only_url, turned)


def _summary(changes: Sequence[Change]) -> str:
    if not changes:
        return "No difference but version and name of the file."
    counts = [(kind, sum(change.kind == kind for change in changes)) for kind in KINDS]
    return ", ".join(f"{count} {kind}" for kind, count in counts if count) + "."


def _lines(old: Scorecard, new: Scorecard, marks: Mapping[tuple[str, str], str]) -> list[Line]:
    sides = [_sides(each) for each in (old, new)]
    found = []
    for key in _merged(list(sides[0]), list(sides[1])):
        name = (sides[1].get(key) or sides[0][key])[0]
        mark = marks.get(key, "")
        pair = [each[key][1] if key in each else NOTHING for each in sides]
        found.append(Line(name, key[0], pair[0], pair[1], mark, KINDS.get(mark, "")))
    return found


def _merged(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The second's order, with what only the first has after the part it stood behind there."""
    keys = list(new)
    for at, key in enumerate(old):
        if key not in new:
            keys.insert(keys.index(old[at - 1]) + 1 if at else 0, key)
    return keys


def _sides(scorecard: Scorecard) -> dict[tuple[str, str], tuple[str, Side]]:
    weights, at = weights_of(scorecard), 0
    found: dict[tuple[str, str], tuple[str, Side]] = {}
    for index, group in enumerate(scorecard.groups):
        whole = percent(weights.of_group(index) / weights.whole, 1)
        minimum = "" if group.minimum is None else f"at least {group.minimum:g} points"
        found["group", group.id] = (group.name, Side(whole, minimum))
        for criterion in group.criteria:
            side = Side(percent(weights.share(at), 1), scale_words(criterion))
            found["criterion", criterion.id] = (criterion.name, side)
            at += 1
    for item in scorecard.requirements:
        words = "; ".join(part for part in (condition_words(item.condition), moment_words(item)) if part)
        found["requirement", item.id] = (item.name, Side("", words))
    return found
