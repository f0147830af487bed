"""Run-length masks of COCO: column by column, zeros first, as numbers or as a compressed string."""

from typing import Any

import numpy as np

from app.core.formats.geometry import MAX_PIXELS, cropped, of_bits
from app.core.formats.shapes import Floats, Ints, Mask


def decoded(value: Any, size: tuple[float | None, float | None] = (None, None)) -> Mask | str:
    """The mask of a COCO run-length object {size: [height, width], counts}, or what is wrong with it.

    `size` is the width and height of its image where known; the mask must cover just that.
    """
    extent = value.get("size")
    if not (
        isinstance(extent, list)
        and len(extent) == 2
        and all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in extent)
    ):
        return "the mask needs size: [height, width] in pixels"
    height, width = extent
    if height * width > MAX_PIXELS:
        return f"the mask covers more than {MAX_PIXELS // 1_000_000} million pixels; split the image"
    if None not in size and (width, height) != size:
        return (
            f"the mask is {width} x {height}, its image {size[0]:g} x {size[1]:g}; deliver the original size"
        )
    runs = _runs(value.get("counts"))
    if runs is None or (runs < 0).any() or (runs > height * width).any() or runs.sum() != height * width:
        return f"the runs of the mask do not add up to its {width} x {height} pixels; export it again"
    upright = cropped(runs, height)
    if not upright.runs[1::2].any():
        return upright
    return of_bits(upright.bits().T, upright.top, upright.left)


def _runs(counts: Any) -> Ints | None:
    if isinstance(counts, str):
        return _uncompressed(counts)
    if not isinstance(counts, list) or not counts or {type(one) for one in counts} != {int}:
        return None
    try:
        return np.array(counts, np.int64)
    except OverflowError:
        return None


def _uncompressed(text: str) -> Ints | None:
    """Five bits per character from '0', the sixth says that more follow; from the fourth run on, differences.

    Source: maskApi.c of the COCO API (`rleFrString`).
    """
    codes = np.frombuffer(text.encode("utf-8"), np.uint8).astype(np.int64) - 48
    if not len(codes) or (codes < 0).any() or (codes > 63).any() or codes[-1] & 0x20:
        return None
    last = np.flatnonzero((codes & 0x20) == 0)
    first = np.concatenate([[0], last[:-1] + 1])
    if (last - first >= 12).any():
        return None
    place = np.arange(len(codes)) - np.repeat(first, last - first + 1)
    values = np.add.reduceat((codes & 0x1F) << (5 * place), first)
    negative = (codes[last] & 0x10) != 0
    values -= np.where(negative, np.left_shift(1, 5 * (last - first + 1)), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def rectangles(mask: Mask) -> tuple[Floats, ...]:
    """The mask as outlines that cover exactly its pixels: equal runs of neighbouring rows form one rectangle."""
    done: list[Floats] = []
    growing: dict[tuple[int, int], int] = {}
    bits = mask.bits()
    for y in range(mask.height + 1):
        row = (
            np.flatnonzero(np.diff(np.concatenate([[0], bits[y], [0]])))
            if y < mask.height
            else np.zeros(0, int)
        )
        runs = set(zip(row[::2].tolist(), row[1::2].tolist(), strict=True))
        for run in [one for one in growing if one not in runs]:
            top = growing.pop(run)
            corners = [(run[0], top), (run[1], top), (run[1], y), (run[0], y)]
            done.append(np.array(corners, np.float64) + np.array([mask.left, mask.top]))
        for run in sorted(runs - growing.keys()):
            growing[run] = y
    return tuple(done)
