"""What changed from one scorecard to another, in words that a panel reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from app.core.numbers import exact, round_half_up
from app.core.scoring.effort import rated_criteria
from app.core.scoring.spec import Criterion, Group, Levels, Number, Requirement, Scorecard
from app.core.scoring.weights import weights_of
from app.core.scoring.words import condition_words, moment_words, scale_words, source_words

Part = Literal["scorecard", "group", "criterion", "requirement"]
Kind = Literal["added", "removed", "changed"]
_PART = {"scorecard": "Scorecard", "group": "Group", "criterion": "Criterion", "requirement": "Must-have"}
_DOCS = ("description", "unit", "note", "who", "envelope", "set_with", "fits", "swap", "from")
_LIBRARY = ("name", "description", "note", "fits", "swap", "small_team", "swing_questions")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` names the aspect of a changed part; `before` and `after` are words, '' for nothing."""

    kind: Kind
    part: Part
    id: str
    name: str
    what: str = ""
    before: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        """The change as one line: `Criterion F1: weight 14.0% → 16.0% of the total.`"""
        subject = f"{_PART[self.part]} {self.name}".strip()
        if self.kind == "added":
            return f"{subject} added: {self.after}."
        if self.kind == "removed":
            return f"{subject} removed: {self.before}."
        if not self.before and not self.after:
            return f"{subject}: {self.what}."
        return f"{subject}: {self.what} {self.before or 'none'} → {(self.after or 'none').removesuffix('.')}."


def differences(old: Scorecard, new: Scorecard) -> tuple[Change, ...]:
    """Every difference from `old` to `new`, in the order of `new`, what is gone at the end of its part.

    Parts are matched by id. Weights are compared as shares, so that writing 1 and 3 instead of 25 and 75 is no
    change; what a criterion weighs is compared inside its group, so that a changed group is said once. Equal
    scorecards have none; versions and ids of the files are not compared.
    """
    return (*_whole(old, new), *_groups(old, new), *_criteria(old, new), *_requirements(old, new))


def _whole(old: Scorecard, new: Scorecard) -> Iterator[Change]:
    for key in _LIBRARY:
        yield from _text("scorecard", "", "", key, old.library.get(key), new.library.get(key))
    yield from _documented("scorecard", "", "", old.docs, new.docs)
    yield from _minimum("scorecard", "", "", old.minimum, new.minimum)
    ratings = [len(rated_criteria(each)) for each in (old, new)]
    if ratings[0] != ratings[1]:
        yield _changed("scorecard", "", "", "ratings per candidate", *map(str, ratings))


def _groups(old: Scorecard, new: Scorecard) -> Iterator[Change]:
    shares = [_group_shares(each) for each in (old, new)]

    def said(group: Group, share: Fraction) -> str:
        return f"{_percent(share)} of the total, {_counted(len(group.criteria), 'criterion', 'criteria')}"

    for was, now in _paired(old.groups, new.groups):
        if was is None and now is not None:
            yield Change("added", "group", now.id, now.name, after=said(now, shares[1][now.id]))
        elif now is None and was is not None:
            yield Change("removed", "group", was.id, was.name, before=said(was, shares[0][was.id]))
        elif was is not None and now is not None:
            if shares[0][was.id] != shares[1][now.id]:
                words = _moved(shares[0][was.id], shares[1][now.id])
                yield _changed("group", now.id, now.name, "weight", *words)
            yield from _minimum("group", now.id, now.name, was.minimum, now.minimum)
            yield from _documented("group", now.id, now.name, was.docs, now.docs)
    yield from _reordered("groups", old.groups, new.groups)


def _criteria(old: Scorecard, new: Scorecard) -> Iterator[Change]:
    places = [_places(each) for each in (old, new)]

    def said(place: _Place) -> str:
        return f"in {place.group.name}, {_percent(place.total)} of the total; {scale_words(place.criterion)}"

    for was, now in _paired(tuple(places[0].values()), tuple(places[1].values())):
        if was is None and now is not None:
            yield Change("added", "criterion", now.id, now.criterion.name, after=said(now))
        elif now is None and was is not None:
            yield Change("removed", "criterion", was.id, was.criterion.name, before=said(was))
        elif was is not None and now is not None:
            yield from _criterion(was, now)
    for group in new.groups:
        same = next((each for each in old.groups if each.id == group.id), None)
        if same is not None:
            yield from _reordered(f"criteria of {group.name}", same.criteria, group.criteria)


@dataclass(frozen=True, slots=True)
class _Place:
    """A criterion where it stands, with its share of the group and of the total."""

    criterion: Criterion
    group: Group
    inside: Fraction
    total: Fraction

    @property
    def id(self) -> str:
        return self.criterion.id


