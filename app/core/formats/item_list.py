"""The items of a pilot apart from its gold: what is handed out, what each item is for, and what may leave with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import orjson

from app.core.errors import Invalid
from app.core.formats.archives import gunzipped, is_gzip
from app.core.formats.content import check_bytes, parse_json
from app.core.formats.faults import Faults, refuse
from app.core.formats.marks import parse_number, whole
from app.core.formats.table import Table, read_table

MAX_ITEMS = 200_000
MAX_NAME = 300
MAX_TEXT = 100_000
MAX_SIDE = 100_000  # pixels
_COLUMNS = (
    "role",
    "repeat_of",
    "question",
    "stratum",
    "text",
    "image",
    "file_name",
    "width",
    "height",
    "prelabel",
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_AT_ONCE = 6  # items that one sentence names


class Role(StrEnum):
    """What an item is there for.

    `scored` counts. `practice` is for calibration and never counts. `repeat` is an item that stands twice under two
    names: it counts once, and tells whether a labeler agrees with himself. `planted` counts, and its instructions
    leave a question open on purpose: who asks it has noticed. `surge` counts, and is for the day of double volume.
    """

    SCORED = "scored"
    PRACTICE = "practice"
    REPEAT = "repeat"
    PLANTED = "planted"
    SURGE = "surge"


_SPOKEN: Mapping[str, Role] = {
    "": Role.SCORED,
    **{one.value: one for one in Role},
    "calibration": Role.PRACTICE,
    "training": Role.PRACTICE,
    "main": Role.SCORED,
    "hidden repeat": Role.REPEAT,
    "ambiguous": Role.PLANTED,
}


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One item of the list. `width` and `height` are pixels of `image`, None where they are not told.

    `repeat_of` names the item that a repeat shows again, `question` is what a planted item should make people ask,
    `prelabel` the label that goes out with the item as a suggestion.
    """

    item: str
    role: Role = Role.SCORED
    repeat_of: str = ""
    question: str = ""
    stratum: str = ""
    text: str = ""
    image: str = ""
    width: int | None = None
    height: int | None = None
    prelabel: str = ""


@dataclass(frozen=True, slots=True)
class ItemList:
    """All items of a pilot in the order of the file, with sentences about what was changed and what to know."""

    items: tuple[ListedItem, ...]
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def of(self, *roles: Role) -> tuple[ListedItem, ...]:
        """The items of these roles."""
        return tuple(one for one in self.items if one.role in roles)


def read_items(data: bytes, name: str) -> ItemList:
    """The item list from a CSV, TSV, JSONL or JSON file (a list, or an object with `items`).

    Columns: item (or item_id); all others may be left out: role (see `Role`; empty is scored), repeat_of, question,
    stratum, text, image (or file_name), width, height, prelabel. A repeat takes text, image, size and stratum from
    its item. Raises `Invalid` with every problem and the line it stands on; nothing is read in half.
    """
    if is_gzip(data):
        data = gunzipped(data, name)
    table, unit = _table(check_bytes(data, name), name)
    faults = Faults("items.broken", name)
    if len(table.line) > MAX_ITEMS:
        raise refuse("items.broken", name, f"more than {MAX_ITEMS:,} items; split the pilot")
    places = [f"{unit} {line}" for line in table.line]
    rows = [_item(table, at, places[at], faults) for at in range(len(places))]
    _refuse_twice(rows, places, faults)
    known = {one.item: one for one in rows}
    rows = [_repeat(one, known, place, faults) for one, place in zip(rows, places, strict=True)]
    if not any(one.role is not Role.PRACTICE for one in rows) and not faults.count:
        faults.add("", "no item counts: all are for practice; leave the role of the others empty")
    faults.stop()
    return ItemList(tuple(rows), table.repairs, (*_unused(table), *_doubts(rows, name)))


def _table(data: bytes, name: str) -> tuple[Table, str]:
    """The rows, and what a row is called: a line, or in a JSON document an entry."""
    if not (data.lstrip().startswith(b"[") or _is_document(data)):
        return read_table(data, name, ("item",), _COLUMNS), "line"
    found = parse_json(data, name)
    rows = found.get("items") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not rows:
        raise refuse("items.broken", name, 'must be a list of items like [{"item": …}, …], with one at least')
    try:
        return read_table(b"\n".join(orjson.dumps(one) for one in rows), name, ("item",), _COLUMNS), "entry"
    except Invalid as failure:
        told = [type(one)(_entry(one.where), one.message) for one in failure.problems]
        raise Invalid(failure.code, told) from None


def _is_document(data: bytes) -> bool:
    """Whether this is one JSON object over all, not one a line."""
    first = data.lstrip().split(b"\n", 1)[0].strip()
    if not first.startswith(b"{"):
        return False
    try:
        row = orjson.loads(first)
    except orjson.JSONDecodeError:
        return re.match(rb'\{\s*"items"\s*:', data.lstrip()) is not None
    return isinstance(row, dict) and "items" in row and "item" not in row


def _entry(where: str) -> str:
    return re.sub(r"\bline (\d+)$", r"entry \1", where)


