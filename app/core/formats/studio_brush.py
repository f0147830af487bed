"""The brush masks of Label Studio: a bit-packed run-length code of the image's RGBA bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.formats.geometry import MAX_PIXELS, cropped
from app.core.formats.shapes import Bools, Ints, Mask


def decoded(values: Any, width: int, height: int) -> Mask | str:
    """The mask where the alpha of a width x height image is above 0, or what is wrong with the code.

    The code (thi.ng rle-pack, as in Label Studio's converter): 32 bits count of bytes, 5 bits word size - 1, four
    times 4 bits of run sizes - 1, then per run a bit (1 repeated, 0 literal), 2 bits choosing the run size, the
    length - 1, and one word or one per byte.
    """
    if width * height > MAX_PIXELS:
        return f"the mask covers more than {MAX_PIXELS // 1_000_000} million pixels; split the image"
    if not isinstance(values, list) or not values or {type(one) for one in values} != {int}:
        return "the brush mask needs rle, a list of bytes; export the annotations as JSON"
    if not all(0 <= one <= 255 for one in values):
        return "the brush mask needs rle, a list of bytes; export the annotations as JSON"
    bits = np.unpackbits(np.array(values, np.uint8))
    found = _segments(bits, width * height * 4)
    if found is None:
        return f"the brush mask does not fill its image of {width} x {height} pixels; export it again"
    lengths, on = found
    # Alpha is every fourth byte: the pixels whose byte 4 p + 3 lies before the end of a run.
    ends = np.cumsum(lengths)
    upto = ends // 4
    pixels = np.diff(np.concatenate([[0], upto]))
    return cropped(_alternating(pixels, on), width)


def _segments(bits: NDArray[np.uint8], size: int) -> tuple[Ints, Bools] | None:
    """Lengths in bytes of the runs and whether they are above 0; None when the code ends early or is foreign."""
    text = bits.tobytes().translate(_DIGITS).decode("ascii")
    if len(text) < 53 or int(text[:32], 2) != size:
        return None
    word = int(text[32:37], 2) + 1
    sizes = [int(text[at : at + 4], 2) + 1 for at in (37, 41, 45, 49)]
    lengths: list[int] = []
    on: list[bool] = []
    at, done, end = 53, 0, len(text)
    while done < size:
        if at + 3 > end:
            return None
        repeated, width = text[at] == "1", sizes[int(text[at + 1 : at + 3], 2)]
        count = int(text[at + 3 : at + 3 + width] or "0", 2) + 1
        at += 3 + width
        words = 1 if repeated else count
        if at + words * word > end or done + count > size:
            return None
        for one in range(words):
            lengths.append(count if repeated else 1)
            on.append("1" in text[at + one * word : at + (one + 1) * word])
        at += words * word
        done += count
    return np.array(lengths, np.int64), np.array(on, np.bool_)


_DIGITS = bytes([48, 49]) + bytes(254)


def _alternating(lengths: Ints, on: Bools) -> Ints:
    """Runs of any order as alternating runs, zeros first."""
    kept = lengths > 0
    lengths, on = lengths[kept], on[kept]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    change = np.flatnonzero(np.concatenate([[True], on[1:] != on[:-1]]))
    edges = np.concatenate([starts[change], [lengths.sum()]])
    runs = np.diff(edges)
    return np.concatenate([[0], runs]) if on[0] else runs
