"""What charts promise at the edges: nothing, one, equal, negative, missing, hostile and overlong input."""

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import charts
from app.charts import Bar, Count, ForestRow, Reign, ScoreRow, Series, Stack, svg
from app.charts.scale import around, linear, tick_decimals, ticks
from app.core.errors import Invalid

NS = "{http://www.w3.org/2000/svg}"
FINITE = st.floats(-1e6, 1e6)


def words(chart: str) -> str:
    found = ET.fromstring(chart).find(f"{NS}desc")
    assert found is not None
    return found.text or ""


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        (charts.diverging([], title="Lead"), "There is nothing to compare."),
        (charts.ranking([]), "No candidate could be ranked."),
        (charts.forest([], measure="F1"), "No candidate has delivered yet."),
        (charts.stacked([], ("a",), title="Points"), "There is nothing to add up."),
        (charts.error_strip([]), "Nothing was counted."),
        (charts.error_strip([Count("ok", 0, "good")]), "Nothing was counted."),
        (
            charts.line_chart([Series("a", ())], title="t", x_name="x", y_name="y"),
            "Nothing was measured yet.",
        ),
        (charts.winner_map([], weight=0.2, name="price"), "No candidate could be ranked."),
    ],
)
def test_no_data_says_so_in_the_charts_place(chart: str, said: str) -> None:
    assert words(chart) == said
    assert f">{said}</text>" in chart


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "draw",
    [
        lambda v: charts.score_interval(0, v, 100),
        lambda v: charts.ranking([ScoreRow("a", 0, v, 100)]),
        lambda v: charts.forest([ForestRow("a", v, None, None)], measure="F1"),
        lambda v: charts.diverging([Bar("a", v)], title="t"),
        lambda v: charts.stacked([Stack("a", (v,), "1")], ("x",), title="t"),
        lambda v: charts.line_chart([Series("a", ((0, v),))], title="t", x_name="x", y_name="y"),
        lambda v: charts.winner_map([Reign(0, v, "a")], weight=0.5, name="x"),
        charts.heat_class,
    ],
)
def test_a_value_that_is_no_number_is_refused(draw: object, value: float) -> None:
    with pytest.raises(Invalid, match="None where a value is missing"):
        draw(value)  # type: ignore[operator]


def test_outside_text_is_escaped_in_marks_titles_and_descriptions() -> None:
    chart = charts.diverging([Bar("<script>&\"'", 1.0)], title="</title><b>")
    assert "<script>" not in chart
    assert "<b>" not in chart
    assert words(chart) == "<script>&\"' +1.0"


def test_a_long_name_is_cut_and_stays_whole_in_its_title_and_the_description() -> None:
    name = "Consolidated Annotation and Data Services International"
    chart = charts.ranking([ScoreRow(name, 10, 20, 30)])
    text = ET.fromstring(chart).find(f"{NS}text[{NS}title]")
    assert text is not None
    title = text.find(f"{NS}title")
    assert title is not None
    assert title.text == name
    assert (title.tail or "").endswith("…")
    assert name in words(chart)


@pytest.mark.parametrize("name", ["alpha", "vendor", "North Labs", "K7", "abcdefghijklm", "Łódź-3", "x" * 7])
def test_the_longest_name_of_a_column_stands_whole(name: str) -> None:
    assert "…" not in charts.forest([ForestRow(name, 0.5, 0.4, 0.6, leader=True)], measure="F1", width=672)
    assert "…" not in charts.ranking([ScoreRow(name, 40, 50, 60, leader=True)])


def test_bars_point_away_from_zero_by_sign_and_to_scale() -> None:
    chart = charts.diverging([Bar("up", 2.0), Bar("down", -1.0)], title="Lead")
    up, down = ET.fromstring(chart).findall(f"{NS}rect")
    assert float(up.get("x", "")) == pytest.approx(
        float(down.get("x", "")) + float(down.get("width", "")), abs=0.02
    )
    assert float(up.get("width", "")) == pytest.approx(2 * float(down.get("width", "")), abs=0.03)
    assert (up.get("class"), down.get("class")) == ("c-accent", "c-warn")


@pytest.mark.parametrize("value", [0.0, -0.04, 0.04])
def test_a_difference_that_rounds_to_zero_has_no_sign(value: float) -> None:
    assert words(charts.diverging([Bar("same", value)], title="Lead")) == "same 0.0"


@given(st.lists(FINITE, min_size=1, max_size=12))
def test_diverging_bars_stay_inside_the_picture(values: list[float]) -> None:
    chart = charts.diverging([Bar("n", v) for v in values], title="t", width=330)
    for rect in ET.fromstring(chart).iter(f"{NS}rect"):
        assert float(rect.get("x", "")) >= 0
        assert float(rect.get("x", "")) + float(rect.get("width", "")) <= 330.02


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=12))
def test_ranking_points_lie_inside_their_bands(triples: list[tuple[float, float, float]]) -> None:
    rows = [ScoreRow("n", *sorted(t)) for t in triples]
    root = ET.fromstring(charts.ranking(rows))
    for rect, circle in zip(root.iter(f"{NS}rect"), root.iter(f"{NS}circle"), strict=True):
        left, width = float(rect.get("x", "")), float(rect.get("width", ""))
        assert left - 0.02 <= float(circle.get("cx", "")) <= left + width + 0.02


