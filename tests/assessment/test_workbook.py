"""The workbook computes the totals again, read with a small evaluator of exactly the formulas it writes."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest

from app.assessment import service
from app.evaluations.models import Governance
from app.kit.db import Database
from tests.assessment.world import World, make_world

EVERY_KIND = """
format: assay/scorecard@1
id: small
version: 1
name: Every kind
scorecard:
  groups:
    - id: quality
      name: Quality
      weight: 7
      criteria:
        - {id: f1, name: F1, weight: 50, kind: linear, unit: share, worst: 0.8, best: 1.0, from: {pilot: f1}}
        - {id: ramp, weight: 20, kind: piecewise, knots: [[1, 0], [1.5, 80], [2.5, 100]], from: {pilot: ramp}}
        - id: process
          name: Quality process
          weight: 30
          kind: levels
          levels: {none: 0, written: 40, measured: 80, managed: 100}
          from: {rating: true}
    - id: terms
      name: Terms
      weight: 3
      criteria:
        - {id: team, name: Dedicated team, weight: 2, kind: flag, from: {rating: true}}
        - {id: cost, name: Cost, weight: 5, kind: price, METHOD, from: {cost: per_accepted}}
"""
METHODS = (
    "method: absolute_linear",
    "method: lowest_price_ratio",
    "method: award_on_value, points_worth: 0.002",
    "method: price_per_quality_point, quality_minimum: 10",
    "method: lowest_price_technically_acceptable, quality_minimum: 10",
)


def filled(db: Database, method: str) -> World:
    card = EVERY_KIND.replace("METHOD", method)
    absolute = "absolute" in method
    world = make_world(db, governance=Governance.SOLO, card=card, prices=absolute)
    for name, f1, ramp, level, team, cost in (
        ("Northwind Labels", 0.96, 2.0, "measured", True, 0.08),
        ("Harbor Annotation", 0.93, 1.25, "written", False, 0.05),
        ("Polyline Data", 0.88, 1.1, "managed", True, 0.066),
    ):
        world.value(name, "f1", f1, low=f1 - 0.01, high=f1 + 0.02)
        world.value(name, "ramp", ramp, status="claimed")
        world.value(name, "cost", cost)
        world.rate(world.lead, name, "process", level)
        world.rate(world.lead, name, "team", team)
    return world


@pytest.mark.parametrize("method", METHODS)
def test_workbook_formulas_compute_totals_and_intervals_again(db: Database, method: str) -> None:
    found = filled(db, method).analysis()
    ranked = [line.line for line in found.candidates if line.line.rank is not None]
    assert len(ranked) == 3
    with zipfile.ZipFile(io.BytesIO(service.result_workbook(found))) as book:
        points = cells(book.read("xl/worksheets/sheet2.xml"))
        result = cells(book.read("xl/worksheets/sheet1.xml"))
    last = max(int(name[1:]) for name in points if name.startswith("F"))
    weights = {row: weight(points[f"F{row}"][0], points) for row in range(2, last + 1)}
    assert sum(weights.values()) == pytest.approx(1)
    for row, line in enumerate(ranked, 2):
        for column, stated in (("C", line.low), ("D", line.total), ("E", line.high)):
            formula, cached = result[f"{column}{row}"]
            assert float(cached) == stated
            assert total(formula, weights, points, last) == pytest.approx(stated, abs=1e-4)


def cells(sheet: bytes) -> dict[str, tuple[str, str]]:
    """Name of a cell -> (formula, value)."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return {
        cell.get("r", ""): (cell.findtext(f"{space}f", ""), cell.findtext(f"{space}v", ""))
        for cell in ET.fromstring(sheet).iter(f"{space}c")
    }


def weight(formula: str, points: dict[str, tuple[str, str]]) -> float:
    """=C2*D2/E2/SUMPRODUCT(C$2:C$6*D$2:D$6/E$2:E$6), read cell by cell."""
    found = re.fullmatch(r"C(\d+)\*D\1/E\1/SUMPRODUCT\(C\$2:C\$(\d+)\*D\$2:D\$\2/E\$2:E\$\2\)", formula)
    assert found is not None, formula

    def part(row: int) -> float:
        group, own, inside = (float(points[f"{column}{row}"][1]) for column in "CDE")
        return group * own / inside

    return part(int(found[1])) / sum(part(row) for row in range(2, int(found[2]) + 1))


def total(formula: str, weights: dict[int, float], points: dict[str, tuple[str, str]], last: int) -> float:
    """=SUMPRODUCT(Points!$F$2:$F$6,Points!H$2:H$6)."""
    found = re.fullmatch(rf"SUMPRODUCT\(Points!\$F\$2:\$F\${last},Points!(\w+)\$2:\1\${last}\)", formula)
    assert found is not None, formula
    return sum(share * float(points[f"{found[1]}{row}"][1]) for row, share in weights.items())