def _item(table: Table, at: int, place: str, faults: Faults) -> ListedItem:
    def cell(column: str) -> str:
        found = table.columns.get(column)
        return found[at] if found else ""

    item = cell("item")
    if not item:
        faults.add(place, "the item is empty; give every item an id")
    elif len(item) > MAX_NAME or _CONTROL.search(item):
        faults.add(
            place, f"the id of an item has at most {MAX_NAME} characters, without line breaks; shorten it"
        )
    if len(cell("text")) > MAX_TEXT:
        faults.add(place, f"item {item[:60]!r}: a text has at most {MAX_TEXT:,} characters; split it")
    role = _role(cell, place, faults)
    width, height = _size(cell("width"), cell("height"), place, faults)
    return ListedItem(
        item=item,
        role=role,
        repeat_of=cell("repeat_of"),
        question=cell("question"),
        stratum=cell("stratum"),
        text=cell("text"),
        image=_image(cell, place, faults),
        width=width,
        height=height,
        prelabel=cell("prelabel"),
    )


def _role(cell: Any, place: str, faults: Faults) -> Role:
    """The role as it is written, or as repeat_of and question imply where it is left empty."""
    said = cell("role").casefold().replace("_", " ")
    role = _SPOKEN.get(said)
    if role is None:
        near = get_close_matches(said, [one for one in _SPOKEN if one], n=1)
        hint = f"did you mean {_SPOKEN[near[0]].value!r}?" if near else f"use one of {', '.join(Role)}"
        faults.add(place, f"role {cell('role')[:40]!r} is not known; {hint}")
        return Role.SCORED
    if not said:
        role = Role.REPEAT if cell("repeat_of") else Role.PLANTED if cell("question") else role
    if role is Role.REPEAT and not cell("repeat_of"):
        faults.add(place, "a repeat must name its item under repeat_of")
    elif role is not Role.REPEAT and cell("repeat_of"):
        faults.add(place, f"repeat_of stands at an item with the role {role}; make it a repeat, or empty it")
    if role is Role.PLANTED and not cell("question"):
        faults.add(place, "a planted item must say under question what a careful team would ask")
    elif role is not Role.PLANTED and cell("question"):
        faults.add(place, f"question stands at an item with the role {role}; make it planted, or empty it")
    return role


def _image(cell: Any, place: str, faults: Faults) -> str:
    first, other = cell("image"), cell("file_name")
    if first and other and first != other:
        faults.add(place, f"image {first[:60]!r} and file_name {other[:60]!r} differ; keep one column")
    image = str(first or other).replace("\\", "/").removeprefix("./")
    if image.startswith("/") or ".." in image.split("/") or len(image) > MAX_NAME or _CONTROL.search(image):
        faults.add(place, f"image {image[:60]!r} must be a file name inside the archive of images")
    return image


def _size(width: str, height: str, place: str, faults: Faults) -> tuple[int | None, int | None]:
    if not width and not height:
        return None, None
    found = [whole(parse_number(one)) for one in (width, height)]
    if any(one is None or not 1 <= one <= MAX_SIDE for one in found):
        message = (
            f"width {width[:20]!r} and height {height[:20]!r} must be whole pixels from 1 to {MAX_SIDE:,}"
        )
        faults.add(place, f"{message}; give both, or leave both empty")
        return None, None
    return found[0], found[1]


def _refuse_twice(rows: Sequence[ListedItem], places: Sequence[str], faults: Faults) -> None:
    first: dict[str, str] = {}
    for one, place in zip(rows, places, strict=True):
        if one.item in first:
            faults.add(
                place, f"item {one.item[:60]!r} already stands on {first[one.item]}; give it an id of its own"
            )
        elif one.item:
            first[one.item] = place


def _repeat(one: ListedItem, known: Mapping[str, ListedItem], place: str, faults: Faults) -> ListedItem:
    """A repeat with what it takes from its item."""
    if one.role is not Role.REPEAT or not one.repeat_of:
        return one
    first, named = known.get(one.repeat_of), repr(one.repeat_of[:60])
    if first is None:
        faults.add(place, f"repeats {named}, which is not in the list; correct the id")
    elif first.item == one.item:
        faults.add(place, "repeats itself; name the item that it shows again")
    elif first.role is Role.REPEAT:
        faults.add(place, f"repeats {named}, which is a repeat itself; name the first item of the chain")
    elif first.role is Role.PRACTICE:
        faults.add(place, f"repeats {named}, which is for practice and never counts; repeat another item")
    elif differs := [
        key for key in ("text", "width", "height") if getattr(one, key) not in ("", None, getattr(first, key))
    ]:
        faults.add(
            place, f"has another {' and '.join(differs)} than {named}, which it repeats; leave it empty"
        )
    else:
        return ListedItem(
            item=one.item,
            role=Role.REPEAT,
            repeat_of=first.item,
            stratum=one.stratum or first.stratum,
            text=first.text,
            image=one.image or first.image,
            width=first.width,
            height=first.height,
            prelabel=one.prelabel or first.prelabel,
        )
    return one


def _unused(table: Table) -> tuple[str, ...]:
    return (f"{table.name}: columns not used: {', '.join(table.ignored)}.",) if table.ignored else ()


def _doubts(rows: Sequence[ListedItem], name: str) -> tuple[str, ...]:
    """What is allowed and may still be a slip: one image under two names."""
    owner: dict[str, ListedItem] = {}
    shared = []
    for one in rows:
        if not one.image or one.role is Role.REPEAT:
            continue
        before = owner.setdefault(one.image, one)
        if before is not one:
            shared.append(one.item)
    if not shared:
        return ()
    more = ", …" if len(shared) > _AT_ONCE else ""
    told = (
        f"{len(shared)} items show an image that another one shows too: {', '.join(shared[:_AT_ONCE])}{more}"
    )
    return (f"{name}: {told}. If they are hidden repeats, give them the role repeat.",)
