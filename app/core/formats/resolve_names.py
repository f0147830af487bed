"""Whose item and which class a file means: by name, by id, by file name without folder, by mapping."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from app.core.formats.faults import SHOWN, Faults, refuse
from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools, Ints
from app.core.formats.written import Written

_SUFFIX = re.compile(
    r"\.(jpe?g|png|gif|webp|bmp|tiff?|heic|avif|mp[34]|m4a|wav|flac|ogg|mov|txt)$", re.IGNORECASE
)

# What tools put around the name of an uploaded image: Label Studio `1a2b3c4d-cat.jpg`, Roboflow
# `cat_jpg.rf.<32 hex digits>.jpg`.
_ADDED = re.compile(r"^[0-9a-f]{8}-(?=.)|_[a-z]{3,4}\.rf\.[0-9a-zA-Z]{16,}$")


def refuse_repeats(names: Sequence[str], faults: Faults) -> None:
    """One problem per item name that is empty or stands twice."""
    for name, count in Counter(names).items():
        if not name:
            faults.add("", f"{count} items have no name; give every item an id")
        elif count > 1:
            faults.add(f"item {name!r}", f"stands {count} times; every item needs a name of its own")


def found_items(written: Written, gold: Rows, faults: Faults) -> tuple[Ints, tuple[str, ...]]:
    """Position of each written item in the gold's (-1: unknown), and what had to be guessed.

    By name, by id where the file has nothing else, by text where CoNLL has no names, by file name without folder,
    by file name without suffix (YOLO does not know it), by a second name, by what a tool made of the file name.
    """
    names = {one: at for at, one in enumerate(gold.items)}
    ids = {one: at for at, one in enumerate(gold.ids)}
    texts = _by_text(gold.texts) if "conll" in (written.format, gold.format) else {}
    base: dict[str, int] = {}  # made when the first name is not found
    stem: dict[str, int] = {}
    bare: dict[str, int] = {}
    position = np.full(len(written.items), -1, np.int64)
    guessed: Counter[str] = Counter()
    for at, one in enumerate(written.items):
        first = one.keys[0]
        if texts and one.text and _letters(one.text) in texts:
            position[at] = texts[_letters(one.text)]
            guessed["items matched by their text"] += gold.items[position[at]] != first
        elif first in names:
            position[at] = names[first]
        elif len(one.keys) == 1 and first in ids:
            # Own ids of a file that also has names mean nothing here: tools number their files anew.
            position[at] = ids[first]
        elif (near := (base := base or _unique(gold.items, _base)).get(_base(first))) is not None:
            position[at] = near
            guessed["items matched by file name without folder"] += 1
        elif (near := (stem := stem or _unique(gold.items, _stem)).get(_stem(first))) is not None:
            position[at] = near
            guessed["items matched by file name without suffix"] += 1
        elif (other := next((names[key] for key in one.keys[1:] if key in names), None)) is not None:
            position[at] = other
            guessed["items matched by a second name"] += 1
        elif (near := (bare := bare or _unique(gold.items, _bare)).get(_bare(first))) is not None:
            position[at] = near
            guessed["items matched by file name without what a labeling tool added to it"] += 1
    _refuse_unknown(written, gold, position, faults)
    _refuse_double(written, gold, position, faults)
    return position, tuple(f"{written.source}: {count} {words}" for words, count in guessed.items() if count)


class Names:
    """Names to be found again: as they are, by file name without folder, by file name without suffix, in this order.

    Each way is prepared when it is first needed; threads may share one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._known: dict[int, dict[str, int]] = {}

    def on(self, level: int, keys: Sequence[str]) -> int:
        """Position of what goes by one of `keys` on a level of `LEVELS`, -1 for none."""
        short = LEVELS[level]
        known = self._known.get(level)
        if known is None:
            known = self._known[level] = _unique(self._names, short)
        return next((known[one] for one in map(short, keys) if one in known), -1)

    def find(self, keys: Sequence[str]) -> int:
        """Position of what goes by one of `keys`, -1 for none."""
        return next((at for level in range(len(LEVELS)) if (at := self.on(level, keys)) >= 0), -1)


def nearest(names: Sequence[str], wanted: Iterable[Sequence[str]], *, once: bool = True) -> list[int]:
    """Position in `names` of whatever goes by one of several names each (-1: none), as `Names` finds it.

    With `once` a name is given away once, to the first that asks; a closer name goes before a looser one.
    """
    known, asked = Names(names), [tuple(one) for one in wanted]
    out, taken = [-1] * len(asked), set[int]()
    for level in range(len(LEVELS)):
        for at in [at for at, found in enumerate(out) if found < 0]:
            found = known.on(level, asked[at])
            if found >= 0 and found not in taken:
                out[at] = found
                taken |= {found} if once else set()
    return out


