from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.scoring import Candidate, Cell, Paper, Waiver, decide_gates
from tests.core.scoring.cases import DAY, card, linear, run, vendor

LEVELS = {"id": "export", "weight": 1, "kind": "levels", "levels": {"manual": 0, "export": 50, "clean": 80}}
CRITERIA = [linear("f1", best=1), LEVELS, {"id": "team", "weight": 1, "kind": "flag"}]


def outcome(requirement: dict[str, Any], candidate: Candidate, **more: Any) -> tuple[str, str]:
    scorecard = card((1, CRITERIA), requirements=[{"id": "r", **requirement}])
    (gate,) = decide_gates(scorecard, candidate, **{"decision_date": DAY, **more})
    return gate.state, gate.reason


@pytest.mark.parametrize(
    ("cell", "decide", "state"),
    [
        (Cell(0.94, 0.92, 0.95), "interval", "pass"),
        (Cell(0.90), "interval", "pass"),
        (Cell(0.87, 0.836, 0.899), "interval", "fail"),
        (Cell(0.91, 0.89, 0.95), "interval", "unknown"),
        (Cell(0.91, 0.89, 0.95), "mid", "pass"),
        (Cell(0.89, 0.88, 0.95), "mid", "fail"),
        (Cell(status="open"), "mid", "unknown"),
        (Cell(status="conflict"), "interval", "unknown"),
        (Cell(status="closed_unanswered"), "interval", "fail"),
        (Cell(0.95, status="claimed"), "interval", "unknown"),
        (Cell(0.80, status="claimed"), "interval", "fail"),
    ],
)
def test_measured_gate_has_three_states(cell: Cell, decide: str, state: str) -> None:
    requirement = {"criterion": "f1", "at_least": 0.9, "decide": decide}
    assert outcome(requirement, vendor("a", f1=cell))[0] == state


def test_missing_cell_is_unknown_and_not_failed() -> None:
    assert outcome({"criterion": "f1", "at_least": 0.9}, Candidate("a")) == ("unknown", "f1: not known yet")


@pytest.mark.parametrize(
    ("requirement", "cell", "state"),
    [
        ({"criterion": "f1", "at_most": 0.5}, Cell(0.4, 0.3, 0.5), "pass"),
        ({"criterion": "f1", "at_most": 0.5}, Cell(0.55, 0.5, 0.6), "unknown"),
        ({"criterion": "f1", "at_most": 0.5}, Cell(0.7, 0.6, 0.8), "fail"),
        ({"criterion": "f1", "is": 0.5}, Cell(0.5), "pass"),
        ({"criterion": "f1", "is": 0.5}, Cell(0.5, 0.4, 0.6), "unknown"),
        ({"criterion": "f1", "is": 0.5}, Cell(0.7), "fail"),
    ],
)
def test_bounds_read_the_right_end(requirement: dict[str, Any], cell: Cell, state: str) -> None:
    assert outcome(requirement, vendor("a", f1=cell))[0] == state


def test_labels_compare_by_their_points_and_flags_by_yes() -> None:
    at_least = {"criterion": "export", "at_least": "export"}
    assert outcome(at_least, vendor("a", export="clean"))[0] == "pass"
    assert outcome(at_least, vendor("a", export="manual"))[0] == "fail"
    assert outcome(at_least, vendor("a", export=Cell(low="manual", high="clean")))[0] == "unknown"
    assert outcome({"criterion": "team", "is": True}, vendor("a", team=True))[0] == "pass"
    assert outcome({"criterion": "team", "is": True}, vendor("a", team=False))[0] == "fail"


@pytest.mark.parametrize(
    ("paper", "state", "says"),
    [
        (None, "unknown", "no evidence yet"),
        (Paper("verified", date(2026, 12, 1)), "pass", "until 2026-12-01"),
        (Paper("verified", date(2026, 11, 30)), "fail", "expired on 2026-11-30"),
        (Paper("verified"), "pass", "verified"),
        (Paper("claimed", date(2027, 1, 1)), "unknown", "not verified"),
        (Paper("claimed", date(2026, 1, 1)), "fail", "expired"),
        (Paper("open"), "unknown", "no evidence"),
        (Paper("conflict"), "unknown", "conflicts"),
        (Paper("none"), "fail", "does not have it"),
        (Paper("closed_unanswered"), "fail", "not answered"),
    ],
)
def test_certificate_counts_on_the_decision_date(paper: Paper | None, state: str, says: str) -> None:
    candidate = Candidate("a", certificates={"soc2": paper} if paper else {})
    found = outcome({"certificate": "soc2"}, candidate)
    assert found[0] == state
    assert says in found[1]


GOOD, BAD, MAYBE = Paper("verified"), Paper("none"), Paper("open")


