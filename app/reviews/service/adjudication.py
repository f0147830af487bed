"""The gold in doubt: a queue of items, a decision each, and a new gold version from the decisions.

A new version keeps the file and carries amendments, so that deliveries are read as before and every task can
leave items out. Earlier versions and their results stay.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.formats.typed import settled
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import EvaluationState
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import service as pilots
from app.pilots.models import GoldVersion, PilotResult, PilotState, PilotTask
from app.pilots.service import Outcomes, PilotAccess, open_pilot, outcomes_of, request_result, result_of
from app.reviews import queries
from app.reviews.models import Fault, GoldDecision, ItemContest, Ruling
from app.reviews.schemas import DecisionIn
from app.reviews.service.contests import answer, contests_by_item, require_answerable
from app.reviews.service.figures import twice_judged

_DOUBT = {
    Fault.GUIDELINE_UNCLEAR: "a reviewer finds the guideline unclear",
    Fault.ITEM_UNUSABLE: "a reviewer finds the item unusable",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """An item of the queue: why it is in it, what the vendors say instead, and the newest decision on it.

    `contests` are those of vendors that were shown their errors on it after the close.
    """

    at: int
    item: str
    reasons: tuple[str, ...]
    instead: str
    label: str
    agreeing: int
    decision: GoldDecision | None
    contests: tuple[ItemContest, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for a decision."""
        return self.decision is None or any(one.answered_at is None for one in self.contests)


@dataclass(frozen=True, slots=True)
class Queue:
    """The items in doubt of the newest result; `ready` decisions would change the gold when published."""

    gold_number: int
    outcomes: Outcomes
    doubts: tuple[Doubt, ...]
    ready: tuple[GoldDecision, ...]


def queue_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> Queue:
    """The items where vendors agree against the gold or people disagree, the clearest first.

    Raises `Conflict` while nothing is compared.
    """
    found, result = _current(session, actor, pilot_id)
    outcomes = outcomes_of(session, result.id)
    decided = {row.item: row for row in queries.all_decisions(session, pilot_id)}
    contested, contests = _contested(session, found), contests_by_item(session, pilot_id)
    claims, spoken = outcomes.disputes, contested.keys() | contests.keys() | decided.keys()
    doubts = []
    for at, item in enumerate(outcomes.items):
        if at not in claims and item not in spoken:
            continue
        instead, label, agreeing = claims.get(at, ("", "", 0))
        reasons = [f"{agreeing} candidates agree against the gold"] if agreeing else []
        reasons += [_contest_words(one, hides_words=found.is_blind) for one in contests.get(item, ())]
        reasons += contested.get(item, [])
        own = decided.get(item)
        if reasons or (own is not None and own.gold_number == result.gold_number):
            doubts.append(
                Doubt(
                    at=at,
                    item=item,
                    reasons=tuple(reasons),
                    instead=instead,
                    label=label,
                    agreeing=agreeing,
                    decision=own,
                    contests=contests.get(item, ()),
                )
            )
    doubts.sort(key=lambda one: (not one.is_open, not one.contests, -one.agreeing, one.at))
    return Queue(result.gold_number, outcomes, tuple(doubts), _ready(session, pilot_id, result.gold_number))


def _contest_words(one: ItemContest, *, hides_words: bool) -> str:
    """Who works blind does not read a vendor's words: they tell who wrote them."""
    told = f"candidate {one.code} contests its error"
    return told if hides_words else f"{told}: {one.reason}"


def may_decide(found: PilotAccess, contests: tuple[ItemContest, ...]) -> bool:
    """Whether the actor may decide here now: after the close about contested items alone."""
    is_open = found.is_open or (bool(contests) and found.evaluation.state is EvaluationState.OPEN)
    return is_open and found.may(Action.PILOT_EDIT)


