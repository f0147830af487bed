"""What people say of the demonstration's deliveries: a blind review, decisions on the gold, a good example."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.demo.generator import generator_of
from app.demo.lab import Bench
from app.kit.actors import Actor
from app.pilots import service as pilots
from app.pilots.service import Outcomes
from app.reviews import service as reviews
from app.reviews.models import Fault, Ruling, Verdict
from app.reviews.schemas import DecisionIn, ReviewIn, VerdictIn
from app.runs import service as runs
from app.runs.schemas import PublishExampleIn


def play(bench: Bench) -> None:
    """A review that is closed and told, a second gold version from decisions, a third without a good example, and a
    review that waits for the ML lead."""
    told = bench.lab["review"]
    people = [bench.stage.people[name] for name in told["by"]]
    _review(bench, told, people)
    _adjudicate(bench)
    _publish_example(bench)
    _start(bench, bench.lab["second_review"], [bench.stage.people["milo"]])


def _start(bench: Bench, told: Mapping[str, Any], people: list[Actor]) -> UUID:
    entry = ReviewIn(
        size=told["size"],
        overlap=told.get("overlap", 0),
        seed=told["seed"],
        reviewers=[one.id for one in people],
    )
    with bench.stage.database.writing() as session:
        return reviews.start_review(session, actor=bench.milo, pilot_id=bench.key, entry=entry).id


def _review(bench: Bench, told: Mapping[str, Any], people: list[Actor]) -> None:
    key = _start(bench, told, people)
    for place, person in enumerate(people):
        random = generator_of(bench.seed, 6, place)
        with bench.stage.database.writing() as session:
            outcomes = reviews.queue_of(session, actor=bench.milo, pilot_id=bench.key).outcomes
            for task in reviews.tasks_for(session, actor=person, review_id=key):
                access = reviews.task_of(session, actor=person, task_id=task.id)
                entry = _verdict(bench, outcomes, access, slips=random.random() < told["slips"])
                reviews.judge(session, actor=person, task_id=task.id, entry=entry, seen=task.version)
    with bench.stage.database.writing() as session:
        reviews.close_review(session, actor=bench.milo, review_id=key)


def _verdict(bench: Bench, outcomes: Outcomes, found: reviews.TaskAccess, *, slips: bool) -> VerdictIn:
    """A reviewer accepts what is right, and now and then errs."""
    at, right = found.task.at, {one.item: one.label for one in bench.tickets}
    given = [one.delivered for one in outcomes.delivered(found.candidate_code, at)]
    if (given == [right[found.task.item]]) is not slips:
        return VerdictIn(verdict=Verdict.ACCEPT)
    fault = Fault(bench.lab["faults"].get(given[0] if given else "", Fault.WRONG_LABEL))
    return VerdictIn(verdict=Verdict.FIX if at % 3 else Verdict.REJECT, fault=fault)


def _adjudicate(bench: Bench) -> None:
    """Some items on which both teams agree against us: they are right, and the gold gets a new version."""
    told = bench.lab["rulings"]
    with bench.stage.database.writing() as session:
        queue = reviews.queue_of(session, actor=bench.milo, pilot_id=bench.key)
        against = [one for one in queue.doubts if one.agreeing][: told["taken"]]
        for one in against:
            entry = DecisionIn(item=one.item, ruling=Ruling.WRONG, label=one.label, reason=told["reason"])
            reviews.decide(session, actor=bench.milo, pilot_id=bench.key, entry=entry, seen=None)
        if not against:
            return
        session.flush()
        reviews.publish(session, actor=bench.milo, pilot_id=bench.key)
    pilots.compute_now(bench.stage.database, bench.stage.contents, [bench.key])


def _publish_example(bench: Bench) -> None:
    twice = {one.repeat_of for one in bench.tickets}
    item = next(
        one.item
        for one in bench.tickets
        if one.role == "scored" and one.item not in twice and not one.question
    )
    entry = PublishExampleIn(item=item, note=bench.lab["example"]["note"])
    with bench.stage.database.writing() as session:
        runs.publish_example(session, actor=bench.milo, pilot_id=bench.key, entry=entry)
    pilots.compute_now(bench.stage.database, bench.stage.contents, [bench.key])