def _criterion(was: _Place, now: _Place) -> Iterator[Change]:
    name = now.criterion.name
    if was.group.id != now.group.id:
        yield _changed("criterion", now.id, name, "moved from", was.group.name, now.group.name)
    if was.inside != now.inside:
        inside, total = _moved(was.inside, now.inside), _moved(was.total, now.total)
        words = [f"{a} of its group ({b} of the total)" for a, b in zip(inside, total, strict=True)]
        yield _changed("criterion", now.id, name, "weight", *words)
    scales = [scale_words(each.criterion) for each in (was, now)]
    if was.criterion.scale != now.criterion.scale or scales[0] != scales[1]:
        yield _changed("criterion", now.id, name, "anchors", *scales)
    sources = [source_words(each.criterion) for each in (was, now)]
    if sources[0] != sources[1]:
        yield _changed("criterion", now.id, name, "source", *sources)
    yield from _minimum("criterion", now.id, name, was.criterion.minimum, now.criterion.minimum)
    yield from _level_texts(was.criterion, now.criterion)
    skip = ("unit", "from") if sources[0] != sources[1] or scales[0] != scales[1] else ("unit",)
    yield from _documented("criterion", now.id, name, was.criterion.docs, now.criterion.docs, skip)


def _level_texts(was: Criterion, now: Criterion) -> Iterator[Change]:
    if not (isinstance(was.scale, Levels) and isinstance(now.scale, Levels)):
        return
    texts = [each.docs.get("level_texts") or {} for each in (was, now)]
    for label in now.scale.points:
        if label in was.scale.points:
            what = f"level {label.replace('_', ' ')}"
            yield from _text("criterion", now.id, now.name, what, texts[0].get(label), texts[1].get(label))


def _requirements(old: Scorecard, new: Scorecard) -> Iterator[Change]:
    def said(item: Requirement) -> str:
        return "; ".join(part for part in (condition_words(item.condition), moment_words(item)) if part)

    for was, now in _paired(old.requirements, new.requirements):
        if was is None and now is not None:
            yield Change("added", "requirement", now.id, now.name, after=said(now))
        elif now is None and was is not None:
            yield Change("removed", "requirement", was.id, was.name, before=said(was))
        elif was is not None and now is not None:
            for what, words in (
                ("asks", lambda item: condition_words(item.condition)),
                ("holds", moment_words),
            ):
                if words(was) != words(now):
                    yield _changed("requirement", now.id, now.name, what, words(was), words(now))
            yield from _documented("requirement", now.id, now.name, was.docs, now.docs)
    yield from _reordered("must-haves", old.requirements, new.requirements)


def _places(scorecard: Scorecard) -> dict[str, _Place]:
    weights = weights_of(scorecard)
    found, at = {}, 0
    for group in scorecard.groups:
        inside = sum(exact(criterion.weight) for criterion in group.criteria)
        for criterion in group.criteria:
            share = exact(criterion.weight) / inside
            found[criterion.id] = _Place(criterion, group, share, Fraction(weights.parts[at], weights.whole))
            at += 1
    return found


def _group_shares(scorecard: Scorecard) -> dict[str, Fraction]:
    across = sum(exact(group.weight) for group in scorecard.groups)
    return {group.id: exact(group.weight) / across for group in scorecard.groups}


def _percent(share: Fraction) -> str:
    """A share in per cent, to a hundredth of one, without needless zeros."""
    return f"{round_half_up(share.numerator * 10_000, share.denominator) / 100:g}%"


def _moved(before: Fraction, after: Fraction) -> tuple[str, str]:
    words = _percent(before), _percent(after)
    if before == after or words[0] != words[1]:
        return words
    return words[0], f"{words[1]}, {'more' if after > before else 'less'} by under 0.01%"


def _paired(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    before = {each.id: each for each in old}
    for now in new:
        yield before.pop(now.id, None), now
    for was in before.values():
        yield was, None


def _reordered(what: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    before, after = [each.id for each in old], [each.id for each in new]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield _changed("scorecard", "", "", f"the order of the {what} changed", "", "")


def _documented(
    part: Part,
    name: str,
    shown: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    skip: Sequence[str] = (),
) -> Iterator[Change]:
    yield from _text(part, name, shown, "name", old.get("name"), new.get("name"))
    for key in _DOCS:
        if key not in skip:
            yield from _text(part, name, shown, key, old.get(key), new.get(key))


def _text(part: Part, name: str, shown: str, key: str, old: Any, new: Any) -> Iterator[Change]:
    if old != new:
        what = {"from": "source", "small_team": "short list", "who": "rated by"}.get(
            key, key.replace("_", " ")
        )
        yield _changed(part, name, shown, what, _shown(old), _shown(new))


def _minimum(part: Part, name: str, shown: str, old: Number | None, new: Number | None) -> Iterator[Change]:
    if old != new:
        words = ["" if each is None else f"{each:g} points" for each in (old, new)]
        yield _changed(part, name, shown, "minimum", *words)


def _changed(part: Part, name: str, shown: str, what: str, before: str, after: str) -> Change:
    return Change("changed", part, name, shown, what, before, after)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {_shown(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return f"“{value}”" if isinstance(value, str) and " " in value else str(value).replace("_", " ")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
