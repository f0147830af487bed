import pytest

from app.core.errors import Invalid
from app.core.scoring import analyse, parse_case
from tests.core.scoring.cases import linear

LEVELS = {"id": "s", "weight": 1, "kind": "levels", "levels": {0: 0, 1: 30, 2: 100}}
CASE = {
    "scorecard": {"groups": [{"id": "g", "weight": 1, "criteria": [LEVELS, linear("x")]}]},
    "vendors": [{"id": "a", "cells": {"s": 1, "x": 10}}, {"id": "b", "cells": {"s": {"low": 0, "high": 2}}}],
    "decision_date": "2026-12-01",
}


def nothing(path: str) -> object:
    raise AssertionError(path)


def test_numbered_levels_are_labels() -> None:
    case = parse_case(CASE, nothing)
    analysis = analyse(case.scorecard, case.candidates, decision_date=case.decision_date, draws=0)
    assert analysis.candidate("a").contributions == {"s": 15.0, "x": 5.0}
    assert analysis.candidate("b").contributions["s"] == 25.0


def test_unknown_numbered_level_is_refused() -> None:
    with pytest.raises(Invalid, match="no level '3'"):
        parse_case(CASE | {"vendors": [{"id": "a", "cells": {"s": 3}}]}, nothing)


def test_points_are_accepted_for_levels_when_said() -> None:
    cell = {"low": 30, "mid": 62.5, "high": 100, "scale": "points"}
    case = parse_case(CASE | {"vendors": [{"id": "a", "cells": {"s": cell, "x": 0}}]}, nothing)
    analysis = analyse(case.scorecard, case.candidates, decision_date=case.decision_date, draws=0)
    assert analysis.candidate("a").total == 31.25


def test_one_run_reports_scorecard_and_vendors_together() -> None:
    broken = {
        "scorecard": {"groups": [{"id": "g", "weight": 0, "criteria": [LEVELS, linear("x", worst=100)]}]},
        "vendors": [{"id": "a", "cells": {"s": 9, "x": 1, "y": 2}}, 7],
        "decision_date": 20261201,
    }
    with pytest.raises(Invalid) as caught:
        parse_case(broken, nothing)
    assert [p.where for p in caught.value.problems] == [
        "scorecard.groups[0].weight",
        "scorecard.groups[0].criteria[1].worst",
        "decision_date",
        "vendors[1]",
        "vendors[0].cells.s",
        "vendors[0].cells.y",
    ]


@pytest.mark.parametrize("value", [None, [], 3, "x"])
def test_anything_but_a_mapping_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="must be a mapping"):
        parse_case(value, nothing)
