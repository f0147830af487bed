import pytest

from benchmarks import __main__ as table
from benchmarks.rows import Figure, Row, side_by_side
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
    assert table.cells(row, Figure(1.5, 1.0))[3:5] == ("1.50", "≤ 1.5: reached")
    assert table.cells(row, Figure(1.6, 1.0))[3:5] == ("1.60", "≤ 1.5: missed")


def test_an_unknown_row_is_refused_with_the_known_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["nonsense"]) == 2
    assert "known are start" in capsys.readouterr().err


def test_the_bare_peer_serves_its_page(tmp_path: object) -> None:
    assert 0 < first_page("bare", str(tmp_path)) < 60
