"""What the results page says about each candidate's labelers."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit.ui import Fact
from app.pilots.service import PilotComparison
from app.pilots.views.links import Links

_ITEMS = 5  # of a flag, the first ones


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One reason to look at an annotator's work; `items` are the first ones (name, address), `more` says the rest."""

    annotator: str
    text: str
    items: tuple[tuple[str, str], ...]
    more: str


@dataclass(frozen=True, slots=True)
class LabelerCard:
    """One candidate's labelers: what is known, and what deserves a second look."""

    name: str
    facts: tuple[Fact, ...]
    flags: tuple[FlagRow, ...]


def labeler_cards(found: PilotComparison, names: Mapping[str, str], to: Links) -> tuple[LabelerCard, ...]:
    """One card per candidate of whose labelers anything is known."""
    return tuple(
        LabelerCard(
            name=names[one.code],
            facts=tuple(Fact(term, text) for term, text in one.facts),
            flags=tuple(
                FlagRow(
                    annotator=flag.annotator,
                    text=flag.text,
                    items=tuple(
                        (item, to.items(candidate=one.code, q=item[:100])) for item in flag.items[:_ITEMS]
                    ),
                    more=f"and {len(flag.items) - _ITEMS} more" if len(flag.items) > _ITEMS else "",
                )
                for flag in one.flags
            ),
        )
        for one in found.candidates
        if one.facts or one.flags
    )
