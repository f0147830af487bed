import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import __main__ as table
from benchmarks.rows import Figure, Row, Unmeasured, library, side_by_side, timed
from benchmarks.start import first_page


def test_side_by_side_alternates_and_takes_medians() -> None:
    turns: list[str] = []
    ours, peer = iter([9.0, 1.0, 5.0, 2.0]), iter([9.0, 2.0, 2.0, 8.0])

    def run(name: str, times: object) -> float:
        turns.append(name)
        return next(times)  # type: ignore[call-overload]

    figure = side_by_side(lambda: run("a", ours), lambda: run("b", peer), rounds=3)
    assert (figure.ours, figure.peer, figure.ratio) == (2.0, 2.0, 1.0)
    assert turns == ["a", "b"] * 4


def test_a_row_says_whether_its_aim_was_reached() -> None:
    row = Row(name="x", work="work", peer="peer", at_most=1.5, measure=lambda: Figure(1.0, 1.0))
    assert table.cells(row, Figure(1.5, 1.0))[3:] == ("1.500", "≤ 1.5: reached", "peer")
    assert table.cells(row, Figure(1.6, 1.0, "half of it"))[3:] == (
        "1.600",
        "≤ 1.5: missed",
        "peer; half of it",
    )


def test_a_row_without_an_aim_is_only_shown() -> None:
    row = Row(name="x", work="work", peer="peer", at_most=None, measure=lambda: Figure(9.0, 1.0))
    assert table.cells(row, Figure(9.0, 1.0))[3:5] == ("9.000", "shown")


def unmeasured() -> Figure:
    raise Unmeasured("the peer is not there")


@pytest.mark.parametrize(
    ("measure", "code"), [(lambda: Figure(1.0, 1.0), 0), (lambda: Figure(2.0, 1.0), 1), (unmeasured, 2)]
)
def test_the_exit_code_tells_the_worst_row(
    measure: Callable[[], Figure], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Row(name="good", work="work", peer="peer", at_most=1.5, measure=lambda: Figure(1.0, 1.0))
    monkeypatch.setattr(table, "ROWS", (Row("x", "work", "peer", 1.5, measure), good))
    assert table.main([]) == code
    assert table.main(["good"]) == 0


def test_a_part_of_the_work_is_scaled_to_the_whole() -> None:
    assert timed(lambda: time.sleep(0.01), times=20)() > 0.2


def test_a_peer_that_is_not_installed_leaves_the_row_unmeasured() -> None:
    with pytest.raises(Unmeasured, match="make bench"):
        library("no_such_library")


def test_an_unknown_row_is_refused_with_the_known_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["nonsense"]) == 2
    assert "known are scoring" in capsys.readouterr().err


def test_the_bare_peer_serves_its_page(tmp_path: Path) -> None:
    assert 0 < first_page("bare", tmp_path) < 60
