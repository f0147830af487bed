"""The scorecard of an evaluation: pin it, weigh it, set the price anchors, lock it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision

from app.assessment import queries
from app.assessment.models import PinnedScorecard, Rating
from app.assessment.schemas import PinIn, PriceIn, WeightsIn
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.scoring import (
    AllOf,
    AnyOf,
    Measured,
    Scorecard,
    canonical,
    parse_scorecard,
    rank_order_centroid,
)
from app.core.scoring.spec import Condition
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance
from app.evaluations.schemas import NeedIn
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.scorecards import service as scorecards

# What a scorecard's `when` and `except_when` may ask of the need.
NEED_KEYS = ("data_class", "data_types", "techniques", "industries", "languages", "specialists")
TARGET_SHARE = Decimal("0.6")  # of the in-house cost, else of the budget, per label: the library's convention


def pin_of(session: ReadSession, evaluation_id: UUID) -> PinnedScorecard:
    """The evaluation's scorecard. Raises `Conflict` naming the remedy while there is none."""
    row = queries.pin(session, evaluation_id)
    if row is None:
        raise Conflict("assessment.not_pinned", "This evaluation has no scorecard yet; choose one first.")
    return row


def find_pin(session: ReadSession, evaluation_id: UUID) -> PinnedScorecard | None:
    """The evaluation's scorecard, or None."""
    return queries.pin(session, evaluation_id)


def scorecard_of(pin: PinnedScorecard) -> Scorecard:
    """The scorecard as it counts here: as pinned, without what was left out, with own weights and anchors."""
    return _counting(json.dumps([pin.body, pin.left_out, pin.weights, pin.price]))


@lru_cache(maxsize=64)
def _counting(pinned: str) -> Scorecard:
    """Read once per state of a pin: a page asks several times, and every rating does."""
    body, left_out, weights, price = json.loads(pinned)
    tree = body.get("scorecard", body)
    if left_out:
        body.pop("small_team", None)
    anchors = {key: value for key, value in price.items() if value is not None}

    def own(entry: dict[str, Any]) -> dict[str, Any]:
        weight = weights.get("criteria", {}).get(entry["id"], entry["weight"])
        return {**entry, "weight": weight, **(anchors if entry["kind"] == "price" else {})}

    groups = []
    for group in tree["groups"]:
        group["weight"] = weights.get("groups", {}).get(group["id"], group["weight"])
        group["criteria"] = [own(entry) for entry in group["criteria"] if entry["id"] not in left_out]
        if group["criteria"]:
            groups.append(group)
    tree["groups"] = groups
    return parse_scorecard(body)


def pin_scorecard(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: PinIn
) -> PinnedScorecard:
    """Freeze a scorecard of the library for this evaluation, or replace it while nobody has rated.

    Currency and, where the need says enough, target and cap come from the need. Raises `Invalid` when the
    scorecard asks the need for what it does not hold, `Conflict` once ratings exist or weights are locked.
    """
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.SCORECARD_PIN, changing=True)
    old = queries.pin(session, evaluation_id)
    if old is not None:
        _replaceable(session, old)
    view = _chosen(session, actor, entry)
    need = evaluations.need_of(access.evaluation)
    left_out = _left_out(view.scorecard, access.evaluation, small_team=entry.small_team)
    row = old or PinnedScorecard(evaluation_id=evaluation_id, key="", number=0, name="", digest="", body={},
                                 pinned_by=actor.id)  # fmt: skip
    row.key, row.number, row.name, row.digest = view.key, view.number, view.name, view.digest
    row.body, row.left_out = canonical(view.scorecard), left_out
    row.weights, row.weights_method, row.price = {}, "as pinned", _anchors(view.scorecard, need)
    row.pinned_by, row.pinned_at = actor.id, clock.now()
    session.add(row)
    audit.record(
        session,
        actor,
        "assessment.scorecard.pinned",
        ("pinned_scorecard", row.id),
        label=view.label,
        after={"evaluation": evaluation_id, "digest": view.digest, "left_out": left_out},
    )
    session.flush()
    return row


def set_weights(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: WeightsIn, seen: int | None
) -> PinnedScorecard:
    """Weigh the groups (and criteria). Raises `Invalid` at every faulty entry, `Conflict` once locked."""
    row = _unlocked(session, actor, evaluation_id)
    unchanged(row, seen, {})
    scorecard = scorecard_of(row)
    problems = _weight_problems(scorecard, entry)
    if problems:
        raise Invalid("assessment.weights", problems)
    groups = _centroid(entry.groups) if entry.method == "order" else entry.groups
    before = row.weights
    row.weights = {
        "groups": {name: _plain(value) for name, value in groups.items()},
        "criteria": {
            **row.weights.get("criteria", {}),
            **{name: _plain(value) for name, value in entry.criteria.items()},
        },
    }
    row.weights_method = {"direct": "typed in", "swing": "swing points", "order": "order of importance"}[
        entry.method
    ]
    audit.record(
        session,
        actor,
        "assessment.weights.set",
        ("pinned_scorecard", row.id),
        before={"weights": before},
        after={"weights": row.weights, "method": row.weights_method},
    )
    session.flush()
    return row


