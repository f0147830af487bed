import copy
import math
from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.scoring import canonical, digest, parse_scorecard
from tests.core.scoring.cases import linear

GOOD: dict[str, Any] = {
    "minimum": 60,
    "groups": [
        {
            "id": "quality",
            "weight": 70,
            "minimum": 50,
            "name": "Quality",
            "criteria": [
                {**linear("f1", 60, 0.6, 1.0), "unit": "share", "minimum": 20, "from": {"pilot": "f1"}},
                {"id": "support", "weight": 20, "kind": "levels", "levels": {"none": 0, "office": 60, "all": 100},
                 "level_texts": {"none": "Nobody answers."}},
                {"id": "ramp", "weight": 10, "kind": "piecewise", "knots": [[1, 0], [1.5, 80], [2.5, 100]]},
                {"id": "team", "weight": 10, "kind": "flag"},
            ],
        },
        {
            "id": "cost",
            "weight": 30,
            "criteria": [
                {"id": "price", "weight": 1, "kind": "price", "method": "absolute_linear", "target": 40, "cap": 120,
                 "currency": "USD"}
            ],
        },
    ],
    "requirements": [
        {"id": "security",
         "any_of": [{"certificate": "soc2"}, {"all_of": [{"document": "d"}, {"certificate": "iso"}]}]},
        {"id": "floor", "criterion": "f1", "at_least": 0.9, "decide": "mid", "before": "award"},
        {"id": "help", "criterion": "support", "at_least": "office"},
        {"id": "own", "criterion": "team", "is": True},
        {"id": "no_use", "question": "use", "not": ["always"], "when": {"data_class": ["phi"]}},
    ],
}  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with the value at a dotted path replaced, or added, or (value `...`) removed."""
    tree = copy.deepcopy(GOOD)
    place: Any = tree
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("groups.0.weight", 0, "groups[0].weight", "greater than 0"),
        ("groups.0.weight", -3, "groups[0].weight", "greater than 0"),
        ("groups.0.weight", ..., "groups[0].weight", "missing"),
        ("groups.0.weight", "70", "groups[0].weight", "finite number"),
        ("groups.0.weight", True, "groups[0].weight", "finite number"),
        ("groups.0.criteria.0.weight", math.nan, "groups[0].criteria[0].weight", "finite number"),
        ("groups.0.criteria.0.worst", math.inf, "groups[0].criteria[0].worst", "finite number"),
        ("groups.0.criteria.0.worst", 10**400, "groups[0].criteria[0].worst", "more than 15 digits"),
        ("groups.0.criteria.0.worst", 1.0, "groups[0].criteria[0].worst", "must differ"),
        ("groups.0.criteria.0.worts", 1.0, "groups[0].criteria[0].worts", "did you mean 'worst'?"),
        ("groups.0.criteria.0.kind", "liniar", "groups[0].criteria[0].kind", "did you mean 'linear'?"),
        ("groups.0.criteria.1.id", "f1", "groups[0].criteria[1].id", "stands twice"),
        ("groups.1.id", "quality", "groups[1].id", "stands twice"),
        ("groups.0.criteria.1.levels", {"none": 0}, "groups[0].criteria[1].levels", "2 to"),
        ("groups.0.criteria.1.levels.all", 101, "groups[0].criteria[1].levels.all", "between 0 and 100"),
        ("groups.0.criteria.1.levels", {False: 0, "a": 1}, "groups[0].criteria[1].levels", "quotes"),
        ("groups.0.criteria.1.level_texts.nine", "x", "groups[0].criteria[1].level_texts.nine", "did you mean"),
        ("groups.0.criteria.2.knots.1", [0.5, 80], "groups[0].criteria[2].knots[1][0]", "knot before"),
        ("groups.0.criteria.2.knots", [[1, 0]], "groups[0].criteria[2].knots", "at least 2"),
        ("groups.0.criteria.2.knots", [[1, 5], [2, 5]], "groups[0].criteria[2].knots", "same points"),
        ("groups.1.criteria.0.target", 120, "groups[1].criteria[0].target", "less than the cap"),
        ("groups.1.criteria.0.method", "cheapest", "groups[1].criteria[0].method", "not one of"),
        ("groups.1.criteria.0.points_worth", 3, "groups[1].criteria[0].points_worth", "unknown key"),
        ("groups.1.criteria.0.currency", "usd", "groups[1].criteria[0].currency", "ISO 4217"),
        ("groups.0.criteria", [], "groups[0].criteria", "at least 1 entry"),
        ("groups", [], "groups", "at least 1 entry"),
        ("groups", "x", "groups", "must be a list"),
        ("minimum", 101, "minimum", "between 0 and 100"),
        ("requirements.0.id", "floor", "requirements[1].id", "stands twice"),
        ("requirements.0.any_of", [], "requirements[0].any_of", "at least 1 entry"),
        ("requirements.1.criterion", "f1s", "requirements[1].criterion", "did you mean 'f1'?"),
        ("requirements.1.at_most", 1, "requirements[1]", "exactly one of at_least"),
        ("requirements.1.decide", "middle", "requirements[1].decide", "not one of"),
        ("requirements.1.before", "soon", "requirements[1].before", "not one of"),
        ("requirements.2.at_least", "offfice", "requirements[2].at_least", "did you mean 'office'?"),
        ("requirements.3.is", "yes", "requirements[3].is", "is: true"),
        ("requirements.4.not", ..., "requirements[4]", "`is` or `not`"),
        ("requirements.0.certificate", "x", "requirements[0]", "exactly one of any_of"),
        ("requirements.0.any_off", [], "requirements[0].any_off", "did you mean 'any_of'?"),
    ],
)  # fmt: skip
def test_faulty_scorecard_is_refused_with_its_path(path: str, value: Any, where: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_scorecard(changed(path, value))
    found = [p for p in caught.value.problems if p.where == f"scorecard.{where}"]
    assert found, caught.value.problems
    assert says in found[0].message
    assert len(caught.value.problems) == 1, caught.value.problems


def test_all_problems_come_at_once() -> None:
    tree = changed("groups.0.weight", 0)
    tree["groups"][0]["criteria"][0]["best"] = 0.6
    tree["requirements"][1]["criterion"] = "f1"  # faulty criterion: not reported again as unknown
    tree["extra"] = 1
    with pytest.raises(Invalid) as caught:
        parse_scorecard(tree)
    assert [p.where for p in caught.value.problems] == [
        "scorecard.extra",
        "scorecard.groups[0].weight",
        "scorecard.groups[0].criteria[0].worst",
    ]


def test_requirement_that_contains_itself_is_refused() -> None:
    loop: dict[str, Any] = {"any_of": []}
    loop["any_of"].append(loop)
    with pytest.raises(Invalid, match="contains itself"):
        parse_scorecard(changed("requirements.0.any_of", [loop]))


def test_too_many_criteria_are_refused() -> None:
    many = [
        {"id": f"g{g}", "weight": 1, "criteria": [linear(f"c{g}_{i}") for i in range(101)]} for g in range(10)
    ]
    with pytest.raises(Invalid, match="1010 criteria in all"):
        parse_scorecard({"groups": many})


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, {"groups": None}, {"format": "x"}])
def test_anything_else_is_refused_without_a_crash(value: Any) -> None:
    with pytest.raises(Invalid):
        parse_scorecard(value)


def test_canonical_form_reads_back_to_the_same_scorecard() -> None:
    scorecard = parse_scorecard(GOOD)
    assert parse_scorecard(canonical(scorecard)) == scorecard
    assert digest(parse_scorecard(canonical(scorecard))) == digest(scorecard)


def test_digest_ignores_spelling_and_notices_change() -> None:
    plain = digest(parse_scorecard(GOOD))
    assert digest(parse_scorecard(dict(reversed(changed("groups.0.weight", 70.0).items())))) == plain
    assert digest(parse_scorecard(changed("groups.0.weight", 71))) != plain
    swapped = changed("groups.0.criteria.1.levels", {"all": 100, "none": 0, "office": 60})
    assert digest(parse_scorecard(swapped)) != plain


@pytest.mark.parametrize("method", ["price_per_quality_point", "lowest_price_technically_acceptable"])
def test_minimum_on_the_total_is_refused_where_the_price_alone_makes_it(method: str) -> None:
    tree = changed("groups.1.criteria.0", {"id": "p", "weight": 1, "kind": "price", "method": method})
    with pytest.raises(Invalid, match="quality_minimum"):
        parse_scorecard(tree)


def test_open_price_anchors_pass_in_a_library_and_not_in_a_case() -> None:
    tree = changed("groups.1.criteria.0.target", None)
    assert parse_scorecard(tree).price is not None
    with pytest.raises(Invalid, match="must be set before candidates are ranked"):
        parse_scorecard(tree, library=False)


def test_second_price_is_refused() -> None:
    second = {"id": "p2", "weight": 1, "kind": "price", "method": "lowest_price_ratio"}
    with pytest.raises(Invalid, match="one price criterion"):
        parse_scorecard(changed("groups.1.criteria", [GOOD["groups"][1]["criteria"][0], second]))


@pytest.mark.parametrize(
    "source", ["pilot", ["pilot"], {"see": 5, "rating": True}, {"certificates": "soc2_type2"}]
)
def test_source_that_nothing_could_resolve_is_refused(source: object) -> None:
    criterion = {"id": "c", "weight": 1, "kind": "flag", "from": source}
    with pytest.raises(Invalid, match=r"criteria\[0\].from"):
        parse_scorecard({"groups": [{"id": "g", "weight": 1, "criteria": [criterion]}]})