@pytest.mark.parametrize(
    ("first", "second", "any_of", "all_of"),
    [
        (GOOD, BAD, "pass", "fail"),
        (GOOD, MAYBE, "pass", "unknown"),
        (BAD, MAYBE, "unknown", "fail"),
        (BAD, BAD, "fail", "fail"),
        (GOOD, GOOD, "pass", "pass"),
        (MAYBE, MAYBE, "unknown", "unknown"),
    ],
)
def test_alternatives_follow_three_valued_logic(
    first: Paper, second: Paper, any_of: str, all_of: str
) -> None:
    candidate = Candidate("a", certificates={"x": first}, documents={"y": second})
    parts = [{"certificate": "x"}, {"document": "y"}]
    assert outcome({"any_of": parts}, candidate)[0] == any_of
    assert outcome({"all_of": parts}, candidate)[0] == all_of


@pytest.mark.parametrize(
    ("until", "state"), [(None, "waived"), (DAY, "waived"), (date(2026, 11, 30), "fail")]
)
def test_waiver_counts_through_its_last_day(until: date | None, state: str) -> None:
    waiver = Waiver("r", "head of security", "bridge letter promised", until)
    candidate = Candidate("a", certificates={"soc2": BAD}, waivers=(waiver,))
    found = outcome({"certificate": "soc2"}, candidate)
    assert found[0] == state
    assert "head of security" in found[1]
    assert "does not have it" in found[1]


def test_waiver_for_a_passed_gate_leaves_it_passed() -> None:
    candidate = Candidate("a", certificates={"soc2": GOOD}, waivers=(Waiver("r", "x", "y"),))
    assert outcome({"certificate": "soc2"}, candidate)[0] == "pass"


def test_answers_are_compared_with_what_is_allowed_or_refused() -> None:
    asked = Candidate("a", answers={"use": ("never",)})
    assert outcome({"question": "use", "not": ["always"]}, asked)[0] == "pass"
    assert outcome({"question": "use", "is": ["always", "never"]}, asked)[0] == "pass"
    assert outcome({"question": "use", "not": ["never"]}, asked)[0] == "fail"
    assert outcome({"question": "use", "not": ["always"]}, Candidate("a"))[0] == "unknown"


@pytest.mark.parametrize(
    ("need", "count"),
    [({"data_class": ("phi",)}, 1), ({"data_class": ("public",)}, 0), ({"other": ("x",)}, 1), ({}, 1)],
)
def test_requirement_follows_the_need(need: dict[str, tuple[str, ...]], count: int) -> None:
    requirement = {"id": "r", "certificate": "baa", "when": {"data_class": ["phi"]}}
    scorecard = card((1, CRITERIA), requirements=[requirement])
    assert len(decide_gates(scorecard, Candidate("a"), decision_date=DAY, need=need)) == count


def test_exception_lifts_a_requirement() -> None:
    scorecard = card(
        (1, CRITERIA), requirements=[{"id": "r", "certificate": "c", "except_when": {"data": ["public"]}}]
    )
    assert decide_gates(scorecard, Candidate("a"), decision_date=DAY, need={"data": ("public",)}) == ()


THRESHOLD = card((1, [linear("x", 50), linear("y", 50)]), minimum=60)


@pytest.mark.parametrize(
    ("x", "y", "status"),
    [
        (Cell(60), Cell(60), "ranked"),
        (Cell(59), Cell(60), "excluded"),
        (Cell(61, 30, 70), Cell(60, 20, 90), "ranked"),  # what is known is read at its mid
        (Cell(59, 30, 90), Cell(60), "excluded"),
        (Cell(60), Cell(status="open"), "conditional"),  # what is not known is read at both ends
        (Cell(10), Cell(status="open"), "excluded"),
        (Cell(100), Cell(80, status="claimed"), "conditional"),
        (Cell(60), Cell(status="closed_unanswered"), "excluded"),
    ],
)
def test_threshold_reads_what_is_known_at_its_mid(x: Cell, y: Cell, status: str) -> None:
    assert run(THRESHOLD, vendor("a", x=x, y=y)).candidate("a").status == status


def test_thresholds_of_group_and_criterion_exclude_with_their_reason() -> None:
    scorecard = card((1, [linear("x", minimum=50)]), (3, [linear("y")]))
    assert (
        run(scorecard, vendor("a", x=49, y=100)).candidate("a").reason
        == "x: 49.0 points, under the minimum of 50"
    )
    grouped = replace(scorecard, groups=(replace(scorecard.groups[0], minimum=50, criteria=(
        replace(scorecard.groups[0].criteria[0], minimum=None),)), scorecard.groups[1]))  # fmt: skip
    line = run(grouped, vendor("a", x=49, y=100)).candidate("a")
    assert (line.status, line.total, line.rank, line.rank_acceptability) == ("excluded", None, None, None)
    assert line.reason is not None
    assert line.reason.startswith("g0: 49.0 points")