def set_price(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: PriceIn, seen: int | None
) -> PinnedScorecard:
    """Set the price that earns all points and the one that earns none. `Conflict` once locked."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.SCORECARD_PIN, changing=True)
    stored = pin_of(session, evaluation_id)
    late = not has_anchors(stored, scorecard_of(stored))
    row = _unlocked(session, actor, evaluation_id, late=late)
    unchanged(row, seen, {})
    if scorecard_of(row).price is None:
        raise Conflict("assessment.no_price", "This scorecard has no price criterion.")
    before = row.price
    row.price = {**row.price, "target": _plain(entry.target), "cap": _plain(entry.cap)}
    audit.record(
        session,
        actor,
        "assessment.price.set",
        ("pinned_scorecard", row.id),
        before={"price": before},
        after={"price": row.price},
    )
    session.flush()
    return row


def lock_weights(session: WriteSession, *, actor: Actor, evaluation_id: UUID) -> PinnedScorecard:
    """Fix weights and price anchors for good; must happen before the first delivery and before prices open."""
    row = _unlocked(session, actor, evaluation_id)
    scorecard = scorecard_of(row)
    if scorecard.price and not has_anchors(row, scorecard):
        message = "Set target and cap of the price first; afterwards they cannot be changed."
        raise Invalid("assessment.price_open", [Problem("target", message)])
    row.weights_locked_at, row.weights_locked_by = clock.now(), actor.id
    audit.record(
        session,
        actor,
        "assessment.weights.locked",
        ("pinned_scorecard", row.id),
        after={"weights": row.weights, "price": row.price},
    )
    session.flush()
    return row


def has_anchors(pin: PinnedScorecard, scorecard: Scorecard) -> bool:
    """Whether the price can be scored: an absolute price needs target and cap."""
    if scorecard.price is None or getattr(scorecard.price.scale, "method", "") != "absolute_linear":
        return True
    return pin.price.get("target") is not None and pin.price.get("cap") is not None


def _chosen(session: ReadSession, actor: Actor, entry: PinIn) -> scorecards.ScorecardView:
    for view in scorecards.pinnable(session):
        if view.key == entry.key and entry.number in (None, view.number):
            _known_need(view.scorecard)
            return view
    scorecards.scorecard_of(session, actor=actor, key=entry.key)
    raise NotFound("scorecard.not_published", f"{entry.key} has no published version; publish it first.")


def _known_need(scorecard: Scorecard) -> None:
    problems = [
        Problem(f"requirements.{requirement.id}", f"asks the need for {key!r}, which it does not hold")
        for requirement in scorecard.requirements
        for key in (*requirement.when, *requirement.except_when)
        if key not in NEED_KEYS
    ]
    if problems:
        raise Invalid("assessment.need_keys", problems)


def _replaceable(session: ReadSession, pin: PinnedScorecard) -> None:
    if locked_at(session, pin) is not None:
        raise Conflict("assessment.locked", "Weights are locked; the scorecard can no longer be replaced.")
    if queries.of_evaluation(session, Rating, pin.evaluation_id):
        raise Conflict("assessment.rated", "Ratings exist on this scorecard; it can no longer be replaced.")


def _unlocked(
    session: WriteSession, actor: Actor, evaluation_id: UUID, *, late: bool = False
) -> PinnedScorecard:
    # late: anchors that were never set may still be, else nothing could ever be ranked; the dates tell.
    evaluations.open_evaluation(session, actor, evaluation_id, Action.SCORECARD_PIN, changing=True)
    row = pin_of(session, evaluation_id)
    if row.weights_locked_at is not None:
        message = f"Weights and price anchors were locked on {row.weights_locked_at:%Y-%m-%d} for good."
        raise Conflict("assessment.locked", message)
    at = None if late else locked_at(session, row)
    if at is not None:
        message = f"The first delivery or price came on {at:%Y-%m-%d}: weights and anchors stand since then."
        raise Conflict("assessment.locked", message)
    return row


@dataclass(frozen=True, slots=True)
class Opened:
    """When the first delivery arrived and the first price was entered; either locks the weights by itself."""

    delivery: datetime | None
    price: datetime | None

    @property
    def first(self) -> datetime | None:
        """The earlier of the two."""
        return min((at for at in (self.delivery, self.price) if at is not None), default=None)


def opened_of(session: ReadSession, evaluation_id: UUID) -> Opened:
    """When deliveries and prices of an evaluation began to be known."""
    return Opened(queries.first_delivery(session, evaluation_id), queries.first_offer(session, evaluation_id))


def locked_at(session: ReadSession, pin: PinnedScorecard) -> datetime | None:
    """Since when weights and anchors stand: locked by hand, or by the first delivery or price after pinning.

    None: still open. Who enters in the middle pins after the first delivery; then only the lock by hand counts,
    and the printed dates say that it came late.
    """
    first = opened_of(session, pin.evaluation_id).first
    by_itself = first if first is not None and first > pin.pinned_at else None
    return pin.weights_locked_at or by_itself


def _left_out(scorecard: Scorecard, evaluation: Evaluation, *, small_team: bool) -> list[str]:
    """Criteria a small team drops: all but the scorecard's short list and what a must-have reads."""
    team = scorecard.library.get("small_team")
    if not small_team:
        return []
    if evaluation.governance is not Governance.SOLO or not isinstance(team, Mapping):
        message = "The short list is for solo governance, and for scorecards that name one."
        raise Invalid("assessment.small_team", [Problem("small_team", message)])
    keep = set(team["keep"])
    for requirement in scorecard.requirements:
        keep |= set(_read_by(requirement.condition))
    return [criterion.id for criterion in scorecard.criteria if criterion.id not in keep]


