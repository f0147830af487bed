"""Figures computed again on some items, at a production mix, and what leads from a figure to its items."""

import io
import itertools
import math
from dataclasses import replace
from statistics import NormalDist

import pytest
from python_calamine import CalamineWorkbook

from app.core.errors import Conflict, Invalid
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn
from app.pilots import service
from app.pilots.models import Pilot
from app.pilots.schemas import CriteriaIn, CriterionIn, MixIn, OfferIn, PriceLineIn, SizingIn, TierIn
from app.pilots.service import Subset, Wanted, design
from app.pilots.views.design import size_sentence
from app.pilots.views.items import ItemFilter, places_of
from app.pilots.views.results import results_view
from app.pilots.wording import least_words
from tests.pilots.samples import CLASSES, LEAD, Lab

ITEMS = 180


def label(at: int) -> str:
    return CLASSES[at % 3]


def said(at: int, wrong: int) -> str:
    return CLASSES[(at + (at % wrong == 0)) % 3]


def gold() -> bytes:
    rows = [f"i{at:03},{label(at)},{'night' if at % 4 == 0 else 'day'}" for at in range(ITEMS)]
    return "\n".join(["item,label,stratum", *rows]).encode()


def delivery(wrong: int, person: str = "p", skip: int = 0) -> bytes:
    rows = [f"i{at:03},{said(at, wrong)},{person}{at % 3},{3 + at % 5}" for at in range(skip, ITEMS)]
    return "\n".join(["item,label,annotator,seconds", *rows]).encode()


@pytest.fixture
def filled(lab: Lab) -> Lab:
    lab.gold(gold())
    lab.deliver("Harbor", delivery(7, "h"))
    lab.deliver("Mosaic", delivery(5, "m", skip=6))
    return lab


def of(lab: Lab, *, up_to: int | None = None, subset: Subset = service.EVERYTHING) -> service.PilotComparison:
    from app.pilots.service.computing import compute, keep

    computed = compute(lab.db, lab.contents, lab.pilot_id, None, up_to, subset)
    with lab.db.writing() as session:
        keep(session, lab.pilot_id, computed)
    with lab.db.reading() as session:
        found = service.comparison_of(session, lab.pilot_id, up_to=up_to, subset=subset)
    assert found is not None
    return found


def right(wrong: int, places: list[int], skip: int = 0) -> float:
    return sum(said(at, wrong) == label(at) and at >= skip for at in places) / len(places)


@pytest.mark.parametrize("name", ["stratum", "class", "annotator"])
def test_a_subset_gives_the_figures_of_its_items_alone(filled: Lab, name: str) -> None:
    whole = filled.compared()
    harbor = filled.code("Harbor")
    subset, places = {
        "stratum": (Subset(stratum="night"), [at for at in range(ITEMS) if at % 4 == 0]),
        "class": (Subset(label="dog"), [at for at in range(ITEMS) if at % 3 == 1]),
        "annotator": (Subset(code=harbor, annotator="h2"), [at for at in range(ITEMS) if at % 3 == 2]),
    }[name]
    found = of(filled, subset=subset)
    assert found.items == len(places)
    figures = {one.name: one.metrics["accuracy"].value for one in found.candidates}
    assert figures["Harbor"] == pytest.approx(right(7, places))
    assert figures["Mosaic"] == pytest.approx(right(5, places, skip=6))
    assert found.strata == whole.strata == ("day", "night")
    with filled.db.reading() as session:
        outcomes = service.outcomes_of(session, whole.result_id)
    listed = places_of(whole, outcomes, ItemFilter(subset=subset, sort="name"))
    assert listed == places


def test_earlier_rounds_are_compared_as_they_stood(filled: Lab) -> None:
    filled.deliver("Harbor", delivery(90, "h"))
    newest, before = filled.compared(), of(filled, up_to=1)
    figures = [one.candidate(filled.code("Harbor")).metrics["accuracy"].value for one in (newest, before)]
    assert figures == [pytest.approx(1 - 2 / ITEMS), pytest.approx(right(7, list(range(ITEMS))))]
    assert (newest.rounds, before.candidate(filled.code("Harbor")).round) == (2, 1)


