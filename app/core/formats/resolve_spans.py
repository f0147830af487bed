"""Spans of a file moved onto the gold's text: tools tokenise, and only characters that are no spaces agree."""

from collections.abc import Sequence

import numpy as np

from app.core.formats.faults import SHOWN, Faults
from app.core.formats.shapes import Ints


def aligned(
    spans: Ints,
    item: Ints,
    written: Sequence[str | None],
    texts: Sequence[str],
    names: Sequence[str],
    place: Sequence[str],
    faults: Faults,
) -> tuple[Ints, int]:
    """Spans (marks, 2) as characters of the gold's `texts`, and how many items had another spacing.

    `written` is the file's own text per item (None: it has none, its offsets are taken as they are). Notes every
    item whose text is another one, and every span that is empty, reversed or outside.
    """
    out = spans.copy()
    moved: dict[int, tuple[Ints, Ints] | None] = {}
    for at, own in enumerate(written):
        if own is None or not texts[at] or own == texts[at]:
            continue
        moved[at] = _positions(own, texts[at])
        if moved[at] is None:
            message = "its text is not the gold's; deliver labels of the text as it was sent"
            faults.add(f"item {names[at]!r}", message)
    for at, (one, (start, end)) in enumerate(zip(item.tolist(), spans.tolist(), strict=True)):
        text = written[one] if written[one] is not None else texts[one]
        if problem := _fault(start, end, text):
            faults.add(place[at], problem if faults.count < SHOWN else "")
        elif move := moved.get(one):
            out[at] = _moved(start, end, *move)
            if out[at, 0] >= out[at, 1]:
                faults.add(place[at], f"span {start}–{end} holds nothing but spaces; mark words")
    return out, len(moved)


def _fault(start: int, end: int, text: str | None) -> str:
    if start >= end:
        return f"span {start}–{end} is empty or reversed; its end is exclusive and must be above its start"
    if start < 0 or (text and end > len(text)):
        size = f" of {len(text)} characters" if text else ""
        return f"span {start}–{end} lies outside its text{size}; count characters from 0"
    return ""


def _positions(own: str, gold: str) -> tuple[Ints, Ints] | None:
    """Places of the characters that are no spaces in both texts; None where these differ."""
    mine = [at for at, one in enumerate(own) if not one.isspace()]
    theirs = [at for at, one in enumerate(gold) if not one.isspace()]
    if [own[at] for at in mine] != [gold[at] for at in theirs]:
        return None
    return np.array(mine, np.int64), np.array(theirs, np.int64)


def _moved(start: int, end: int, mine: Ints, theirs: Ints) -> tuple[int, int]:
    first = int(np.searchsorted(mine, start))
    last = int(np.searchsorted(mine, end)) - 1
    if first > last:
        return start, start
    return int(theirs[first]), int(theirs[last]) + 1