def _current(
    session: ReadSession, actor: Actor, pilot_id: UUID, *, changing: bool = False
) -> tuple[PilotAccess, PilotResult]:
    action = Action.PILOT_EDIT if changing else Action.EVALUATION_READ
    found = open_pilot(session, actor, pilot_id, action)
    if changing:
        evaluations.open_evaluation(session, actor, found.evaluation.id, action, changing=True)
    result = result_of(session, found.pilot)
    if result is None:
        message = "The newest gold is not compared yet. Open the results, or ask for them (POST …/results/ask), first."
        raise Conflict("adjudication.no_result", message)
    return found, result


def _contested(session: ReadSession, found: PilotAccess) -> Mapping[str, list[str]]:
    """Item -> why people are in doubt about it."""
    out: dict[str, list[str]] = defaultdict(list)

    def add(item: str, reason: str) -> None:
        if reason not in out[item]:
            out[item].append(reason)

    for review in queries.reviews(session, found.pilot.id):
        tasks = queries.tasks(session, review.id)
        names = {one.at: one.item for one in tasks}
        for (_, at), verdicts in twice_judged(tasks).items():
            if len(set(verdicts)) > 1:
                add(names[at], "two reviewers differ")
        for one in tasks:
            if one.fault in _DOUBT:
                add(one.item, _DOUBT[one.fault])
    for issue in queries.issues(session, found.pilot.id):
        if issue.resolved_at is None:
            add(issue.item, "an issue is open")
    return out


def _ready(session: ReadSession, pilot_id: UUID, number: int) -> tuple[GoldDecision, ...]:
    rows = queries.decisions(session, pilot_id, number)
    return tuple(row for row in rows if row.ruling is not Ruling.STANDS and row.published is None)


def decide(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: DecisionIn, seen: int | None
) -> GoldDecision:
    """Decide about an item of the newest gold, or change the decision.

    Vendors that contest the item read the decision and its reason as their answer. Raises `Invalid` for an item or
    class the gold does not know, `Conflict` when somebody decided meanwhile, and after the close for an item that
    nobody contests.
    """
    found, result = _current(session, actor, pilot_id, changing=True)
    contests = contests_by_item(session, pilot_id).get(entry.item, ())
    _require_open(found, is_contested=bool(contests))
    require_answerable(session, found.pilot, contests, entry.reason)
    right = _right(session, found, outcomes_of(session, result.id), entry)
    row = queries.decision(session, pilot_id, result.gold_number, entry.item)
    yours = {"ruling": entry.ruling, "reason": entry.reason, **right}
    if row is None:
        row = GoldDecision(
            pilot_id=pilot_id,
            gold_number=result.gold_number,
            item=entry.item,
            decided_by=actor.id,
            **yours,
        )
        session.add(row)
        session.flush()
        before = {}
    else:
        unchanged(row, 0 if seen is None else seen, {name: str(value) for name, value in yours.items()})
        before = _facts(row)
        row.decided_by = actor.id
        for name, value in yours.items():
            setattr(row, name, value)
    audit.record(
        session, actor, "pilots.gold.decided", ("gold_decision", row.id), before=before, after=_facts(row)
    )
    answer(session, actor, contests, row)
    return row


def _require_open(found: PilotAccess, *, is_contested: bool) -> None:
    """A closed pilot changes only where a vendor contests the gold."""
    if found.pilot.state is PilotState.CLOSED and not is_contested:
        message = "This pilot is closed and no vendor contests this; reopen it before changing anything."
        raise Conflict("pilot.closed", message)


def _facts(row: GoldDecision) -> dict[str, object]:
    told = {"pilot": row.pilot_id, "gold": row.gold_number, "ruling": row.ruling, "label": row.label}
    told |= {"taken_from": row.taken_from} if row.taken_from else {}
    return told | ({"answer": canonical.digest(row.answer)} if row.answer else {})


