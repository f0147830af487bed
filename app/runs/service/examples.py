"""Good examples: an item with our labels that every vendor reads, and that counts for nobody from then on.

A published example tells the gold of its item. Vendors that already delivered it and those that deliver it next
would be scored on different tasks, so the item leaves the scoring of all: a new gold version excludes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict
from app.core.permissions import Action
from app.core.pilots.results import Mark
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.service import Outcomes, listing_of, open_pilot, outcomes_of, result_of
from app.reviews import service as reviews
from app.runs import queries
from app.runs.models import PilotExample
from app.runs.schemas import PublishExampleIn
from app.runs.service.questions import require_nameless


def examples_of(session: ReadSession, pilot_id: UUID) -> Sequence[PilotExample]:
    """The good examples as every vendor reads them, oldest first."""
    return queries.examples(session, pilot_id)


def called_of(session: ReadSession, pilot_id: UUID) -> Mapping[str, str]:
    """Item of an example -> what vendors got it as, where items leave under codes; {} where under their names."""
    listing = listing_of(session, pilot_id)
    return listing.left_as([row.item for row in queries.examples(session, pilot_id)]) if listing else {}


def publish_example(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: PublishExampleIn
) -> PilotExample:
    """Publish an item with our labels to every vendor, and take it out of the scoring.

    Raises `Conflict` while nothing is compared, for an item that is published or that has a hidden repeat, which
    could be answered from the example, and as `reviews.leave_out`;
    `Invalid` for an item the gold does not know and for words that name a vendor.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    if any(row.item == entry.item for row in queries.examples(session, pilot_id)):
        raise Conflict("example.twice", "This item is published already.", field="item")
    if entry.item in _repeated(session, pilot_id):
        message = (
            "This item has a hidden repeat, which vendors would answer from the example. Choose another."
        )
        raise Conflict("example.repeated", message, field="item")
    require_nameless(session, found.pilot, {"note": entry.note})
    result = result_of(session, found.pilot)
    if result is None:
        raise Conflict("example.no_result", "The newest gold is not compared yet; look again in a moment.")
    shown = _alone(outcomes_of(session, result.id), entry.item)
    gold = reviews.leave_out(
        session,
        actor=actor,
        pilot_id=pilot_id,
        item=entry.item,
        note=f"{entry.item} published as an example"[:500],
    )
    row = PilotExample(
        pilot_id=pilot_id,
        item=entry.item,
        note=entry.note,
        gold_number=gold.number,
        shown=shown,
        published_by=actor.id,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot_id, "item": entry.item, "gold": gold.number}
    audit.record(session, actor, "pilots.example.published", ("pilot_example", row.id), after=facts)
    return row


def _repeated(session: ReadSession, pilot_id: UUID) -> set[str]:
    """Items that vendors get twice, under every name that the gold may know them by."""
    listing = listing_of(session, pilot_id)
    if listing is None:
        return set()
    twice = {name for one in listing.items if one.repeat_of for name in (one.item, one.repeat_of)}
    return twice | {one.image for one in listing.items if one.item in twice and one.image}


def _alone(outcomes: Outcomes, item: str) -> dict[str, Any]:
    """The gold of one item with nothing that anybody delivered; empty for an item of another pilot."""
    if item not in outcomes.items:
        return {}
    at = outcomes.items.index(item)
    size = outcomes.size(at)
    return {
        "items": [item],
        "kind": outcomes.kind,
        "sizes": [list(size) if size else [None, None]],
        "texts": [outcomes.text(at)],
        "marks": [{"label": one.gold, "shape": one.gold_shape} for one in outcomes.gold(at)],
    }


@dataclass(frozen=True, slots=True, eq=False)
class ShownExample(Outcomes):
    """A published example as a result of one item, to be drawn as any."""

    def gold(self, at: int) -> tuple[Mark, ...]:
        """Our labels as they were when it was published."""
        return tuple(
            Mark("ok", one["label"], None, None, None, gold_shape=one["shape"], delivered_shape=None)
            for one in self.data["marks"]
        )
