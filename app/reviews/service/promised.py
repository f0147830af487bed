"""What a blind review says of the promises that the comparison cannot judge."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.core.errors import Forbidden
from app.core.pilots.results import Estimate
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.models import Delivery, Pilot
from app.pilots.service import Reviewed
from app.reviews import queries
from app.reviews.models import PilotReview, ReviewTask
from app.reviews.service.figures import acceptance, promise_of
from app.reviews.service.review import open_review, require_summary


def first_pass_in(session: ReadSession, actor: Actor, pilot: Pilot) -> Mapping[UUID, Reviewed]:
    """Candidate -> its first-pass acceptance in the pilot's newest review that told names and judged some of its items.

    {} where nothing was promised of it. Without a figure while the only review is still blind, and for who still has
    items to judge in a review that was opened again.
    """
    if promise_of(pilot) is None:
        return {}
    deliveries = pilots.all_deliveries(session, pilot.id)
    out: dict[UUID, Reviewed] = {}
    blind: set[UUID] = set()
    for review in queries.reviews(session, pilot.id):
        tasks = queries.tasks(session, review.id)
        for candidate in {one.candidate_id for one in tasks} - out.keys():
            own = [one for one in tasks if one.candidate_id == candidate]
            if review.told_at is None:
                blind.add(candidate)
            elif any(one.verdict is not None for one in own):
                out[candidate] = _told(session, actor, review, own, deliveries)
    waiting = Reviewed(Estimate(None), note="shown once the blind review is closed")
    return out | dict.fromkeys(blind - out.keys(), waiting)


def _told(
    session: ReadSession,
    actor: Actor,
    review: PilotReview,
    own: Sequence[ReviewTask],
    deliveries: Sequence[Delivery],
) -> Reviewed:
    found = acceptance(own[0].code, own)
    try:
        require_summary(session, actor, open_review(session, actor, review.id))
        share, note = Estimate(found.first_pass, found.low, found.high), ""
    except Forbidden:
        share, note = Estimate(None), "shown once you have judged your own items"
    before = [
        one
        for one in deliveries
        if one.candidate_id == own[0].candidate_id and one.received_at <= review.created_at
    ]
    given = max(before, key=lambda one: (one.round, one.received_at), default=None)
    return Reviewed(
        share=share,
        note=note,
        judged=found.items,
        given=found.given,
        number=review.number,
        review_id=review.id,
        delivery_id=given.id if given else None,
        round=given.round if given else 0,
    )
