"""Good examples: an item with our labels that every vendor reads, and that counts for nobody from then on.

A published example tells the gold of its item. Vendors that already delivered it and those that deliver it next
would be scored on different tasks, so the item leaves the scoring of all: a new gold version excludes it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict
from app.core.permissions import Action
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.service import Outcomes, open_pilot, outcomes_of, result_of
from app.reviews import service as reviews
from app.runs import queries
from app.runs.models import PilotExample
from app.runs.schemas import PublishExampleIn
from app.runs.service.questions import require_nameless

_NOBODY = "gold"  # stands where a result has its candidates


def examples_of(session: ReadSession, pilot_id: UUID) -> Sequence[PilotExample]:
    """The good examples as every vendor reads them, oldest first."""
    return queries.examples(session, pilot_id)


def publish_example(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: PublishExampleIn
) -> PilotExample:
    """Publish an item with our labels to every vendor, and take it out of the scoring.

    Raises `Conflict` while nothing is compared, for an item that is published, and as `reviews.leave_out`;
    `Invalid` for an item the gold does not know and for words that name a vendor.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    if any(row.item == entry.item for row in queries.examples(session, pilot_id)):
        raise Conflict("example.twice", "This item is published already.", field="item")
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


def _alone(outcomes: Outcomes, item: str) -> dict[str, Any]:
    """The gold of one item as a result of its own, with nothing that anybody delivered; empty for another item."""
    if item not in outcomes.items:
        return {}
    at = outcomes.items.index(item)
    marks, size = outcomes.gold(at), outcomes.size(at)
    classes = sorted({one.gold for one in marks if one.gold is not None})
    count = len(marks)
    return {
        "items": [item],
        "classes": classes,
        "kind": outcomes.kind,
        "sizes": [list(size) if size else [None, None]],
        "texts": [outcomes.text(at)],
        "gold_shapes": [one.gold_shape for one in marks]
        if any(one.gold_shape is not None for one in marks)
        else None,
        "vendors": {
            _NOBODY: {
                "item": [0] * count,
                "error": [0] * count,
                "gold": list(range(count)),
                "delivered": [-1] * count,
                "gold_class": [classes.index(one.gold) if one.gold is not None else -1 for one in marks],
                "delivered_class": [-1] * count,
                "iou": [None] * count,
                "shapes": None,
                "annotator": [],
                "annotators": [],
            }
        },
    }
