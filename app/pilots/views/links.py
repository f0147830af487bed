"""Addresses of what lies behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit import paging


@dataclass(frozen=True, slots=True)
class Links:
    """From a results page to its items: `base` is the pilot's address, `query` what is compared (`pilots.scope`)."""

    base: str
    query: Mapping[str, object]

    def items(self, **filters: object) -> str:
        """The items that fit these filters, within what is compared."""
        return paging.link(f"{self.base}/results/items", self.query, **filters)
