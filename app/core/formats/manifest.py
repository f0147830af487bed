"""Work that only people can judge: the list of items that went out, and what came back for each.

A delivery is a table of items, each with a file of the same archive, a link or a text; nothing in the files is
read. So it stands for video tracks, audio segments, 3D scenes and whatever else has no metric yet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.formats.archives import is_zip, listed
from app.core.formats.faults import Faults, refuse
from app.core.formats.shapes import Floats
from app.core.formats.table import MAX_SECONDS, Table, read_table

MANIFEST = "manifest.csv"
_GIVEN = ("file", "link", "text")
_LONGEST = 2_000  # characters of a link or a text
_NAME = 500  # characters of an item's name
_LINK = re.compile(r"https?://[^\s/]+\.[^\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ItemList:
    """The items of a pilot in the order of their file; `stratum` is empty or one text per item."""

    items: tuple[str, ...]
    stratum: tuple[str, ...]
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """What came back, row by row: `item` is a position in the item list, `seconds` NaN where not told.

    Of `file` (a path in the archive, whole), `link` and `text` at least one is filled.
    """

    item: tuple[int, ...]
    file: tuple[str, ...]
    link: tuple[str, ...]
    text: tuple[str, ...]
    annotator: tuple[str, ...]
    seconds: Floats
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]


def read_items(data: bytes, name: str) -> ItemList:
    """The list of items that every candidate gets: a table with `item` and, if wanted, `stratum`.

    Raises `Invalid` with every empty, overlong and repeated item.
    """
    table = read_table(data, name, ("item",), ("stratum",))
    faults = Faults("items.broken", name)
    seen: dict[str, int] = {}
    for item, line in zip(table.columns["item"], table.line, strict=True):
        if fault := _name_fault(item):
            faults.add(f"line {line}", fault)
        elif item in seen:
            faults.add(f"line {line}", f"item {item[:80]!r} stands in line {seen[item]} already; keep one")
        seen.setdefault(item, line)
    faults.stop()
    return ItemList(tuple(table.columns["item"]), tuple(table.columns.get("stratum", ())), table.repairs)


def _name_fault(item: str) -> str:
    if not item:
        return "an item without a name; give each one an id"
    return f"an item's name is at most {_NAME} characters; shorten it" if len(item) > _NAME else ""


def read_manifest(data: bytes, name: str, items: Sequence[str]) -> Manifest:
    """A delivery against the list of items: a table, or an archive with `manifest.csv` beside the files.

    Columns: `item`, at least one of `file`, `link` and `text`, and if known `annotator` and `seconds`. Raises
    `Invalid` with every row that names an unknown or repeated item, nothing delivered, a file that is not in the
    archive, an address that is no web link, or seconds that make no sense.
    """
    members: frozenset[str] = frozenset()
    folder = ""
    if is_zip(data):
        pack = listed(data, name, MANIFEST)
        data, folder, members = pack.text, pack.folder, pack.members
        name = f"{name}, {MANIFEST}"
    table = read_table(data, name, ("item",), (*_GIVEN, "annotator", "seconds"))
    if not any(column in table.columns for column in _GIVEN):
        raise refuse("delivery.broken", name, "needs a column file, link or text: what was delivered for it")
    place = {item: at for at, item in enumerate(items)}
    faults = Faults("delivery.broken", name)
    _check(table, place, members, faults)
    seconds = _seconds(table, faults)
    faults.stop()
    files = _column(table, "file")
    return Manifest(
        item=tuple(place[item] for item in table.columns["item"]),
        file=tuple(f"{folder}{one}" if one else "" for one in files),
        link=tuple(_column(table, "link")),
        text=tuple(_column(table, "text")),
        annotator=tuple(_column(table, "annotator")),
        seconds=seconds,
        repairs=table.repairs,
        warnings=_warnings(name, members, files, table.ignored),
    )


def _column(table: Table, key: str) -> list[str]:
    return table.columns.get(key) or [""] * len(table.line)


def _check(table: Table, place: Mapping[str, int], members: frozenset[str], faults: Faults) -> None:
    seen: dict[str, int] = {}
    rows = zip(table.columns["item"], *(_column(table, key) for key in _GIVEN), table.line, strict=True)
    for item, file, link, text, line in rows:
        rules = (
            (item in place, f"item {item[:80]!r} is not in the list of items; correct the id"),
            (item not in seen, f"item {item[:80]!r} stands in line {seen.get(item)} already; keep one"),
            (file or link or text, f"nothing is delivered for {item[:80]!r}: fill file, link or text"),
            (
                not file or file in members,
                f"the archive holds no file {file[:120]!r}; pack it, or correct it",
            ),
            (not link or _LINK.fullmatch(link), "a link begins with https:// or http://"),
            (max(len(link), len(text)) <= _LONGEST, f"a link or text is at most {_LONGEST} characters"),
        )
        for fine, message in rules:
            if not fine:
                faults.add(f"line {line}", message)
        seen.setdefault(item, line)


def _seconds(table: Table, faults: Faults) -> Floats:
    out = np.full(len(table.line), np.nan)
    for at, (value, line) in enumerate(zip(_column(table, "seconds"), table.line, strict=True)):
        if not value:
            continue
        try:
            found = float(value)
        except ValueError:
            found = -1.0
        if not 0 < found <= MAX_SECONDS:
            faults.add(
                f"line {line}", f"seconds must be above 0 and at most {MAX_SECONDS:,.0f}, such as 31.5"
            )
        out[at] = found
    return out


def _warnings(
    name: str, members: frozenset[str], files: Sequence[str], ignored: Sequence[str]
) -> tuple[str, ...]:
    out = [f"{name}: the columns {', '.join(ignored)} are not read."] if ignored else []
    if loose := len(members - set(files)):
        out.append(f"{name}: {loose} files of the archive belong to no item.")
    return tuple(out)