def _read_by(condition: Condition) -> list[str]:
    if isinstance(condition, AnyOf | AllOf):
        return [name for part in condition.parts for name in _read_by(part)]
    return [condition.criterion] if isinstance(condition, Measured) else []


def _anchors(scorecard: Scorecard, need: NeedIn) -> dict[str, Any]:
    """Target and cap per label as the need suggests them: cap the budget per label, target 60 % of today's cost."""
    if scorecard.price is None:
        return {}
    scale = scorecard.price.scale
    found: dict[str, Any] = {"currency": need.currency}
    if getattr(scale, "method", "") != "absolute_linear":
        return found
    if getattr(scale, "currency", None) == need.currency and getattr(scale, "cap", None) is not None:
        return {**found, "target": getattr(scale, "target", None), "cap": getattr(scale, "cap", None)}
    found |= {"target": None, "cap": None}
    if not need.budget or not need.volume:
        return found
    unit = Decimal(1).scaleb(-get_currency_precision(need.currency))
    cap = _rounded(Decimal(need.budget) * unit / need.volume)
    today = need.in_house
    base = (
        Decimal(today.total) * unit / today.labels_per_year if today.total and today.labels_per_year else cap
    )
    target = _rounded(base * TARGET_SHARE)
    return {**found, "cap": _plain(cap), "target": _plain(min(target, _rounded(cap * TARGET_SHARE)))}


def _rounded(amount: Decimal) -> Decimal:
    """Four significant figures: an anchor is a convention, not a measurement."""
    return amount if not amount else round(amount, 3 - amount.adjusted())


def _plain(value: Decimal | Fraction | float) -> float | int:
    number = float(value)
    return int(number) if number.is_integer() else number


def _centroid(ranks: Mapping[str, Decimal]) -> dict[str, int]:
    order = sorted(ranks, key=lambda name: ranks[name])
    shares = rank_order_centroid(len(order))
    whole = lcm(*(share.denominator for share in shares))
    return {name: int(share * whole) for name, share in zip(order, shares, strict=True)}


def _weight_problems(scorecard: Scorecard, entry: WeightsIn) -> list[Problem]:
    groups = [group.id for group in scorecard.groups]
    criteria = {criterion.id for criterion in scorecard.criteria}
    problems = [
        Problem(f"groups.{name}", "Type a weight above 0.") for name in groups if name not in entry.groups
    ]
    problems += [
        Problem(f"groups.{name}", "There is no such group.") for name in entry.groups if name not in groups
    ]
    problems += [
        Problem(f"criteria.{name}", "There is no such criterion.")
        for name in entry.criteria
        if name not in criteria
    ]
    given = sorted(entry.groups.values())
    if entry.method == "order" and not problems and given != [Decimal(i + 1) for i in range(len(given))]:
        problems += [
            Problem(f"groups.{name}", f"Number the groups 1 to {len(given)}, each once.") for name in groups
        ]
    if entry.method == "swing" and given and (given[-1] != 100):
        problems.append(
            Problem("groups", "The group you would lift first gets 100; the others their part of it.")
        )
    return problems
