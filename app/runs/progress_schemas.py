"""What a forecast assumes and tells."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from app.runs.schemas import Entry


class ForecastIn(Entry):
    """What a forecast assumes: labelers ready at each vendor (None: those seen in the pilot), weeks until hired
    ones start, and a time in which `peak_factor` times as much arrives as otherwise."""

    ready: Annotated[int | None, Field(ge=1, le=100_000)] = None
    lead_weeks: Annotated[int, Field(ge=0, le=52)] = 2
    peak_from: date | None = None
    peak_to: date | None = None
    peak_factor: Annotated[float, Field(gt=0, le=100)] = 2.0

    @model_validator(mode="after")
    def _whole_peak(self) -> "ForecastIn":
        if (self.peak_from is None) is not (self.peak_to is None):
            raise ValueError("Give the first and the last day of the peak, or neither.")
        if self.peak_from and self.peak_to and self.peak_to < self.peak_from:
            raise ValueError("The peak must not end before it begins.")
        return self

    @property
    def peak(self) -> tuple[date, date, float] | None:
        """First day, last day and factor; None without a peak."""
        return (self.peak_from, self.peak_to, self.peak_factor) if self.peak_from and self.peak_to else None


class CompletionOut(BaseModel):
    """The day all is done, with its interval; null beyond ten years."""

    expected: date | None
    early: date | None
    late: date | None


class OutlookOut(BaseModel):
    """A candidate's outlook, an extrapolation; `why` says why parts are missing."""

    candidate: str
    why: str
    accepted_per_labeler_day: list[float] | None
    labelers: int
    person_days: list[float | None] | None
    weeks: float | None
    as_measured: CompletionOut | None
    with_learning: CompletionOut | None
    labelers_needed: list[int | None] | None


class ArrivalOut(BaseModel):
    """One delivery of the volume per day."""

    day: date
    candidate: str
    round: int
    items: int
    missing: int
    labels: int
    accepted: float | None
    working_days: float | None
    items_per_day: float | None
    counted_since: str
    is_late: bool


class ProgressOut(BaseModel):
    """Volume per day and the outlook of every candidate; `why` says why there is none."""

    arrivals: list[ArrivalOut]
    outlooks: list[OutlookOut]
    why: str
    volume: int
    start: date | None
    due: date | None