def _right(session: ReadSession, found: PilotAccess, outcomes: Outcomes, entry: DecisionIn) -> dict[str, Any]:
    """What stands in the gold in place of a wrong answer; all empty for the other rulings."""
    right: dict[str, Any] = {"label": "", "answer": [], "taken_from": "", "source": {}}
    if entry.item not in outcomes.items:
        problem = Problem("item", "The gold has no such item; choose one from the queue.")
        raise Invalid("decision.refused", [problem])
    if entry.ruling is not Ruling.WRONG:
        return right
    at, task = outcomes.items.index(entry.item), found.pilot.task
    if entry.take:
        return right | {"taken_from": entry.take, "source": _source(session, found, outcomes, at, entry.take)}
    if task is PilotTask.CLASSIFICATION and not entry.marks:
        if entry.label not in outcomes.data["classes"]:
            problem = Problem("label", "Choose the right class from the gold's own.")
            raise Invalid("decision.refused", [problem])
        return right | {"label": entry.label}
    size, text, classes = outcomes.size(at), outcomes.text(at), outcomes.data["classes"]
    marks = settled(task.value, entry.item, entry.marks, classes, size=size, text=text)
    return right | {"answer": marks}


def _source(
    session: ReadSession, found: PilotAccess, outcomes: Outcomes, at: int, code: str
) -> dict[str, Any]:
    """Where a candidate's answer is read, exactly as it was delivered."""
    inputs = pilots.inputs_of(session, found.pilot)
    delivery = inputs.deliveries.get(code) if inputs else None
    if delivery is None or code not in outcomes.data["vendors"]:
        raise Invalid("decision.refused", [Problem("take", "Choose a candidate that has delivered.")])
    if outcomes.kind in ("labels", "texts") and not outcomes.delivered(code, at):
        raise Invalid("decision.refused", [Problem("take", "This candidate gives no answer to the item.")])
    return {
        "digest": delivery.digest,
        "mapping": dict(delivery.mapping),
        "accept": delivery.accepts_repairs,
    }


def withdraw(session: WriteSession, *, actor: Actor, decision_id: UUID) -> GoldDecision:
    """Take a decision back that no gold version holds yet."""
    row = session.get(GoldDecision, decision_id)
    if row is None:
        raise NotFound("decision.not_found", "There is no such decision, or it is not shared with you.")
    found = open_pilot(session, actor, row.pilot_id, Action.PILOT_EDIT)
    evaluations.open_evaluation(session, actor, found.evaluation.id, Action.PILOT_EDIT, changing=True)
    contests = contests_by_item(session, row.pilot_id).get(row.item, ())
    _require_open(found, is_contested=bool(contests))
    if row.published is not None:
        message = f"This decision is in gold version {row.published}; decide anew about the item instead."
        raise Conflict("decision.published", message)
    audit.record(
        session, actor, "pilots.gold.undecided", ("gold_decision", row.id), before=_facts(row), after={}
    )
    answer(session, actor, [one for one in contests if one.answered_at is not None], None)
    session.delete(row)
    return row


def publish(session: WriteSession, *, actor: Actor, pilot_id: UUID, seen: int | None = None) -> GoldVersion:
    """A new gold version from the decisions; everything is compared again, earlier results stay.

    `seen` is the gold version that was looked at. Raises `Conflict` without a decision that changes anything,
    when the gold moved on, and when no item would be left.
    """
    found, result = _current(session, actor, pilot_id, changing=True)
    _require_open(found, is_contested=bool(contests_by_item(session, pilot_id)))
    newest = pilots.golds(session, pilot_id)[0]
    if seen is not None and seen != newest.number:
        message = f"Gold version {newest.number} came meanwhile; look at the queue again."
        raise Conflict("gold.moved_on", message)
    ready = _ready(session, pilot_id, newest.number)
    if not ready:
        message = "No decision changes the gold yet: find an item wrong or exclude one first."
        raise Conflict("gold.nothing_decided", message)
    outcomes = outcomes_of(session, result.id)
    gold = _amend(
        session,
        actor,
        newest,
        gone={row.item for row in ready if row.ruling is Ruling.EXCLUDE},
        more=sum(_more(outcomes, row) for row in ready),
        amendments=_amended(newest.amendments, ready),
        note=f"{len(ready)} decided by adjudication of version {newest.number}",
    )
    for row in ready:
        row.published = gold.number
        after = _facts(row) | {"published": gold.number}
        audit.record(session, actor, "pilots.gold.published", ("gold_decision", row.id), after=after)
    session.flush()
    request_result(session, found.pilot)
    return gold


