"""How fast candidates work, and whether they get faster, on the results page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit import wording
from app.pilots.service import PilotComparison


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """One candidate's seconds, as text; `ratio` compares it with the first timed one on the same items."""

    name: str
    per_label: str
    mean: str
    median: str
    geometric: str
    per_day: str
    all_per_day: str
    ratio: str


def speed_rows(found: PilotComparison, names: Mapping[str, str]) -> tuple[SpeedRow, ...]:
    """Candidates with measured times, in the order of the table."""
    timed = [one for one in found.candidates if one.pace is not None and one.seconds is not None]
    return tuple(
        SpeedRow(
            name=names[one.code],
            per_label=wording.number(one.pace.seconds_per_label, 1) if one.pace else wording.DASH,
            mean=wording.number(one.seconds.mean, 1) if one.seconds else wording.DASH,
            median=wording.number(one.seconds.median, 1) if one.seconds else wording.DASH,
            geometric=wording.number(one.seconds.geometric_mean, 1) if one.seconds else wording.DASH,
            per_day=wording.number(one.pace.per_annotator_day) if one.pace else wording.DASH,
            all_per_day=wording.number(one.pace.per_day) if one.pace else wording.DASH,
            ratio=_ratio(found, timed[0].code, one.code),
        )
        for one in timed
    )


def _ratio(found: PilotComparison, first: str, code: str) -> str:
    """How many times as long as the first one, on the same items, with its interval."""
    for pair in found.pairs:
        if {pair.a, pair.b} == {first, code} and (ratio := pair.time_ratio):
            ends = (ratio.value, ratio.low, ratio.high)
            if pair.a != first:
                ends = (1 / ratio.value, 1 / ratio.high, 1 / ratio.low)
            return f"{wording.number(ends[0], 2)} ({wording.interval(ends[1], ends[2], 2)})"
    return wording.DASH
