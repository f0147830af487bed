"""How the panel of the demonstration scores: weights, ratings, a consensus, figures typed in."""

from typing import Any

from app.assessment import service as assessment
from app.assessment.schemas import ConsensusIn, LockIn, PinIn, PriceIn, RatingIn, ValueIn, WeightsIn
from app.assessment.service.panel import panel_board
from app.demo.build import Opened, Stage, Story
from app.evaluations.models import Evaluation
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.scorecards import service as scorecards
from app.scorecards.schemas import ForkIn, TextIn

RATERS = ("lena", "milo", "ines", "theo", "saba")


def weigh(stage: Stage, opened: Opened, told: Story) -> None:
    """Pin the scorecard, weigh it, set the price anchors and lock both, before anybody delivers."""
    lena = stage.people["lena"]
    with stage.database.writing() as session:
        entry = PinIn(key=told["scorecard"])
        assessment.pin_scorecard(session, actor=lena, evaluation_id=opened.id, entry=entry)
        weights = WeightsIn(groups=told["weights"])
        assessment.set_weights(session, actor=lena, evaluation_id=opened.id, entry=weights, seen=None)
        price = PriceIn(**told["price"])
        assessment.set_price(session, actor=lena, evaluation_id=opened.id, entry=price, seen=None)
        assessment.lock_weights(session, actor=lena, evaluation_id=opened.id)


def rate(stage: Stage, opened: Opened, told: Story) -> None:
    """Everybody rates what is asked of him, as the story tells, and locks each candidate."""
    for rater in RATERS:
        with stage.database.writing() as session:
            actor = stage.people[rater]
            _rate_all(session, actor, opened, _levels(session, opened, told, actor, rater))


def _levels(
    session: WriteSession, opened: Opened, told: Story, rater: Actor, short: str
) -> dict[tuple[str, str], tuple[str, str]]:
    """(candidate, criterion) -> level and note of one rater, for the criteria that ask for his rating."""
    pin = assessment.find_pin(session, opened.id)
    if pin is None:
        raise RuntimeError("the scorecard is pinned before anybody rates")
    duties = panel_board(session, session.get_one(Evaluation, opened.id), pin).duties
    found = {
        (name, criterion): (level, "")
        for criterion in duties[rater.id]
        for name, level in told["ratings"][criterion].items()
    }
    for other in told["differ"]:
        if other["by"] == short:
            found[other["who"], other["criterion"]] = other["value"], other["note"]
    return found


def _rate_all(
    session: WriteSession, rater: Actor, opened: Opened, levels: dict[tuple[str, str], tuple[str, str]]
) -> None:
    for (name, criterion), (level, note) in levels.items():
        _rate(session, rater, opened, {"who": name, "criterion": criterion, "value": level, "note": note})
    for name in dict.fromkeys(name for name, _ in levels):
        entry = LockIn(candidate_id=opened.candidates[name])
        assessment.lock_ratings(session, actor=rater, evaluation_id=opened.id, entry=entry)


def draft(stage: Stage, opened: Opened, told: Story) -> None:
    """Ratings that were begun and not locked."""
    with stage.database.writing() as session:
        for item in told["drafts"]:
            _rate(session, stage.people[item["by"]], opened, item)


def _rate(session: WriteSession, rater: Actor, opened: Opened, item: dict[str, Any]) -> None:
    entry = RatingIn(
        candidate_id=opened.candidates[item["who"]],
        criterion=item["criterion"],
        value=item["value"],
        note=item["note"],
    )
    assessment.rate(session, actor=rater, evaluation_id=opened.id, entry=entry)


def agree(stage: Stage, opened: Opened, told: Story) -> None:
    """What the panel settled where it had disagreed."""
    with stage.database.writing() as session:
        for item in told["consensus"]:
            rest = {key: value for key, value in item.items() if key != "who"}
            entry = ConsensusIn(candidate_id=opened.candidates[item["who"]], **rest)
            assessment.set_consensus(
                session, actor=stage.people["lena"], evaluation_id=opened.id, entry=entry
            )


def type_in(stage: Stage, opened: Opened, told: Story) -> None:
    """Figures and papers that neither a pilot nor an answer holds, with their source."""
    with stage.database.writing() as session:
        for subject, item in told["values"].items():
            for name, value in item["of"].items():
                entry = ValueIn(
                    candidate_id=opened.candidates[name],
                    subject=subject,
                    mid=value,
                    status=item["status"],
                    source=item["source"],
                )
                assessment.set_value(
                    session, actor=stage.people["lena"], evaluation_id=opened.id, entry=entry
                )


def publish_scorecard(stage: Stage, told: Story) -> None:
    """A scorecard of our own in the library, for what the shipped ones do not cover."""
    milo, own = stage.people["milo"], told["library"]
    with stage.database.writing() as session:
        copy = ForkIn(key=own["key"], name=told["name"])
        scorecards.fork(session, actor=milo, key=own["based_on"], entry=copy)
        text = TextIn(text=own["text"])
        scorecards.edit_draft(session, actor=milo, key=own["key"], entry=text, seen=None)
        scorecards.publish(session, actor=milo, key=own["key"])