def leave_out(session: WriteSession, *, actor: Actor, pilot_id: UUID, item: str, note: str) -> GoldVersion:
    """A new gold version in which an item counts for nobody, because vendors are told its labels.

    Raises `Invalid` for an item the gold does not know, `Conflict` while decisions wait to be published, because
    they are about the version before, and when no item would be left.
    """
    found, result = _current(session, actor, pilot_id, changing=True)
    _require_open(found, is_contested=False)
    newest, outcomes = pilots.golds(session, pilot_id)[0], outcomes_of(session, result.id)
    if item not in outcomes.items:
        message = "The gold has no such item; open it from the list again."
        raise Invalid("gold.item", [Problem("item", message)])
    if _ready(session, pilot_id, newest.number):
        message = "Decisions about the gold wait: publish or take them back first (Gold in doubt)."
        raise Conflict("gold.decisions_wait", message, field="item")
    gone = GoldDecision(
        pilot_id=pilot_id, gold_number=newest.number, item=item, ruling=Ruling.EXCLUDE, decided_by=actor.id
    )
    told = {"told": sorted({*newest.amendments.get("told", ()), item})}
    gold = _amend(
        session,
        actor,
        newest,
        gone={item},
        more=_more(outcomes, gone),
        amendments=_amended(newest.amendments, (gone,)) | told,
        note=note,
    )
    request_result(session, found.pilot)
    return gold


def _amend(
    session: WriteSession,
    actor: Actor,
    newest: GoldVersion,
    *,
    gone: set[str],
    more: int,
    amendments: dict[str, Any],
    note: str,
) -> GoldVersion:
    """The next version of the gold: without the items that are `gone`, with `more` labels."""
    if len(gone) >= newest.items or newest.labels + more <= 0:
        raise Conflict("gold.empty", "No item with labels would be left; keep at least one.")
    gold = GoldVersion(
        pilot_id=newest.pilot_id,
        number=newest.number + 1,
        file_id=newest.file_id,
        digest=newest.digest,
        items=newest.items - len(gone),
        labels=newest.labels + more,
        classes=list(newest.classes),
        repairs=list(newest.repairs),
        note=note,
        amendments=amendments,
        added_by=actor.id,
    )
    session.add(gold)
    session.flush()
    facts = {"pilot": gold.pilot_id, "number": gold.number, "identity": gold.identity, "items": gold.items}
    audit.record(session, actor, "pilots.gold.amended", ("gold_version", gold.id), after=facts)
    return gold


def _more(outcomes: Outcomes, row: GoldDecision) -> int:
    """How many labels a decision adds to the gold; below 0 it takes some away."""
    at = outcomes.items.index(row.item)
    if row.ruling is Ruling.EXCLUDE:
        return -len(outcomes.gold(at))
    if row.label:
        return 0
    now = outcomes.delivered(row.taken_from, at) if row.taken_from else row.answer
    return len(now) - len(outcomes.gold(at))


def _amended(before: Mapping[str, Any], ready: tuple[GoldDecision, ...]) -> dict[str, Any]:
    """The amendments of the version before together with these decisions; what is decided anew replaces the old."""
    decided = {row.item for row in ready}
    gone = {row.item for row in ready if row.ruling is Ruling.EXCLUDE}
    wrong = [row for row in ready if row.ruling is Ruling.WRONG]
    fresh: dict[str, dict[str, Any]] = {
        "labels": {row.item: row.label for row in wrong if row.label},
        "taken": {row.item: row.source for row in wrong if row.taken_from},
        "answers": {row.item: row.answer for row in wrong if not row.label and not row.taken_from},
    }
    out: dict[str, Any] = {"excluded": sorted({*before.get("excluded", ()), *gone})}
    out |= {name: before[name] for name in ("told",) if name in before}
    for name, values in fresh.items():
        kept = {item: value for item, value in before.get(name, {}).items() if item not in decided}
        if values or kept or name == "labels":
            out[name] = dict(sorted({**kept, **values}.items()))
    return out
