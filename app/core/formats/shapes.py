"""The shapes a mark can have, and the array types they are made of."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Kind = Literal["labels", "boxes", "polygons", "masks", "spans", "texts"]


@dataclass(frozen=True, slots=True)
class Mask:
    """A region of pixels: the crop at (left, top) of width x height.

    `runs` are the lengths of runs row by row inside the crop, zeros first; they sum to width * height.
    """

    left: int
    top: int
    width: int
    height: int
    runs: Ints

    def bits(self) -> Bools:
        """The crop as (height, width) booleans."""
        values = np.zeros(len(self.runs), np.bool_)
        values[1::2] = True
        return np.repeat(values, self.runs).reshape(self.height, self.width)


Polygon = tuple[Floats, ...]  # rings of (points, 2) pixels; several rings are parts of one object
Shapes = Floats | Ints | tuple[Polygon, ...] | tuple[Mask, ...] | tuple[str, ...] | None
