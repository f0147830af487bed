"""What the items of a pilot are there for, laid over its gold: which count, which repeat another, which are new."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.core.formats.item_list import ListedItem, Role
from app.core.formats.resolve_names import nearest
from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.repeats import repeats_of

_NEVER = ("", Role.PRACTICE.value, Role.REPEAT.value)
_NAMED = 5


def names_in(gold: Rows, listed: Sequence[ListedItem]) -> tuple[str, ...]:
    """What each listed item is called in the pilot: as the gold calls it where it has it, else as the list does."""
    found = _found(gold, listed)
    return tuple(gold.items[at] if at >= 0 else one.item for at, one in zip(found, listed, strict=True))


def _found(gold: Rows, listed: Sequence[ListedItem]) -> list[int]:
    images = {one.item: one.image for one in listed}
    # A repeat shows the image of its item: only a file of its own says which one it is.
    keys = [
        (one.item, one.image) if one.image and one.image != images.get(one.repeat_of) else (one.item,)
        for one in listed
    ]
    return nearest(gold.items, keys)


def with_items(gold: Rows, listed: Sequence[ListedItem]) -> tuple[Rows, tuple[str, ...]]:
    """The gold together with the items that were handed out, each with its role, and sentences about both.

    An item that only the list has gets no marks. One that only the gold has, or that is to be scored and has no gold
    yet, gets the empty role: neither counts, and both are told. Size, text, stratum and repeat_of of the list fill
    in what the gold leaves open.
    """
    if not listed:
        return gold, ()
    found, names = _found(gold, listed), names_in(gold, listed)
    own = dict(zip((one.item for one in listed), names, strict=True))
    of_list = dict(zip(names, listed, strict=True))
    has_gold = {gold.items[at] for at in found if at >= 0}
    items = tuple(sorted({*gold.items, *names}))
    place = {one: at for at, one in enumerate(items)}
    moved = np.array([place[one] for one in gold.items], np.int64)
    before = {one: at for at, one in enumerate(gold.items)}
    role = tuple(_role(of_list.get(one), one in has_gold) for one in items)
    repeat = tuple(_repeated(one, of_list, gold, before, own) for one in items)
    strata = tuple(_stratum(one, of_list, gold, before) for one in items)
    answered = np.zeros(len(items), np.bool_)
    answered[moved] = gold.answered
    rows = replace(
        gold,
        items=items,
        ids=_ids(gold, items, before),
        sizes=_sizes(gold, items, before, of_list, repeat),
        texts=_texts(gold, items, before, of_list, repeat),
        stratum=strata if any(strata) else (),
        repeat_of=repeat if any(repeat) else (),
        role=role,
        answers=replace(gold.answers, item=moved[gold.answers.item]),
        item=moved[gold.item],
        answered=answered,
    )
    return rows, _told(items, role, of_list)


def _role(one: ListedItem | None, has_gold: bool) -> str:
    if one is None:
        return ""
    return one.role.value if has_gold or one.role.value in _NEVER else ""


def _repeated(
    name: str, of_list: dict[str, ListedItem], gold: Rows, before: dict[str, int], own: dict[str, str]
) -> str:
    if name in of_list and of_list[name].repeat_of:
        return own[of_list[name].repeat_of]
    return gold.repeat_of[before[name]] if gold.repeat_of and name in before else ""


def _stratum(name: str, of_list: dict[str, ListedItem], gold: Rows, before: dict[str, int]) -> str:
    said = gold.stratum[before[name]] if gold.stratum and name in before else ""
    return said or (of_list[name].stratum if name in of_list else "")


def _ids(gold: Rows, items: Sequence[str], before: dict[str, int]) -> tuple[str, ...]:
    """The gold's ids; new items go on counting where these are numbers, as result files of COCO need."""
    counted = all(one.isdecimal() for one in gold.ids) and gold.ids != gold.items
    following = max((int(one) for one in gold.ids), default=0) + 1 if counted else 0
    out = []
    for name in items:
        if name in before:
            out.append(gold.ids[before[name]])
        elif counted:
            out.append(str(following))
            following += 1
        else:
            out.append(name)
    return tuple(out)


def _sizes(
    gold: Rows,
    items: Sequence[str],
    before: dict[str, int],
    of_list: dict[str, ListedItem],
    repeat: Sequence[str],
) -> Floats:
    def size(name: str) -> Floats | None:
        if name in before and np.isfinite(gold.sizes[before[name]]).all():
            return np.asarray(gold.sizes[before[name]], np.float64)
        one = of_list.get(name)
        return np.array([one.width, one.height], np.float64) if one and one.width and one.height else None

    nothing = np.full(2, np.nan)
    found = [size(name) for name in items]
    filled = [
        own if own is not None else size(first) if first else None
        for own, first in zip(found, repeat, strict=True)
    ]
    return np.array([nothing if one is None else one for one in filled], np.float64).reshape(-1, 2)


def _texts(
    gold: Rows,
    items: Sequence[str],
    before: dict[str, int],
    of_list: dict[str, ListedItem],
    repeat: Sequence[str],
) -> tuple[str, ...]:
    if gold.kind != "spans":
        return gold.texts

    def text(name: str) -> str:
        said = gold.texts[before[name]] if gold.texts and name in before else ""
        return said or (of_list[name].text if name in of_list else "")

    return tuple(
        text(name) or (text(first) if first else "") for name, first in zip(items, repeat, strict=True)
    )


def _told(items: Sequence[str], role: Sequence[str], of_list: dict[str, ListedItem]) -> tuple[str, ...]:
    out = []
    unlisted = [one for one in items if one not in of_list]
    if unlisted:
        word = "item of the gold is" if len(unlisted) == 1 else "items of the gold are"
        out.append(f"{len(unlisted)} {word} not in the item list and do not count: {_named(unlisted)}.")
    bare = [one for one, said in zip(items, role, strict=True) if not said and one in of_list]
    if bare:
        word = "listed item has" if len(bare) == 1 else "listed items have"
        out.append(f"{len(bare)} {word} no gold yet and do not count: {_named(bare)}.")
    return tuple(out)


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def unscored(rows: Rows) -> frozenset[str]:
    """The items that never count: for practice, repeats of an item of the pilot, and those without a role where
    there are roles."""
    out = {name for name, role in zip(rows.items, rows.role, strict=False) if role in _NEVER}
    original, _ = repeats_of(rows.items, repeated(rows))
    return frozenset(out | {rows.items[at] for at in np.nonzero(original >= 0)[0].tolist()})


def repeated(rows: Rows) -> dict[str, str]:
    """Repeat -> the item it shows again."""
    return {name: first for name, first in zip(rows.items, rows.repeat_of, strict=False) if first}


def in_role(rows: Rows, role: Role) -> Ints:
    """Positions of the items of a role."""
    return np.array([at for at, one in enumerate(rows.role) if one == role.value], np.int64)