def known_as(written: Written, aliases: Mapping[str, str]) -> Written:
    """The file with items called as the pilot calls them: other names (codes of a pack, ids of a list) -> name."""
    if not aliases:
        return written
    items = []
    for one in written.items:
        found = next(
            (aliases[key] for key in one.keys for key in (key, _base(key), _stem(key)) if key in aliases), ""
        )
        items.append(replace(one, keys=(found,)) if found else one)
    return replace(written, items=tuple(items))


def _letters(text: str) -> str:
    return "".join(text.split())


def _by_text(texts: Sequence[str]) -> dict[str, int]:
    return _unique(texts, _letters)


def _refuse_unknown(written: Written, gold: Rows, position: Ints, faults: Faults) -> None:
    unknown = np.nonzero(position < 0)[0].tolist()
    if not unknown:
        return
    if len(unknown) * 2 > len(position):
        named = ", ".join(repr(written.items[at].keys[0]) for at in unknown[:3])
        message = (
            f"this is a delivery for another pilot: {len(unknown)} of its {len(position)} items are not in "
            f"the gold ({gold.source}), such as {named}; send the delivery for these items"
        )
        raise refuse("delivery.other_pilot", written.source, message)
    first: dict[int, str] = {}
    for answer in written.answers:
        first.setdefault(answer.item, answer.place)
    for at in unknown:
        name = written.items[at].keys[0]
        message = f"item {name!r} is not in the gold ({gold.source}); correct the id, or leave the item out"
        faults.add(first.get(at, f"item {at + 1}"), message)


def _refuse_double(written: Written, gold: Rows, position: Ints, faults: Faults) -> None:
    known = position[position >= 0]
    if len(np.unique(known)) == len(known):
        return
    for at, count in Counter(known.tolist()).items():
        if count > 1:
            named = [written.items[one].keys[0] for one in np.nonzero(position == at)[0].tolist()]
            shown = " and ".join(repr(one) for one in sorted(named)[:3])
            faults.add(f"item {gold.items[at]!r}", f"is named by several items ({shown}); keep one of them")


def _base(item: str) -> str:
    return PurePosixPath(item.replace("\\", "/")).name


def _stem(item: str) -> str:
    return _SUFFIX.sub("", _base(item))


LEVELS: tuple[Callable[[str], str], ...] = (str, _base, _stem)


def _bare(item: str) -> str:
    return _ADDED.sub("", _stem(item))


def _unique(names: Iterable[str], short: Callable[[str], str]) -> dict[str, int]:
    """Short form -> position of the only name that has it."""
    shorts = [short(one) for one in names]
    counts = Counter(shorts)
    return {one: at for at, one in enumerate(shorts) if counts[one] == 1}


def found_classes(
    written: Written, gold: Rows, mapping: Mapping[str, str | None], faults: Faults
) -> tuple[Ints, Bools, tuple[str, ...]]:
    """Position of each mark's class (-1: none), which marks stay, and what the mapping did."""
    if written.kind == "texts":
        count = len(written.label)
        return np.full(count, -1, np.int64), np.ones(count, np.bool_), ()
    code = {one: at for at, one in enumerate(gold.classes)}
    if written.listed and not written.classes:
        code |= {str(one): at for at, one in enumerate(gold.class_ids) if str(one) not in code}
    used = Counter(written.label)
    target: dict[str, int] = {}
    dropped = renamed = 0
    for name, count in used.items():
        ours = mapping.get(name, name)
        if ours is None:
            target[name], dropped = -2, dropped + count
        else:
            target[name], renamed = code.get(ours, -1), renamed + count * (ours != name)
    label = np.array([target[one] for one in written.label], np.int64)
    _refuse_strange(written, gold, mapping, label, used, faults)
    told = ((renamed, "marks renamed by the mapping"), (dropped, "marks dropped by the mapping"))
    notes = tuple(f"{written.source}: {count} {words}" for count, words in told if count)
    return np.maximum(label, -1), label != -2, notes


def _refuse_strange(
    written: Written,
    gold: Rows,
    mapping: Mapping[str, str | None],
    label: Ints,
    used: Mapping[str, int],
    faults: Faults,
) -> None:
    """One problem per unknown class, with how often it stands there and what may be meant."""
    seen: set[str] = set()
    for at in np.nonzero(label == -1)[0].tolist():
        name = written.label[at]
        if name in seen:
            continue
        seen.add(name)
        ours = mapping.get(name, name)
        said = repr(name) if ours == name else f"{name!r} (mapped to {ours!r})"
        times = f" ({used[name]} times)" if used[name] > 1 else ""
        message = f"label {said} is not a class of the gold{times}; {_hint(str(ours), gold.classes)}"
        faults.add(written.place[at], message if faults.count < SHOWN else "")


def _hint(name: str, classes: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, classes, n=1, cutoff=0.6)
    if not near:
        folded = {one.casefold(): one for one in classes}
        near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
        near = [folded[one] for one in near]
    known = ", ".join(classes[:8]) + (", …" if len(classes) > 8 else "")
    return f"did you mean {near[0]!r}?" if near else f"use one of {known}"