def test_a_class_mix_weighs_the_share_right_of_each_class(lab: Lab) -> None:
    rows = [f"i{at:03},{label(at)}" for at in range(ITEMS)]
    lab.gold("\n".join(["item,label", *rows]).encode())
    lab.deliver("Harbor", delivery(7, "h"))
    lab.compared()
    with lab.db.writing() as session:
        entry = MixIn(mix={"cat": 50, "dog": 30, "owl": 20})
        design.set_mix(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    (one,) = lab.compared().candidates
    shares = [right(7, [at for at in range(ITEMS) if at % 3 == number]) for number in range(3)]
    assert one.standardised is not None
    assert one.standardised.value == pytest.approx(0.5 * shares[0] + 0.3 * shares[1] + 0.2 * shares[2])
    with pytest.raises(Invalid, match="not a stratum"), lab.db.writing() as session:
        entry = MixIn(mix={"cow": 1})
        design.set_mix(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)


def test_every_cell_of_the_confusion_leads_to_as_many_items(filled: Lab) -> None:
    found = filled.compared()
    with filled.db.reading() as session:
        outcomes = service.outcomes_of(session, found.result_id)
    for one in found.candidates:
        for cell in one.confusion:
            wanted = Wanted(gold=cell.gold or "-", delivered=cell.delivered or "-")
            assert (
                len(places_of(found, outcomes, ItemFilter(candidate=one.code, wanted=wanted))) == cell.count
            )
        for kind, count in one.errors.items():
            listed = places_of(found, outcomes, ItemFilter(candidate=one.code, wanted=Wanted(kind=kind)))
            assert len(listed) == count
    worst = ItemFilter(sort=filled.code("Harbor"))
    assert [at % 7 == 0 for at in places_of(found, outcomes, worst)] == sorted(
        (at % 7 == 0 for at in range(ITEMS)), reverse=True
    )
    mosaic = ItemFilter(candidate=filled.code("Mosaic"), show="absent", sort="name")
    assert places_of(found, outcomes, mosaic) == list(range(6))
    assert found.disputed == len(outcomes.disputes)
    both = {at for at in range(6, ITEMS) if at % 7 == 0 and at % 5 == 0}
    assert set(outcomes.disputes) == both


def test_a_floor_of_one_class_holds_for_it_and_the_general_one_for_the_others(filled: Lab) -> None:
    criteria = [
        CriterionIn(metric="by_class.f1", floor=0.5),
        CriterionIn(metric="by_class.f1", label="dog", floor=0.99),
        CriterionIn(metric="first_pass", floor=0.9),
    ]
    with filled.db.writing() as session:
        session.get_one(Pilot, filled.pilot_id).criteria_locked_at = None
        service.lock_criteria(session, LEAD, session.get_one(Pilot, filled.pilot_id), "test")
        session.get_one(Pilot, filled.pilot_id).criteria = [one.model_dump() for one in criteria]
    found = filled.compared().candidate(filled.code("Harbor"))
    held = {(one.label, one.bound, one.met) for one in found.promises}
    assert held == {("cat", 0.5, True), ("owl", 0.5, True), ("dog", 0.99, False)}


def test_a_class_too_rare_for_its_floor_is_named_beside_the_results(lab: Lab) -> None:
    rows = [f"i{at:03},{'owl' if at < 10 else CLASSES[at % 2]}" for at in range(80)]
    data = "\n".join(["item,label", *rows]).encode()
    lab.gold(data)
    with lab.db.writing() as session:
        entry = CriteriaIn(criteria=[CriterionIn(metric="by_class.f1", floor=0.5)])
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    lab.deliver("Harbor", data)
    found = lab.compared()
    shown = results_view(found, {lab.code("Harbor"): "Harbor"}, base="", query={}, shows_prices=False)
    assert "Under 30 in the gold, so not held to a floor: “owl” (10)." in shown.warnings


def test_criteria_name_classes_and_figures_that_are_not_there(lab: Lab) -> None:
    lab.gold(gold())
    entry = CriteriaIn(
        criteria=[
            CriterionIn(metric="by_class.f1", label="cow", floor=0.9),
            CriterionIn(metric="wer", floor=0.1),
        ]
    )
    with pytest.raises(Invalid) as failure, lab.db.writing() as session:
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    assert [one.where for one in failure.value.problems] == ["criteria[1].metric", "classes"]


def test_the_planned_size_is_kept_with_what_it_rests_on(lab: Lab) -> None:
    entry = SizingIn(difference=0.05, discordant=0.1, vendors=2, power=0.8)
    with lab.db.writing() as session:
        row = design.set_sizing(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
        assert row.sizing == {**entry.model_dump(), "items": 312}
        with pytest.raises(Conflict):
            design.set_sizing(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=1)
    with pytest.raises(Invalid):
        design.planned(SizingIn(difference=0.2, discordant=0.1))


@pytest.mark.parametrize(("vendors", "power", "often"), [(2, 0.8, "4 times in 5"), (4, 0.9, "9 times in 10")])
def test_the_planner_says_what_the_results_will_say_with_figures_of_an_own_calculation(
    vendors: int, power: float, often: str
) -> None:
    entry = SizingIn(difference=0.05, discordant=0.1, vendors=vendors, power=power)
    plan = design.planned(entry)
    pairs = vendors * (vendors - 1) / 2
    # Connor 1987, with Bonferroni over the pairs, from the textbook
    alpha, beta = NormalDist().inv_cdf(1 - 0.05 / (2 * pairs)), NormalDist().inv_cdf(power)
    items = math.ceil((alpha * math.sqrt(0.1) + beta * math.sqrt(0.1 - 0.05**2)) ** 2 / 0.05**2)
    assert plan.items == items
    said = size_sentence(plan, entry)
    assert (
        f"Label {items} items, the same for everybody, to find a true difference of 0.05 (5 points)" in said
    )
    assert said.endswith(least_words(items, 0.05, power=power))
    assert f"shows reliably ({often}) from 0.050; below that it may be noise." in said


def test_an_offer_with_tiers_minimums_and_a_mark_up_is_priced_as_written(filled: Lab) -> None:
    lines = [
        PriceLineIn(name="Label", amount="0.10", per="label", tiers=[TierIn(above=50_000, amount="0.085")]),
        PriceLineIn(name="Tool", amount="100", per="fixed", labor=False, markup=10),
    ]
    with filled.db.writing() as session:
        entry = OfferIn(lines=lines, monthly_minimum="50")
        candidate = filled.candidates["Harbor"]
        service.set_offer(
            session, actor=LEAD, pilot_id=filled.pilot_id, candidate_id=candidate, entry=entry, seen=None
        )
    one = filled.compared().candidate(filled.code("Harbor"))
    cost = one.priced.expected
    assert cost is not None
    labels = 100_000 / one.metrics["accuracy"].value  # type: ignore[operator]
    assert cost.total == pytest.approx(5_000_00 + (labels - 50_000) * 8.5 + 110_00, abs=10)
    assert one.priced.interval is not None
    low, high = one.priced.interval
    assert low < (cost.per_accepted or 0) < high
    with pytest.raises(ValueError, match="ascend"):
        PriceLineIn(
            name="x",
            amount="1",
            per="label",
            tiers=[TierIn(above=2, amount="1"), TierIn(above=1, amount="1")],
        )


def twice_by(people: str, again: range) -> bytes:
    """A delivery in which somebody else labels some items once more, every answer in four seconds."""
    rows = [f"i{at:03},{said(at, 7)},{people}{at % 3},4" for at in range(ITEMS)]
    rows += [f"i{at:03},{CLASSES[0]},{people}9,4" for at in again]
    return "\n".join(["item,label,annotator,seconds", *rows]).encode()


@pytest.mark.parametrize(("per", "cents"), [("item", 100), ("hour", 10)])
def test_items_labelled_twice_are_bought_once(lab: Lab, per: str, cents: float) -> None:
    lab.gold(gold())
    lab.deliver("Harbor", twice_by("h", range(60)))
    amount = {"item": "1", "hour": "90"}[per]
    with lab.db.writing() as session:
        service.set_offer(
            session,
            actor=LEAD,
            pilot_id=lab.pilot_id,
            candidate_id=lab.candidates["Harbor"],
            entry=OfferIn(lines=[PriceLineIn(name="Work", amount=amount, per=per)]),
            seen=None,
        )
    one = lab.compared().candidate(lab.code("Harbor"))
    cost, share = one.priced.expected, one.metrics["accuracy"].value
    assert one.labels == ITEMS + 60
    assert cost is not None
    assert share is not None
    assert one.priced.interval is not None
    low, high = one.priced.interval
    assert cost.per_accepted == pytest.approx(cents / share, rel=1e-4)
    assert low < cents / share < high


def test_the_share_of_wrong_labels_counts_an_item_labelled_twice_once(lab: Lab) -> None:
    lab.gold(gold())
    lab.deliver("Harbor", twice_by("h", range(60)))
    shown = results_view(
        lab.compared(), {lab.code("Harbor"): "Harbor"}, base="", query={}, shows_prices=False
    )
    wrong = sum(
        ((said(at, 7) != label(at)) + (label(at) != CLASSES[0])) / 2 if at < 60 else said(at, 7) != label(at)
        for at in range(ITEMS)
    )
    assert shown.rows[0].wrong == f"{wrong / ITEMS:.1%}"


def test_pairs_are_told_the_better_one_first_wherever_they_are_told(filled: Lab) -> None:
    found = filled.compared()
    place = [one.code for one in found.candidates]
    told = found.best_first_pairs()
    assert [(one.a, one.b) for one in told] == list(itertools.combinations(place, 2))
    by_codes = {frozenset((one.a, one.b)): one for one in found.pairs}
    for one in told:
        kept = by_codes[frozenset((one.a, one.b))]
        assert one in (kept, kept.turned())
        assert one.value == pytest.approx(
            found.candidate(one.a).metrics[found.metric].value
            - found.candidate(one.b).metrics[found.metric].value
        )
        assert one.turned().turned().value == one.value
    (first,), (other,) = told, replace(found, candidates=found.candidates[::-1]).best_first_pairs()
    assert (other.a, other.b, other.value) == (first.b, first.a, -first.value)


def test_the_workbook_holds_everything_and_never_a_formula(filled: Lab) -> None:
    from app.kit.spreadsheet import write_workbook
    from app.pilots.service.workbook import sheets_of

    found = filled.compared()
    with filled.db.reading() as session:
        outcomes = service.outcomes_of(session, found.result_id)
    names = {one.code: f"={one.name}" for one in found.candidates}
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(write_workbook(sheets_of(found, outcomes, names, with_prices=False)))
    )
    assert "Cost" not in book.sheet_names
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert len(sheets["Items"]) == ITEMS + 1
    assert len(sheets["Pairs"]) == 2
    assert sheets["Confusion"][1][0].startswith("=")  # text, shown as it is
    assert sum(row[3] for row in sheets["Confusion"][1:] if row[0] == names[filled.code("Harbor")]) == ITEMS


def test_without_a_volume_of_the_need_costs_say_why_and_name_no_year(lab: Lab) -> None:
    lab.gold(gold())
    lab.deliver("Harbor", delivery(7, "h"))
    with lab.db.writing() as session:
        pilot = session.get_one(Pilot, lab.pilot_id)
        need, version = (
            NeedIn(techniques=["image_classification"]),
            session.get_one(Evaluation, pilot.evaluation_id).version,
        )
        evaluations.set_need(session, actor=LEAD, evaluation_id=pilot.evaluation_id, need=need, seen=version)
        service.set_offer(
            session,
            actor=LEAD,
            pilot_id=lab.pilot_id,
            candidate_id=lab.candidates["Harbor"],
            entry=OfferIn(lines=[PriceLineIn(name="Work", amount="0.1", per="label")]),
            seen=None,
        )
    shown = results_view(lab.compared(), {lab.code("Harbor"): "Harbor"}, base="", query={}, shows_prices=True)
    assert shown.volumes == ("low volume", "expected volume", "high volume")
    assert (shown.costs[0].expected, shown.costs[0].note) == ("–", "the need has no volume")
