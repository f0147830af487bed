"""Pascal VOC: one XML file per image, boxes by their corners in pixels, as they are written."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from app.core.formats.faults import refuse
from app.core.formats.geometry import add_box
from app.core.formats.marks import Sheet, Source, parse_number
from app.core.formats.written import Written
from app.core.formats.xml_events import Elements, walk

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_voc(source: Source) -> Written:
    """The boxes of one Pascal VOC file; it knows neither annotators nor times.

    Corners are taken as they stand: the original VOC counts from 1 and inclusively, most tools from 0, and a file
    does not tell which. Difficult objects count like the others, and a warning says how many there are.
    """
    if source.kind != "boxes":
        message = (
            f"Pascal VOC holds boxes only, and this task needs {source.kind}; send the export of your tool"
        )
        raise refuse("format.wrong_task", source.name, message)
    sheet = Sheet(source, "voc")
    reader = _Voc(sheet)
    walk(source.data, reader)
    if reader.root != "annotation":
        sheet.faults.add("", "is no Pascal VOC file (annotation as the outer element); export it again")
    stem = PurePosixPath(source.name.replace("\\", "/")).stem
    width, height = (parse_number(reader.values.get(one)) for one in ("size/width", "size/height"))
    known = width > 0 and height > 0
    names = (reader.values.get("filename", ""), stem)
    item = sheet.item(names, width=width if known else None, height=height if known else None)
    if item < 0:
        sheet.faults.add("", "names no image; give filename")
        return sheet.written()
    answer = sheet.respond(item, "the image")
    for at, (place, found) in enumerate(reader.objects, start=1):
        _add(found, answer, f"object {at}, {place}", sheet)
    return sheet.written()


def _add(found: Mapping[str, str], answer: int, place: str, sheet: Sheet) -> None:
    if not any(f"bndbox/{one}" in found for one in _CORNERS):
        sheet.other("objects without an upright box")
        return
    if found.get("difficult") == "1":
        sheet.noticed["objects marked difficult count like the others"] += 1
    left, top, right, bottom = (parse_number(found.get(f"bndbox/{one}")) for one in _CORNERS)
    if not (label := found.get("name", "")):
        sheet.faults.add(place, "the object has no name; give its class")
    add_box(sheet, answer, label, (left, top, right - left, bottom - top), place)


class _Voc(Elements):
    """Texts by path below the root, and those of every object by path below it."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet.source.name)
        self.root = ""
        self.values: dict[str, str] = {}
        self.objects: list[tuple[str, dict[str, str]]] = []

    def opened(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or tag
        if tag == "object" and len(self.path) == 2:
            self.objects.append((self.line, {}))

    def closed(self, tag: str, text: str) -> None:
        if self.path[1:2] == ["object"]:
            self.objects[-1][1].setdefault("/".join(self.path[2:]), text)
        else:
            self.values.setdefault("/".join(self.path[1:]), text)
