"""Work that only people judge: what came back, and what it costs once a review tells what is accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from app.core.errors import NotFound
from app.core.formats.archives import member
from app.core.pilots.cost import Share
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.kit.db import ReadSession
from app.kit.storage import LocalStore
from app.pilots.models import Pilot, PilotTask
from app.pilots.service.computing import result_of
from app.pilots.service.offers import prices_of
from app.pilots.service.outcomes import Outcomes
from app.pilots.service.pricing import Pace, Priced, pace_of, priced

FILES = "files"  # the kind of marks that nothing is measured of
MOST_BYTES = 50_000_000  # of one file that is opened alone


@dataclass(frozen=True, slots=True)
class ListedWork:
    """What a candidate delivered: items, missing ones, annotators, pace, and the cost per accepted item."""

    candidate_id: UUID
    items: int
    missing: int
    annotators: int | None
    pace: Pace | None
    priced: Priced


def listed_work(session: ReadSession, pilot: Pilot, shares: Mapping[str, Share]) -> Mapping[str, ListedWork]:
    """Code -> what came back in the newest rounds; `shares` tell what reviewers accepted of it.

    Empty for a pilot that has figures, and while the deliveries are not read. Prices are in it: who shows it
    checks the right.
    """
    if pilot.task is not PilotTask.REVIEW_ONLY or (result := result_of(session, pilot)) is None:
        return {}
    need = evaluations.need_of(session.get_one(Evaluation, pilot.evaluation_id))
    views = {one.candidate.code: one for one in evaluations.candidates_of(session, pilot.evaluation_id)}
    prices = prices_of(session, pilot, need, views.values())
    out = {}
    for one in result.report["compare"]["vendors"]:
        code, seconds = one["name"], one["seconds"]
        timed = (
            {"total": seconds["mean"] * seconds["rows"], "rows": seconds["rows"]} if seconds["rows"] else None
        )
        share = shares.get(code)
        pace = pace_of(
            pilot.task,
            timed,
            items=one["items"],
            labels=one["items"],
            labels_per_item=1.0,
            annotators=one["annotators"],
            share=share,
        )
        price = prices.get(views[code].candidate.id, (None, "no offer yet"))
        out[code] = ListedWork(
            candidate_id=views[code].candidate.id,
            items=one["items"],
            missing=one["missing"],
            annotators=one["annotators"],
            pace=pace,
            priced=priced(price, need, pace, share, 1.0),
        )
    return out


def delivered_file(contents: LocalStore, outcomes: Outcomes, code: str, at: int) -> tuple[bytes, str]:
    """The file that a candidate delivered for an item, and its suffix, for a caller that has checked the right.

    Raises `NotFound` where there is none, `Invalid` where it is damaged or too large to open alone.
    """
    given = outcomes.given(code, at) if outcomes.kind == FILES else None
    if given is None or not given[0]:
        raise NotFound("delivery.no_file", "No file was delivered for this item.")
    with contents.open(outcomes.data["vendors"][code]["digest"]) as stream:
        return member(stream, given[0], MOST_BYTES), PurePosixPath(given[0]).suffix.lower()
