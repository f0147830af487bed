"""How well a vendor fits the need."""

from dataclasses import dataclass

from app.kit import wording


@dataclass(frozen=True, slots=True)
class Match:
    """How many of the needed values a vendor offers, of how many; `wanted` 0: the need says nothing yet."""

    offered: int
    wanted: int

    @property
    def text(self) -> str:
        """As shown: '3 of 4', or a dash."""
        return f"{self.offered} of {self.wanted}" if self.wanted else wording.DASH
