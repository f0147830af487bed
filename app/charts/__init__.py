"""Numbers to SVG strings: pure functions that draw the same chart for a screen and for a printed page.

Widths are CSS pixels at which the chart is shown (an A4 page inside its margins is 672 wide, half of it 330).
"""

from app.charts.bars import Bar, Count, Stack, diverging, error_strip, stacked
from app.charts.cells import DrawnShape, box_ring, forest_cell, forest_window, shapes_on_item
from app.charts.heat import heat_class, heat_step
from app.charts.intervals import ForestRow, ScoreRow, forest, ranking, score_interval
from app.charts.lines import Reign, Series, line_chart, winner_map
from app.charts.tornado import Swing, tornado

__all__ = [
    "Bar",
    "Count",
    "DrawnShape",
    "ForestRow",
    "Reign",
    "ScoreRow",
    "Series",
    "Stack",
    "Swing",
    "box_ring",
    "diverging",
    "error_strip",
    "forest",
    "forest_cell",
    "forest_window",
    "heat_class",
    "heat_step",
    "line_chart",
    "ranking",
    "score_interval",
    "shapes_on_item",
    "stacked",
    "tornado",
    "winner_map",
]
