"""The two evaluations of the demonstration, in the order in which their steps happen."""

from uuid import UUID

from app.demo import decision, discovery, generator, judging, lab, panel, pilot
from app.demo.build import Opened, Stage, move_on, open_evaluation, story
from app.demo.generator import Skill


def play_shelf(stage: Stage, images: int) -> Opened:
    """The finished one: from the need to an approved memo and the first weeks of the onboarding."""
    told = story("shelf")
    opened = open_evaluation(stage, told)
    discovery.answer(stage, opened, told)
    panel.weigh(stage, opened, told)
    key = _shelf_pilot(stage, opened, images)
    pilot.offer(stage, opened, told, key)
    pilot.close(stage, key)
    with stage.database.writing() as session:
        move_on(session, stage.people["lena"], opened, told["finalists"])
    panel.type_in(stage, opened, told)
    panel.rate(stage, opened, told)
    panel.agree(stage, opened, told)
    proposed = decision.recommend(stage, opened, told)
    decision.approve(stage, told, proposed)
    decision.onboard(stage, proposed.selected_id, told)
    return opened


def _shelf_pilot(stage: Stage, opened: Opened, images: int) -> UUID:
    told = story("shelf")
    seed = told["pilot"]["seed"]
    gold = generator.shelf_gold(images, seed)
    key = pilot.plan(stage, opened, told, gold, "shelf-gold-demo.json")
    skills = {name: Skill(**values) for name, values in told["skills"].items()}
    labels = {
        name: generator.shelf_delivery(gold, skill, seed + place)
        for place, (name, skill) in enumerate(skills.items())
    }
    times = generator.shelf_times({name: (labels[name], skills[name]) for name in labels}, seed)
    pilot.deliver(stage, opened, key, {name: (labels[name], times[name]) for name in labels}, "json")
    return key


def play_tickets(stage: Stage, items: int) -> Opened:
    """The one in the middle: calls half done, the pilot lab at work with one delivery missing, ratings waiting."""
    told = story("tickets")
    panel.publish_scorecard(stage, told)
    opened = open_evaluation(stage, told)
    discovery.answer(stage, opened, told)
    panel.weigh(stage, opened, told)
    judging.play(lab.play(stage, opened, told, items))
    panel.draft(stage, opened, told)
    return opened
