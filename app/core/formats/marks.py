"""What a reader fills while it walks a file: items, answers, marks, and everything it has to say about them."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from app.core.formats.faults import Faults
from app.core.formats.shapes import Kind, Shapes
from app.core.formats.written import Written, WrittenAnswer, WrittenItem

MAX_SECONDS = 86_400.0
LONGEST_NAME = 2_000
LARGEST = 1e9  # no image is a billion pixels wide, no text a billion characters long
SPOKEN: dict[str, str] = {
    "labels": "labels",
    "boxes": "boxes",
    "polygons": "polygons",
    "masks": "masks",
    "spans": "spans of text",
    "texts": "texts",
}
REVIEWS = {
    "accepted": "accepted", "accept": "accepted", "approved": "accepted",
    "fixed": "fixed", "fix": "fixed", "fixed_and_accepted": "fixed",
    "rejected": "rejected", "reject": "rejected",
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

REPAIR = "; or accept the repair: "  # stands in every problem that may be repaired


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its bytes (UTF-8 text where the format is text), its name, the kind of mark wanted."""

    data: bytes
    name: str
    kind: Kind
    accept: bool = False


def number(value: object) -> float:
    """`value` as a float, NaN when it is no finite number below a billion (booleans are none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value) if -LARGEST < value < LARGEST else math.nan


def parse_number(text: str | None) -> float:
    """A number written as text, NaN when it is none or not below a billion."""
    try:
        return number(float(text or ""))
    except ValueError:
        return math.nan


def whole(value: object) -> int | None:
    """`value` as an integer (3 and 3.0, not 3.5), None when it is none or not below a billion."""
    found = number(value)
    return int(found) if found.is_integer() else None


def person(value: object) -> str:
    """A code for who labelled: numbers and names as they are, an email address as a stable code.

    >>> person(7), person(None), person("ann@example.org") == person(" Ann@Example.org")
    ('7', '', True)
    """
    if value is None or isinstance(value, bool | float | list | dict):
        return ""
    text = str(value).strip()
    if not _EMAIL.fullmatch(text):
        return text
    return "p-" + hashlib.sha256(text.casefold().encode()).hexdigest()[:10]


class Sheet:
    """Gathers one file's items, answers and marks; `written()` refuses it or hands it over."""

    def __init__(self, source: Source, format: str) -> None:
        self.source = source
        self.format = format
        self.kind = source.kind
        self.faults = Faults("file.broken", source.name)
        self.items: list[WrittenItem] = []
        self.answers: list[WrittenAnswer] = []
        self.answer: list[int] = []
        self.label: list[str] = []
        self.shape: list[Any] = []
        self.place: list[str] = []
        self.crowd: list[bool] = []
        self.repaired: Counter[str] = Counter()
        self.noticed: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.told: list[str] = []  # whole lines that other readers have to say: repairs
        self.warned: list[str] = []  # and warnings
        self._at: dict[str, int] = {}

    def item(self, keys: Iterable[str], **more: Any) -> int:
        """The position of the item of these names (the first one decides), added when it is new."""
        names = [one for one in (key.strip() for key in keys) if one]
        if not names:
            return -1
        at = self._at.get(names[0])
        if at is None:
            at = self._at[names[0]] = len(self.items)
            self.items.append(WrittenItem(tuple(dict.fromkeys(names)), **more))
        return at

    def sized(self, item: int, width: float, height: float, place: str) -> None:
        """Give an item its size in pixels; two sizes of one item are a problem."""
        before = self.items[item]
        if before.width is None:
            self.items[item] = replace(before, width=width, height=height)
        elif (before.width, before.height) != (width, height):
            told = f"{width:g} x {height:g}, elsewhere {before.width:g} x {before.height:g}"
            self.faults.add(place, f"the image is {told}; one image has one size, export again")

    def respond(self, item: int, place: str, **more: Any) -> int:
        """The position of a new answer for an item."""
        self.answers.append(WrittenAnswer(item, place, **more))
        return len(self.answers) - 1

    def mark(self, answer: int, label: str, shape: Any, place: str, crowd: bool = False) -> None:
        """Add one mark of the wanted kind; its numbers must have been looked at."""
        self.answer.append(answer)
        self.label.append(label)
        self.shape.append(shape)
        self.place.append(place)
        self.crowd.append(crowd)

    def choose(self, answer: int, labels: Sequence[str], place: str) -> None:
        """Add labels of one answer; one that stands twice counts once."""
        once = dict.fromkeys(labels)
        if len(once) < len(labels):
            self.repaired["labels that stand twice in one answer counted once"] += len(labels) - len(once)
        for label in once:
            self.mark(answer, label, None, place)

    def other(self, kind: str) -> None:
        """Count a mark of a kind that was not asked for."""
        self.others[kind] += 1

    def mend(self, place: str, problem: str, repair: str, done: str) -> bool:
        """Whether a fault may be repaired: noted as `done` when repairs are accepted, else as a problem."""
        if self.source.accept:
            self.repaired[done] += 1
            return True
        self.faults.add(place, f"{problem}{REPAIR}{repair}")
        return False

    def seconds(self, value: object, place: str, field: str) -> float:
        """A tool's time in seconds, NaN where it has none or says 0; the impossible is a problem."""
        if value is None or value == "":
            return math.nan
        found = parse_number(value) if isinstance(value, str) else number(value)
        if found == 0:
            self.noticed[f"times of 0 seconds ({field}) taken as unknown"] += 1
            return math.nan
        if 0 < found <= MAX_SECONDS:
            return found
        problem = f"{field} {str(value)[:40]!r} must be from 0 to 86400 seconds; leave it out when unknown"
        self.mend(place, problem, "count the time as unknown", "impossible times counted as unknown")
        return math.nan

    def moment(self, value: object) -> str:
        """An ISO 8601 date and time as it is written, empty where there is none or it is no such thing."""
        if not isinstance(value, str) or not value.strip():
            return ""
        text = value.strip()
        try:
            datetime.fromisoformat(text)
        except ValueError:
            self.noticed["dates that are not ISO 8601 left out"] += 1
            return ""
        return text

    def person(self, value: object) -> str:
        """The code of an annotator; an email address never stays."""
        code = person(value)
        if isinstance(value, str) and code != value.strip():
            self.repaired["email addresses of annotators replaced by codes"] += 1
        return code

    def written(
        self,
        *,
        classes: Sequence[str] = (),
        class_ids: Sequence[int] = (),
        relative: bool = False,
        listed: bool = False,
    ) -> Written:
        """Everything gathered; raises `Invalid` when anything was wrong, or when nothing of the kind is there."""
        self._check()
        self.faults.stop()
        ignored = [f"{count} {SPOKEN.get(kind, kind)} not used" for kind, count in self.others.items()]
        return Written(
            source=self.source.name,
            format=self.format,
            kind=self.kind,
            items=tuple(self.items),
            answers=tuple(self.answers),
            answer=np.array(self.answer, np.int64),
            label=tuple(self.label),
            shape=_shapes(self.kind, self.shape),
            place=tuple(self.place),
            classes=tuple(classes),
            class_ids=tuple(class_ids),
            crowd=tuple(self.crowd) if any(self.crowd) else (),
            relative=relative,
            listed=listed,
            repairs=(*self.told, *self._lines(f"{count} {what}" for what, count in self.repaired.items())),
            warnings=(
                *self.warned,
                *self._lines(
                    [*(f"{count} {what}" for what, count in self.noticed.items() if count), *ignored], "."
                ),
            ),
        )

    def _check(self) -> None:
        if not self.items and not self.faults.count:
            self.faults.add("", "the file names no items; export it again with the labels")
        if any(len(one.keys[0]) > LONGEST_NAME for one in self.items) or any(
            len(one) > LONGEST_NAME for one in set(self.label)
        ):
            message = (
                f"names of items and classes have at most {LONGEST_NAME} characters; is it the right column?"
            )
            self.faults.add("", message)
        if not self.answer and self.others and not self.faults.count:
            found = " and ".join(f"{SPOKEN.get(kind, kind)} ({count})" for kind, count in self.others.items())
            message = f"holds {found} but no {SPOKEN[self.kind]}, which this task needs; export those"
            self.faults.add("", message)

    def _lines(self, lines: Iterable[str], end: str = "") -> tuple[str, ...]:
        return tuple(f"{self.source.name}: {line}{end}" for line in lines)


