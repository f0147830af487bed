from collections import Counter
from datetime import date

from app.core.formats.item_list import read_items
from app.core.formats.table import read_times
from app.core.pilots.compare import compare
from app.core.pilots.tasks import read_delivery, read_gold
from app.demo import generator, tickets
from app.demo.build import story
from app.demo.generator import Skill
from app.demo.tickets import Hands

GOOD = Skill(missed=0.02, extra=0.01, loose=0.02, wrong=0.01, seconds=8.0, annotators=6)
POOR = Skill(missed=0.08, extra=0.04, loose=0.06, wrong=0.04, seconds=5.0, annotators=4)


def test_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert generator.shelf_gold(20, 7) == generator.shelf_gold(20, 7)
    assert generator.shelf_gold(20, 7) != generator.shelf_gold(20, 8)


def test_generated_boxes_are_read_and_the_better_skill_wins() -> None:
    data = generator.shelf_gold(60, 7)
    gold = read_gold("boxes", data, "gold.json")
    files = {
        name: generator.shelf_delivery(data, skill, 7) for name, skill in (("good", GOOD), ("poor", POOR))
    }
    times = generator.shelf_times({"good": (files["good"], GOOD), "poor": (files["poor"], POOR)}, 7)
    deliveries = {
        name: read_delivery("boxes", content, f"{name}.json", gold) for name, content in files.items()
    }
    found = compare(
        "boxes", gold, deliveries, seed=0, resamples=500, times=read_times(times["good"], "t.csv")
    )
    good, poor = found.vendor("good"), found.vendor("poor")
    assert 0.9 < good.metrics["f1"].value < 1
    assert poor.metrics["f1"].value < good.metrics["f1"].value
    assert good.annotators == 6
    assert 5 < good.seconds.mean / 8.5 < 12  # seconds per image, about 8.5 boxes each


def test_generated_tickets_are_listed_and_read_with_the_accuracy_asked_for() -> None:
    told, labels = story("lab"), story("tickets")["labels"]
    found = tickets.tickets(400, told, labels, 3)
    listed = read_items(tickets.item_list(found), "items.csv").items
    counts = Counter(one.role.value for one in listed)
    assert counts == {"scored": 357, "surge": 40, "repeat": 20, "practice": 8, "planted": 3}
    first, _ = tickets.own_sets(found, told, labels, 3)
    gold = read_gold("classification", first, "a.csv")
    order = [(one.item, one) for one in found if one.item in gold.items]
    content = tickets.delivery(order, labels, Hands(0.9, 12.0, 4, 5), 3, team="A", last=date(2027, 3, 5))
    assert content == tickets.delivery(
        order, labels, Hands(0.9, 12.0, 4, 5), 3, team="A", last=date(2027, 3, 5)
    )
    compared = compare(
        "classification", gold, {"a": read_delivery("classification", content, "a.csv", gold)}, seed=0
    )
    assert abs(compared.vendor("a").metrics["accuracy"].value - 0.9) < 0.07
    days = {row.rpartition(",")[2][:10] for row in content.decode().splitlines()[1:]}
    assert days == {f"2027-03-0{day}" for day in range(1, 6)}
