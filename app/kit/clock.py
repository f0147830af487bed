"""The one place that reads the clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, in UTC, with its zone."""
    return datetime.now(UTC)
