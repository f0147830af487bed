"""What files say, put together by hand: for rules that no reader may bend."""

import math
from collections.abc import Sequence

import numpy as np

from app.core.formats.shapes import Kind, Shapes
from app.core.formats.written import Written, WrittenAnswer, WrittenItem

Mark = tuple[str, str, object]  # item, label, shape


def written(
    kind: Kind,
    items: Sequence[WrittenItem | str],
    marks: Sequence[Mark],
    *,
    people: Sequence[str] = ("",),
    relative: bool = False,
    listed: bool = False,
    **more: object,
) -> Written:
    """Every person answers every item with the marks of that item."""
    rows = [one if isinstance(one, WrittenItem) else WrittenItem((one,)) for one in items]
    answers = [
        WrittenAnswer(at, f"{row.keys[0]} by {person or 'nobody'}", person, math.nan)
        for at, row in enumerate(rows)
        for person in people
    ]
    place = {row.keys[0]: at for at, row in enumerate(rows)}
    each = [
        (place[item] * len(people) + at, label, shape)
        for item, label, shape in marks
        for at in range(len(people))
    ]
    return Written(
        source="file",
        format="hand",
        kind=kind,
        items=tuple(rows),
        answers=tuple(answers),
        answer=np.array([answer for answer, _, _ in each], np.int64),
        label=tuple(label for _, label, _ in each),
        shape=_shapes(kind, [shape for _, _, shape in each]),
        place=tuple(f"mark {at}" for at in range(len(each))),
        relative=relative,
        listed=listed,
        **more,  # type: ignore[arg-type]
    )


def _shapes(kind: Kind, shapes: Sequence[object]) -> Shapes:
    if kind == "labels":
        return None
    if kind == "boxes":
        return np.array(shapes, np.float64).reshape(-1, 4)
    if kind == "spans":
        return np.array(shapes, np.int64).reshape(-1, 2)
    return tuple(shapes)  # type: ignore[arg-type]
