"""Gold from label sets of our own: what they agree on, what they dispute, and the gold once all is decided.

An item is agreed where every two sets answer it alike by the task's own notion (`alike.agreeing`); its gold is then
the answer of the first set as it was given, never a mean that nobody drew. Every other item is in dispute, also
one that a set does not answer at all, and somebody decides it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.faults import Faults, refuse
from app.core.formats.item_list import ListedItem, Role
from app.core.formats.own import Answer, answers_of, written_own
from app.core.formats.read import read
from app.core.formats.resolve import KINDS, resolve_delivery, resolve_frame
from app.core.formats.resolve_names import nearest
from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools, Ints
from app.core.formats.written import Written, WrittenItem
from app.core.pilots.alike import Likeness, agreeing, likeness
from app.core.pilots.amending import checked_answer, without
from app.core.pilots.conduct import Accordance, accordance
from app.core.pilots.figures import Scores
from app.core.pilots.findings import OK
from app.core.pilots.roles import names_in
from app.core.pilots.statistics import wilson
from app.core.pilots.tasks import read_gold, task_named
from app.core.pilots.texts import plain_text

MAX_SETS = 5


@dataclass(frozen=True, slots=True, eq=False)
class OwnSets:
    """Label sets of our own on one frame: `frame` holds the items and classes of all, and no marks.

    `sets` are read against it, in the order given, one answer per item at most.
    """

    frame: Rows
    sets: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far the sets at two positions agree on the items both answer: `agreed` of `items` as a share with Wilson's
    interval, and the task's figures between them."""

    left: int
    right: int
    items: int
    agreed: int
    share: float | None
    low: float | None
    high: float | None
    figures: Mapping[str, Likeness]


@dataclass(frozen=True, slots=True)
class OwnAgreement:
    """How far all sets agree: `agreed` of `items` that at least two of them answer, as a share with Wilson's interval,
    every two sets by themselves, and for labels what is left beyond chance over all sets."""

    items: int
    agreed: int
    share: float | None
    low: float | None
    high: float | None
    pairs: tuple[PairAgreement, ...]
    labels: Accordance | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item on which the sets differ: the answer of each, None for a set that gives none.

    `odd` are per set the positions of the marks that find no equal in some other set.
    """

    item: str
    answers: tuple[Answer | None, ...]
    odd: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The sets held against each other: which items are agreed, and the disputes in the order of the items."""

    agreed: tuple[str, ...]
    disputes: tuple[Dispute, ...]
    agreement: OwnAgreement


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of a disputed item: `take` the answer of a `side` (a position), `own` marks, or `exclude` it."""

    kind: Literal["take", "own", "exclude"]
    side: int = 0
    marks: Answer = ()


@dataclass(frozen=True, slots=True)
class FrozenGold:
    """Gold that will not change: the bytes in our own form, known by their SHA-256."""

    content: bytes
    digest: str
    items: int
    labels: int


def read_sets(
    task: str,
    files: Sequence[tuple[str, bytes]],
    listed: Sequence[ListedItem] = (),
    accept: bool = False,
) -> OwnSets:
    """Two to five files of labels (name, bytes), in any format, as sets on one frame.

    Items go by name, as a delivery's do; with an item list only its items count. Raises `Invalid` with the problems of
    all files together: what cannot be read, several answers to one item, items that no file shares.
    """
    known = task_named(task)
    if not 2 <= len(files) <= MAX_SETS:
        raise refuse("sets.count", "", f"give two to {MAX_SETS} label sets, one file each")
    written: list[Written] = []
    problems: list[Problem] = []
    for name, data in files:
        try:
            written.append(_single(read(data, name, KINDS[known.name], None, accept), task))
        except Invalid as failure:
            problems += failure.problems
    if problems:
        raise Invalid("sets.broken", problems)
    frame, renamed = _frame(written, task)
    sets: list[Rows] = []
    for one in renamed:
        try:
            sets.append(resolve_delivery(one, frame))
        except Invalid as failure:
            problems += failure.problems
    if problems:
        raise Invalid("sets.broken", problems)
    gone = _counted(frame, listed)
    return OwnSets(without(frame, gone), tuple(without(one, gone) for one in sets))


def _single(written: Written, task: str) -> Written:
    """A set has one answer per item; which of several counts cannot be guessed."""
    faults = Faults("sets.broken", written.source)
    counts = np.bincount([one.item for one in written.answers if not one.skipped] or [0])
    for at in np.nonzero(counts > 1)[0].tolist():
        message = "has several answers in this file; export the labels of each person as a file of its own"
        faults.add(f"item {written.items[at].keys[0]!r}", message)
    faults.stop()
    if not written.answers:
        raise refuse("sets.broken", written.source, f"holds no answers for {task}; export the labels")
    return written


def _numbered(written: Written) -> bool:
    """Whether a file names its items and classes by numbers that another one explains (results of COCO)."""
    return written.listed and not written.classes


def _frame(written: Sequence[Written], task: str) -> tuple[Rows, list[Written]]:
    """The items and classes of all sets together, without answers, and the sets with the frame's names."""
    at_base = next((at for at, one in enumerate(written) if not _numbered(one)), 0)
    base = written[at_base]
    names, items = [one.keys[0] for one in base.items], list(base.items)
    renamed = list(written)
    for at, one in enumerate(written):
        if at == at_base or (_numbered(one) and not _numbered(base)):
            continue
        found = nearest(names, [item.keys for item in one.items])
        for item, known in zip(one.items, found, strict=True):
            if known < 0:
                items.append(item)
                names.append(item.keys[0])
            else:
                items[known] = _filled(items[known], item)
        own = [
            names[known] if known >= 0 else item.keys[0] for item, known in zip(one.items, found, strict=True)
        ]
        fresh = [replace(item, keys=(name, *item.keys)) for item, name in zip(one.items, own, strict=True)]
        renamed[at] = replace(one, items=tuple(fresh))
    speaking = [one for one in written if not _numbered(one)] or written
    classes = tuple(dict.fromkeys(label for one in speaking for label in (*one.classes, *one.label) if label))
    whole = base.class_ids and set(base.classes) >= set(classes)
    frame = replace(
        base,
        items=tuple(items),
        classes=base.classes if whole else classes,
        class_ids=base.class_ids if whole else (),
    )
    return resolve_frame(frame, task), renamed


