from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.core.scoring import parse_scorecard
from app.core.scoring.diff import differences

CARD: dict[str, Any] = {
    "format": "assay/scorecard@1",
    "id": "own",
    "version": 1,
    "name": "Own card",
    "small_team": {"keep": ["f1"]},
    "scorecard": {
        "minimum": 60,
        "groups": [
            {
                "id": "quality",
                "name": "Quality",
                "weight": 3,
                "criteria": [
                    {"id": "f1", "name": "F1", "weight": 60, "kind": "linear", "unit": "share", "worst": 0.8,
                     "best": 0.98, "from": {"pilot": "f1"}},
                    {"id": "qa", "name": "Checks", "weight": 40, "kind": "levels", "levels": {"none": 0, "all": 100},
                     "level_texts": {"none": "Nothing.", "all": "All."}, "from": {"rating": True}},
                ],
            },
            {
                "id": "cost",
                "name": "Cost",
                "weight": 1,
                "criteria": [{"id": "price", "weight": 1, "kind": "price", "method": "absolute_linear"}],
            },
        ],
        "requirements": [
            {"id": "security", "name": "Security", "any_of": [{"certificate": "soc2_type2"}], "before": "award"},
            {"id": "floor", "name": "Floor", "criterion": "f1", "at_least": 0.9},
        ],
    },
}  # fmt: skip
Edit = Callable[[dict[str, Any]], object]


def changes(edit: Edit) -> list[str]:
    new = deepcopy(CARD)
    edit(new)
    return [change.sentence for change in differences(parse_scorecard(CARD), parse_scorecard(new))]


def groups(card: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = card["scorecard"]["groups"]
    return found


def criterion(card: dict[str, Any], at: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = groups(card)[0]["criteria"][at]
    return found


def musthave(card: dict[str, Any], at: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = card["scorecard"]["requirements"][at]
    return found


def test_same_scorecard_and_same_shares_have_no_difference() -> None:
    assert changes(lambda card: card.update(version=7, id="other")) == []

    def tenfold(card: dict[str, Any]) -> None:
        for group in groups(card):
            group["weight"] *= 10
            for each in group["criteria"]:
                each["weight"] *= 7

    assert changes(tenfold) == []


NEW = {"id": "recall", "name": "Recall", "weight": 100, "kind": "flag", "from": {"rating": True}}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda card: groups(card)[0].update(weight=4),
         ["Group Quality: weight 75% → 80%.", "Group Cost: weight 25% → 20%."]),
        (lambda card: criterion(card).update(weight=10),
         ["Criterion F1: weight 60% of its group (45% of the total) → 20% of its group (15% of the total).",
          "Criterion Checks: weight 40% of its group (30% of the total) → 80% of its group (60% of the total)."]),
        (lambda card: criterion(card).update(worst=0.7),
         ["Criterion F1: anchors 0 points at 0.8, 100 at 0.98, share → 0 points at 0.7, 100 at 0.98, share."]),
        (lambda card: criterion(card, 1).update(levels={"none": 0, "all": 90, "more": 100}),
         ["Criterion Checks: anchors none 0, all 100 → none 0, all 90, more 100."]),
        (lambda card: criterion(card, 1)["level_texts"].update(all="Each."),
         ["Criterion Checks: level all All. → Each."]),
        (lambda card: criterion(card).update({"from": {"pilot": "recall"}}),
         ["Criterion F1: source the pilot: f1 → the pilot: recall."]),
        (lambda card: criterion(card).update(minimum=40), ["Criterion F1: minimum none → 40 points."]),
        (lambda card: criterion(card).update(name="F1 score"), ["Criterion F1 score: name F1 → “F1 score”."]),
        (lambda card: musthave(card).update(any_of=[{"certificate": "soc2_type2"}, {"certificate": "iso27001"}]),
         ["Must-have Security: asks soc2 type2 → soc2 type2 or iso27001."]),
        (lambda card: musthave(card, 1).update(at_least=0.95),
         ["Must-have Floor: asks f1 at least 0.9 → f1 at least 0.95."]),
        (lambda card: musthave(card).update(before="kickoff"),
         ["Must-have Security: holds before award → before kickoff."]),
        (lambda card: card["scorecard"]["requirements"].pop(), ["Must-have Floor removed: f1 at least 0.9."]),
        (lambda card: card["scorecard"].pop("minimum"), ["Scorecard: minimum 60 points → none."]),
        (lambda card: card["small_team"].update(keep=["f1", "price"]),
         ["Scorecard: short list keep: f1 → keep: f1, price."]),
        (lambda card: groups(card).reverse(), ["Scorecard: the order of the groups changed."]),
        (lambda card: groups(card)[0]["criteria"].reverse(),
         ["Scorecard: the order of the criteria of Quality changed."]),
        (lambda card: groups(card)[1]["criteria"][0].update(target=0.1, cap=0.2, currency="EUR"),
         ["Criterion price: anchors absolute linear → absolute linear, target 0.1 EUR, cap 0.2 EUR."]),
    ],
)  # fmt: skip
def test_change_is_said_in_one_line(edit: Edit, said: list[str]) -> None:
    assert changes(edit) == said


def test_added_group_is_said_with_its_share_and_the_others_shrink() -> None:
    group = {"id": "more", "name": "More", "weight": 4, "criteria": [NEW]}
    assert changes(lambda card: groups(card).append(group)) == [
        "Scorecard: ratings per candidate 1 → 2.",
        "Group Quality: weight 75% → 37.5%.",
        "Group Cost: weight 25% → 12.5%.",
        "Group More added: 50% of the total, 1 criterion.",
        "Criterion Recall added: in More, 50% of the total; no 0, yes 100.",
    ]


def test_criterion_moved_to_another_group_keeps_its_identity() -> None:
    def move(card: dict[str, Any]) -> None:
        groups(card)[1]["criteria"].append(groups(card)[0]["criteria"].pop(1))

    said = changes(move)
    assert "Criterion Checks: moved from Quality → Cost." in said
    assert not any("added" in line or "removed" in line for line in said)


def test_share_that_moves_by_a_hair_is_not_called_equal() -> None:
    assert changes(lambda card: groups(card)[0].update(weight=3.0001)) == [
        "Group Quality: weight 75% → 75%, more by under 0.01%.",
        "Group Cost: weight 25% → 25%, less by under 0.01%.",
    ]


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("description", "New."), ("unit", "points"), ("note", "New."), ("who", ["ml_lead"]),
        ("from", {"pilot": "f1", "interval": "bootstrap"}),
    ],
)  # fmt: skip
def test_every_edited_key_shows_up(key: str, new: Any) -> None:
    said = changes(lambda card: criterion(card).update({key: new}))
    assert len(said) == 1
    assert said[0].startswith("Criterion F1: ")
