"""How many items a pilot needs, as the plan shows it before anything is labelled."""

from app.core.pilots.planner import error_free_items, items_for_difference
from app.kit import wording
from app.kit.ui import Fact

_POINTS = (8, 5, 4, 3, 2)
_DISCORDANT = 0.10
_CLAIM = 0.98


def sizes(candidates: int) -> tuple[Fact, ...]:
    """Items by the difference to be shown among so many candidates (at least two), and for a high claim."""
    vendors = max(2, candidates)
    pairs = vendors * (vendors - 1) // 2
    rows = [(points, items_for_difference(points / 100, _DISCORDANT, pairs)) for points in _POINTS]
    return (
        *(
            Fact(f"{points} points apart", f"{wording.number(items)} items")
            for points, items in rows
            if items
        ),
        Fact(
            f"“At least {_CLAIM:.0%}”",
            f"{wording.number(error_free_items(_CLAIM))} items",
            "Fewer cannot show it, even without a single error.",
        ),
    )
