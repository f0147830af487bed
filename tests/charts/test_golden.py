"""Every chart drawn once from fixed numbers, byte for byte.

ASSAY_WRITE_GOLDEN=1 writes the files anew: then look at them.
"""

import os
import re
from pathlib import Path

import pytest
from markupsafe import Markup

from app import charts
from app.charts import Bar, Count, ForestRow, Reign, ScoreRow, Series, Stack, Swing

GOLDEN = Path(__file__).parent / "golden"
LONG = "Consolidated Annotation and Data Services International <GmbH> & Co. KG"

DRAWN = {
    "interval": charts.score_interval(75.5, 79.4, 83.2),
    "interval-unscored": charts.score_interval(0, None, 100),
    "ranking": charts.ranking(
        [
            ScoreRow("Northwind", 75.5, 79.4, 83.2, leader=True, note="first in 96%"),
            ScoreRow(LONG, 67.9, 73.9, 80.0, note="first in 4%"),
            ScoreRow("Unknown", 0, None, 100),
        ]
    ),
    "forest": charts.forest(
        [
            ForestRow("Northwind", 0.938, 0.921, 0.952, 0.902, 0.966, leader=True),
            ForestRow("Harbor", 0.931, 0.913, 0.946),
            ForestRow("Polyline", None, None, None),
        ],
        measure="F1 at IoU 0.5",
        floor=0.9,
    ),
    "diverging": charts.diverging(
        [Bar("Assurance", 2.2), Bar("Price", -1.0), Bar("Same", 0.0)], title="Lead"
    ),
    "stacked": charts.stacked(
        [
            Stack("Northwind", (21.0, 24.6, 0.0), "45.6", leader=True),
            Stack("Harbor", (20.0, 23.4, 1.2), "44.6"),
        ],
        ("Capability", "Pilot quality", "Price"),
        title="Points by group",
        full=100,
    ),
    "errors": charts.error_strip(
        [
            Count("ok", 4470, "good"),
            Count("loose", 120, "warn"),
            Count("missing", 222, "bad"),
            Count("extra", 0, "muted"),
        ]
    ),
    "tornado": charts.tornado(
        [Swing("Northwind: Surge capacity", -3.1, 1.2), Swing(f"{LONG}: Price", -0.4, 0.9)],
        lead=2.4,
        title="What moves the lead",
    ),
    "tornado-exact": charts.tornado([], lead=2.4, title="What moves the lead"),
    "lines": charts.line_chart(
        [
            Series("Northwind", ((0, 12.0), (1, 10.0), (2, 9.0), (3, 8.5)), projected=1),
            Series("Harbor", ((0, 10.0), (1, 9.0), (2, 8.6))),
        ],
        title="Seconds per box",
        x_name="week",
        y_name="seconds",
    ),
    "winners": charts.winner_map(
        [Reign(0, 0.62, "Northwind"), Reign(0.62, 1, "Harbor")], weight=0.2, name="price"
    ),
}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_fixed_numbers_draw_the_same_bytes(name: str) -> None:
    file = GOLDEN / f"{name}.svg"
    if os.environ.get("ASSAY_WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(DRAWN[name] + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == DRAWN[name] + "\n"


def test_the_golden_folder_holds_exactly_the_charts_drawn_here() -> None:
    assert {f.stem for f in GOLDEN.glob("*.svg")} == set(DRAWN)


@pytest.mark.parametrize("chart", DRAWN.values(), ids=DRAWN)
def test_a_chart_may_stand_in_any_page_and_is_read_aloud(chart: Markup) -> None:
    assert isinstance(chart, Markup)
    assert 'role="img"' in chart
    assert chart.count("<title>") >= 1
    assert "<desc>" in chart
    assert " id=" not in chart
    assert "style=" not in chart
    assert not re.search(r"\b(nan|inf|None)\b", chart)
