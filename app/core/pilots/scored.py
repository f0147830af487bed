"""One vendor between scoring and judging."""

from dataclasses import dataclass

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.figures import Scores
from app.core.pilots.speed import Work


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scores of one delivery, its sums per item, the annotator of each unit (-1 unknown), bootstrap sums."""

    name: str
    delivery: Rows
    work: Work | None
    scores: Scores
    sums: Floats
    cluster: Ints
    replicates: Floats