def test_equal_values_are_drawn_in_the_middle() -> None:
    assert linear(5, 5, 0, 100)(5) == 50
    chart = charts.line_chart([Series("a", ((0, 3.0), (1, 3.0)))], title="t", x_name="x", y_name="y")
    assert words(chart) == "a: 3.0 to 3.0"


def test_one_point_is_a_dot_and_no_line() -> None:
    root = ET.fromstring(charts.line_chart([Series("a", ((0, 3.0),))], title="t", x_name="x", y_name="y"))
    assert len(root.findall(f"{NS}circle")) == 1
    assert root.find(f"{NS}polyline") is None


def test_a_projection_is_dashed_and_said_in_words() -> None:
    chart = charts.line_chart(
        [Series("a", ((0, 3.0), (1, 2.0), (2, 1.0)), projected=1)], title="t", x_name="x", y_name="y"
    )
    assert [p.get("stroke-dasharray") for p in ET.fromstring(chart).iter(f"{NS}polyline")] == [None, "3 3"]
    assert words(chart).endswith("the last 1 projected")


def test_an_unmeasured_candidate_is_named_and_has_no_mark() -> None:
    chart = charts.forest([ForestRow("Polyline", None, None, None)], measure="F1")
    assert "Polyline not measured" in words(chart)
    assert "<circle" not in chart


def test_a_missing_interval_is_not_drawn() -> None:
    chart = charts.forest([ForestRow("a", 0.9, None, None)], measure="F1")
    assert "<line" not in chart
    assert words(chart) == "a 0.900"


def test_a_score_that_is_not_known_is_a_band_without_a_point() -> None:
    chart = charts.score_interval(0, None, 100)
    assert words(chart) == "no score, range 0.0 to 100.0 of 100"
    assert "<circle" not in chart


def test_stacked_segments_add_up_to_the_scale() -> None:
    chart = charts.stacked([Stack("a", (30.0, 20.0), "50.0")], ("x", "y"), title="t", full=100)
    bars = [
        float(r.get("width", "")) for r in ET.fromstring(chart).iter(f"{NS}rect") if r.get("height") == "12"
    ]
    assert (bars[0] + 1) / (bars[1] + 1) == pytest.approx(1.5, abs=0.01)


def test_every_colour_is_written_as_attribute_and_as_screen_class() -> None:
    chart = charts.forest([ForestRow("a", 0.9, 0.8, 0.95, 0.7, 0.97, leader=True)], measure="F1", floor=0.85)
    for element in ET.fromstring(chart).iter():
        shown = element.get("class", "")
        for prefix, attribute in (("c-", "fill"), ("s-", "stroke")):
            if shown.startswith(prefix):
                assert element.get(attribute) == svg.PALETTE[shown.removeprefix(prefix)]


def test_heat_has_eleven_steps_and_a_class_for_the_missing() -> None:
    assert [charts.heat_step(v) for v in (0, 50, 100, -5, 130)] == [0, 3, 10, 0, 10]
    assert charts.heat_class(None) == "heat-none"
    assert charts.heat_class(0.9, 0.8, 1.0) == "heat-3"
    assert charts.heat_step(1, 1, 1) == 0


def test_the_print_style_tints_every_heat_class() -> None:
    style = (Path(__file__).parents[2] / "app/static/print/document.css").read_text()
    assert set(re.findall(r"\.heat-(\w+) {", style)) == {*map(str, range(11)), "none"}


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (0, 100, (0, 20, 40, 60, 80, 100)),
        (0.82, 0.98, (0.85, 0.9, 0.95)),
        (5, 5, (5,)),
        (0, 5e-324, (0,)),
        (-3, 3, (-2, 0, 2)),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, marks: tuple[float, ...]) -> None:
    assert ticks(low, high) == pytest.approx(marks)


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5))
def test_ticks_never_leave_the_axis(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    assert 1 <= len(marks) <= 8
    assert all(low - span * 1e-6 <= m <= low + span * (1 + 1e-6) for m in marks)


def test_tick_labels_use_as_few_decimals_as_are_exact() -> None:
    assert [tick_decimals(t) for t in ((1, 2), (0.5, 1), (0.85, 0.9), (0.00001,))] == [0, 1, 2, 4]


def test_a_window_widens_equal_values_and_stays_in_bounds() -> None:
    assert around([50], 0.5, 0, 100) == (45, 55)
    assert around([0, 100], 0.1, 0, 100) == (0, 100)
    assert around([], 0.1, 0, 100) == (0, 100)