def _filled(item: WrittenItem, other: WrittenItem) -> WrittenItem:
    """An item with what another file knows of it besides."""
    known = item.width is not None and item.height is not None
    return replace(
        item,
        width=item.width if known else other.width,
        height=item.height if known else other.height,
        text=item.text if item.text is not None else other.text,
        stratum=item.stratum or other.stratum,
    )


def _counted(frame: Rows, listed: Sequence[ListedItem]) -> frozenset[str]:
    """The items that need no gold: where there is a list, those it does not have and hidden repeats."""
    if not listed:
        return frozenset()
    names = names_in(frame, listed)
    wanted = {name for name, one in zip(names, listed, strict=True) if one.role is not Role.REPEAT}
    if not wanted & set(frame.items):
        shown = ", ".join(repr(one) for one in frame.items[:3])
        message = f"none of the items of the sets, such as {shown}, is in the item list; correct the ids"
        raise refuse("sets.items", frame.source, message)
    return frozenset(set(frame.items) - wanted)


def compare_sets(own: OwnSets, *, iou: float = 0.5, plain_texts: bool = False, seed: int = 0) -> Compared:
    """What the sets agree on and what they dispute.

    `iou` is the overlap from which two regions are one, `plain_texts` lets texts agree that differ in case and
    punctuation alone. Equal inputs and seed give equal figures.
    """
    answered = np.stack([one.answered for one in own.sets])
    both = answered.sum(axis=0) >= 2
    fine, odd = both.copy(), defaultdict[tuple[int, int], set[int]](set)
    pairs = []
    for left, right in combinations(range(len(own.sets)), 2):
        found = _held(own, left, right, iou, plain_texts)
        if found is None:
            pairs.append(PairAgreement(left, right, 0, 0, None, None, None, {}))
            continue
        fine[found.places[~found.alike]] = False
        for key, marks in found.odd.items():
            odd[key] |= marks
        figures = likeness(task_named(own.frame.task), [found.scores], len(found.places), seed=seed)
        told = _share(int(found.alike.sum()), len(found.places))
        pairs.append(PairAgreement(left, right, len(found.places), int(found.alike.sum()), *told, figures))
    agreed, total = int(fine.sum()), int(both.sum())
    share, low, high = _share(agreed, total)
    return Compared(
        agreed=tuple(own.frame.items[at] for at in np.nonzero(fine)[0].tolist()),
        disputes=_disputes(own, answered, fine, odd),
        agreement=OwnAgreement(
            items=total,
            agreed=agreed,
            share=share,
            low=low,
            high=high,
            pairs=tuple(pairs),
            labels=_labels(own) if own.frame.kind == "labels" else None,
        ),
    )


