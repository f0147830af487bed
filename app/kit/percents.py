"""Which cells of a workbook are shown as percentages: the reader gives their bare number, 0.45 for 45 %.

Only what a workbook says about its cells is looked at; where it says nothing the number stands as it is.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

Place = tuple[int, int]
"""Row and column, counted from 0."""

_BUILT_IN = frozenset({9, 10})  # 0% and 0.00% of ECMA-376 part 1, 18.8.30
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ODS_CELL = re.compile(rb"<table:table-cell\b[^>]*office:value-type=\"percentage\"[^>]*>")
_ODS_VALUE = re.compile(rb'office:value="([^"]{1,40})"')


def spell(share: float) -> str:
    """A share as people type it, with up to six decimals.

    >>> spell(0.45), spell(0.07), spell(1.5), spell(0.12345), spell(0)
    ('45%', '7%', '150%', '12.345%', '0%')
    """
    return f"{share * 100:.6f}".rstrip("0").rstrip(".") + "%"


def in_excel(archive: zipfile.ZipFile) -> Mapping[str, frozenset[Place]]:
    """Name of a sheet -> its cells that are shown as percentages; empty for what is no Excel workbook."""
    names = frozenset(archive.namelist())
    if not {"xl/workbook.xml", "xl/styles.xml"} <= names:
        return {}
    styles = _styles(archive)
    if not styles:
        return {}
    return {
        title: frozenset(_cells(archive, part, styles))
        for title, part in _sheets(archive).items()
        if part in names
    }


def in_open_document(content: bytes) -> bytes:
    """`content.xml` with its percentages as text: the reader would give their bare number."""
    return _ODS_CELL.sub(_as_text, content)


def _as_text(cell: re.Match[bytes]) -> bytes:
    value = _ODS_VALUE.search(cell[0])
    try:
        told = spell(float(value[1])) if value is not None else ""
    except ValueError:
        told = ""
    if value is None or not told:
        return cell[0]
    text = cell[0].replace(value[0], f'office:string-value="{told}"'.encode())
    return text.replace(b'office:value-type="percentage"', b'office:value-type="string"')


def _styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the cell styles that show percentages."""
    root = _root(archive, "xl/styles.xml")
    codes = {each.get("numFmtId", ""): each.get("formatCode", "") for each in _named(root, "numFmt")}
    formats = {name for name, code in codes.items() if "%" in _LITERAL.sub("", code)}
    formats |= {str(number) for number in _BUILT_IN if str(number) not in codes}
    for group in _named(root, "cellXfs"):
        return frozenset(str(i) for i, each in enumerate(group) if each.get("numFmtId") in formats)
    return frozenset()


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return {}
    links = {
        each.get("Id"): posixpath.normpath(posixpath.join("xl", each.get("Target", ""))).lstrip("/")
        for each in _named(_root(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    found = {}
    for each in _named(_root(archive, "xl/workbook.xml"), "sheet"):
        link = next((value for key, value in each.items() if key.endswith("}id")), None)
        found[each.get("name", "")] = links.get(link, "")
    return found


def _cells(archive: zipfile.ZipFile, part: str, styles: frozenset[str]) -> Iterator[Place]:
    row = column = -1
    with archive.open(part) as stream:
        for event, each in ElementTree.iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = each.tag.rpartition("}")[2]
            if name == "row" and event == "start":
                given = each.get("r", "")
                row, column = (int(given) - 1 if given.isdecimal() else row + 1), -1
            elif name == "c" and event == "start":
                row, column = _place(each, row, column)
                if each.get("s") in styles and each.get("t", "n") == "n":
                    yield row, column
            elif name == "row":
                each.clear()


def _place(cell: Element, row: int, column: int) -> Place:
    """Where a cell stands: as it says itself, else right of the one before."""
    given = _REFERENCE.fullmatch(cell.get("r", ""))
    if given is None:
        return row, column + 1
    number = 0
    for letter in given[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(given[2]) - 1, number - 1


def _root(archive: zipfile.ZipFile, part: str) -> Element:
    root: Element = ElementTree.fromstring(archive.read(part), forbid_dtd=True)
    return root


def _named(root: Element, name: str) -> Iterator[Element]:
    return (each for each in root.iter() if each.tag.rpartition("}")[2] == name)