def _shapes(kind: Kind, shapes: Sequence[Any]) -> Shapes:
    if kind == "labels":
        return None
    if kind == "boxes":
        return np.array(shapes, np.float64).reshape(-1, 4)
    if kind == "spans":
        return np.array(shapes, np.int64).reshape(-1, 2)
    return tuple(shapes)


def merged(parts: Sequence[Written], name: str, repairs: tuple[str, ...] = ()) -> Written:
    """Several files of one format and kind as one; the same item in two of them is one item.

    `repairs` are told before those of the parts.
    """
    items: list[WrittenItem] = []
    at: dict[str, int] = {}
    answers: list[WrittenAnswer] = []
    columns: dict[str, list[Any]] = {"answer": [], "label": [], "shape": [], "place": [], "crowd": []}
    for part in parts:
        where = []
        for item in part.items:
            if item.keys[0] not in at:
                at[item.keys[0]] = len(items)
                items.append(item)
            where.append(at[item.keys[0]])
        columns["answer"] += [one + len(answers) for one in part.answer.tolist()]
        columns["label"] += part.label
        columns["shape"] += [] if part.shape is None else list(part.shape)
        before = f"{part.source}, " if part.source != name else ""
        columns["place"] += [before + one for one in part.place]
        columns["crowd"] += part.crowd or (False,) * len(part.place)
        answers += [replace(one, item=where[one.item], place=before + one.place) for one in part.answers]
    numbers = _numbers(parts)
    return Written(
        source=name,
        format=parts[0].format,
        kind=parts[0].kind,
        items=tuple(items),
        answers=tuple(answers),
        answer=np.array(columns["answer"], np.int64),
        label=tuple(columns["label"]),
        shape=_shapes(parts[0].kind, columns["shape"]),
        place=tuple(columns["place"]),
        classes=tuple(numbers),
        class_ids=tuple(numbers.values()) if all(part.class_ids for part in parts) else (),
        crowd=tuple(columns["crowd"]) if any(columns["crowd"]) else (),
        relative=parts[0].relative,
        listed=any(part.listed for part in parts),
        repairs=(*repairs, *(line for part in parts for line in part.repairs)),
        warnings=tuple(line for part in parts for line in part.warnings),
    )


def _numbers(parts: Sequence[Written]) -> dict[str, int]:
    """Class -> the number its first file gives it, in the order of the files."""
    numbers: dict[str, int] = {}
    for part in parts:
        ids = part.class_ids or range(len(part.classes))
        numbers |= {one: at for one, at in zip(part.classes, ids, strict=True) if one not in numbers}
    return numbers