def _share(agreed: int, items: int) -> tuple[float | None, float | None, float | None]:
    """The share with Wilson's interval, all None of nothing."""
    bounds = wilson(agreed, items)
    return (agreed / items, *bounds) if bounds else (None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Two sets held against each other on the items both answer: their `places` in the frame, which are `alike`,
    the scores both ways round, and by set and place which marks are odd."""

    places: Ints
    alike: Bools
    scores: tuple[Scores, Scores]
    odd: Mapping[tuple[int, int], set[int]]


def _held(own: OwnSets, left: int, right: int, iou: float, plain_texts: bool) -> _Held | None:
    one, other = own.sets[left], own.sets[right]
    shared = one.answered & other.answered
    if not shared.any():
        return None
    task, places = task_named(own.frame.task), np.nonzero(shared)[0]
    gone = [own.frame.items[at] for at in np.nonzero(~shared)[0].tolist()]
    a, b = without(one, gone), without(other, gone)
    scores = task.score(a, b, iou), task.score(b, a, iou)
    alike = agreeing(scores[0], len(places))
    if plain_texts and own.frame.kind == "texts":
        alike |= _same_words(a, b)
    found, odd = scores[0].findings, defaultdict[tuple[int, int], set[int]](set)
    for side, rows, column in ((left, a, found.gold), (right, b, found.delivered)):
        first = np.searchsorted(rows.item, np.arange(len(places)))
        for row in column[(found.error != OK) & (column >= 0)].tolist():
            at = int(rows.item[row])
            odd[side, int(places[at])].add(row - int(first[at]))
    return _Held(places, alike, scores, odd)


def _same_words(one: Rows, other: Rows) -> Bools:
    texts = [dict(zip(rows.item.tolist(), rows.shape or (), strict=False)) for rows in (one, other)]
    same = [
        plain_text(str(texts[0].get(at, ""))) == plain_text(str(texts[1].get(at, "")))
        for at in range(len(one.items))
    ]
    return np.array(same, np.bool_)


def _labels(own: OwnSets) -> Accordance | None:
    """Agreement of the sets' labels beyond chance; a set of labels counts as one label."""
    items, labels = [], []
    codes: dict[tuple[int, ...], int] = {}
    for rows in own.sets:
        given: dict[int, list[int]] = {at: [] for at in np.nonzero(rows.answered)[0].tolist()}
        for item, label in zip(rows.item.tolist(), rows.label.tolist(), strict=True):
            given[item].append(label)
        items += list(given)
        labels += [codes.setdefault(tuple(sorted(one)), len(codes)) for one in given.values()]
    return accordance(np.array(items, np.int64), np.array(labels, np.int64), len(own.frame.items))


def _disputes(
    own: OwnSets, answered: Bools, fine: Bools, odd: Mapping[tuple[int, int], set[int]]
) -> tuple[Dispute, ...]:
    said = [answers_of(rows) for rows in own.sets]
    open_ = np.nonzero(~fine & answered.any(axis=0))[0].tolist()
    return tuple(
        Dispute(
            own.frame.items[at],
            tuple(
                answers[at] if known else None for answers, known in zip(said, answered[:, at], strict=True)
            ),
            tuple(tuple(sorted(odd.get((side, at), ()))) for side in range(len(own.sets))),
        )
        for at in open_
    )


def frozen(own: OwnSets, compared: Compared, choices: Mapping[str, Choice]) -> FrozenGold:
    """The gold from what is agreed and what was decided (disputed item -> choice).

    Raises `Invalid` naming the disputes that are still open, choices that take an answer nobody gave, own marks that
    cannot be, and a gold that would hold nothing.
    """
    faults = Faults("sets.undecided", "the disputes")
    for one in compared.disputes:
        if problem := _problem(one, choices.get(one.item)):
            faults.add(f"item {one.item!r}", problem)
    faults.stop()
    place = {name: at for at, name in enumerate(own.frame.items)}
    said = [answers_of(rows) for rows in own.sets]
    answers: dict[str, Answer] = {}
    for name in compared.agreed:
        first = next(at for at, rows in enumerate(own.sets) if rows.answered[place[name]])
        answers[name] = said[first][place[name]]
    for dispute in compared.disputes:
        choice = choices[dispute.item]
        if choice.kind == "take":
            answers[dispute.item] = said[choice.side][place[dispute.item]]
        elif choice.kind == "own":
            answers[dispute.item] = checked_answer(own.frame, dispute.item, choice.marks)
    kept = without(own.frame, [name for name in own.frame.items if name not in answers])
    gold = read_gold(own.frame.task, written_own(kept, answers), "gold")
    labels = int((~gold.crowd).sum())
    if not labels:
        message = f"it would hold no {gold.kind}; keep at least one item that has some"
        raise refuse("gold.empty", "the gold", message)
    content = written_own(gold)
    return FrozenGold(content, hashlib.sha256(content).hexdigest(), len(gold.items), labels)


def _problem(dispute: Dispute, choice: Choice | None) -> str:
    if choice is None:
        return "is not decided yet; take an answer, give your own, or exclude it"
    if choice.kind != "take":
        return ""
    if not 0 <= choice.side < len(dispute.answers) or dispute.answers[choice.side] is None:
        return f"set {choice.side + 1} gives no answer to take; decide otherwise"
    return ""
