"""Whether candidates fit a scorecard: every unknown name, label, number out of order, all at once."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from app.core.numbers import is_number
from app.core.scoring.reader import Reader, kind_of, nearest
from app.core.scoring.spec import (
    CELL_STATUSES,
    Candidate,
    Cell,
    Criterion,
    Flag,
    Levels,
    Natural,
    Need,
    Price,
    Scorecard,
)

MAX_CANDIDATES = 500


def check_candidates(
    reader: Reader, scorecard: Scorecard, candidates: Sequence[Candidate], faulty: Collection[str] = ()
) -> None:
    """Add a problem with a path such as `vendors[2].cells.f1.low` for everything that does not fit.

    `faulty`: criteria of the scorecard that could not be read; their cells are passed over.
    """
    if len(candidates) > MAX_CANDIDATES:
        reader.problem("vendors", f"has {len(candidates)} entries; at most {MAX_CANDIDATES} are accepted")
    criteria = {criterion.id: criterion for criterion in scorecard.criteria}
    requirements = {requirement.id for requirement in scorecard.requirements}
    seen: set[str] = set()
    for i, candidate in enumerate(candidates):
        where = f"vendors[{i}]"
        if candidate.id in seen:
            reader.problem(f"{where}.id", f"'{candidate.id}' stands twice; ids must differ")
        seen.add(candidate.id)
        for name, cell in candidate.cells.items():
            path = f"{where}.cells.{name}"
            if name in faulty or (reader.blind and name not in criteria):
                continue
            if name not in criteria:
                reader.problem(path, f"no criterion '{name}' in the scorecard{nearest(name, criteria)}")
            else:
                _check_cell(reader, criteria[name], cell, path)
        for k, waiver in enumerate(candidate.waivers):
            if not reader.flawed and waiver.requirement not in requirements:
                hint = nearest(waiver.requirement, requirements)
                reader.problem(
                    f"{where}.waivers[{k}].requirement", f"no requirement '{waiver.requirement}'{hint}"
                )


def check_need(reader: Reader, scorecard: Scorecard, need: Need) -> None:
    """Requirements that hang on the need can only be decided when the need says so."""
    asked: dict[str, list[str]] = {}
    for requirement in scorecard.requirements:
        for key in (*requirement.when, *requirement.except_when):
            asked.setdefault(key, []).append(requirement.id)
    for key, names in asked.items():
        if key not in need:
            listed = ", ".join(dict.fromkeys(names))
            reader.problem(f"need.{key}", f"missing; these requirements depend on it: {listed}")
    for key in need:
        if key not in asked:
            reader.problem(f"need.{key}", f"no requirement depends on it{nearest(key, asked)}; remove it")


def _check_cell(reader: Reader, criterion: Criterion, cell: Cell, where: str) -> None:
    given: Mapping[str, Natural] = {
        key: value
        for key, value in (("low", cell.low), ("mid", cell.mid), ("high", cell.high))
        if value is not None
    }
    if cell.status not in CELL_STATUSES:
        reader.choice(cell.status, f"{where}.status", CELL_STATUSES)
    elif cell.status not in ("verified", "claimed"):
        if given:
            reader.problem(
                where, f"a cell that is {cell.status} holds no value; remove the value or the status"
            )
        return
    elif not given:
        reader.problem(where, f"a cell that is {cell.status} needs a value; without one its status is open")
    if cell.mid is None and len(given) == 1:
        key = "high" if "low" in given else "low"
        reader.problem(f"{where}.{key}", "missing; give both ends, or value alone")
    if cell.in_points and not isinstance(criterion.scale, Levels):
        reader.problem(f"{where}.scale", "points are accepted for levels only; give natural units")
        return
    before = len(reader.problems)
    for key, value in given.items():
        _check_natural(reader, criterion, cell, value, f"{where}.{key}" if len(given) > 1 else where)
    if len(reader.problems) == before:
        _check_order(reader, criterion, cell, given, where)


def _check_natural(reader: Reader, criterion: Criterion, cell: Cell, value: Natural, where: str) -> None:
    scale = criterion.scale
    if cell.in_points:
        reader.number(value, where, low=0, high=100)
    elif isinstance(scale, Levels):
        if not isinstance(value, str):
            reader.problem(where, f"must be one of {', '.join(scale.points)}, not {kind_of(value)}")
        elif value not in scale.points:
            hint = nearest(value, scale.points) or f"; known here: {', '.join(scale.points)}"
            reader.problem(where, f"no level '{value}' in '{criterion.id}'{hint}")
    elif isinstance(scale, Flag):
        if not isinstance(value, bool):
            reader.problem(where, f"must be true or false, not {kind_of(value)}")
    elif not is_number(value):
        reader.number(value, where)
    elif isinstance(scale, Price) and value < 0:
        reader.problem(where, f"a price cannot be negative, {value:g}")


def _check_order(
    reader: Reader, criterion: Criterion, cell: Cell, given: Mapping[str, Natural], where: str
) -> None:
    scale = criterion.scale
    points = scale.points if isinstance(scale, Levels) and not cell.in_points else None
    keys = [key for key in ("low", "mid", "high") if key in given]
    for lower, upper in pairwise(keys):
        a, b = given[lower], given[upper]
        left, right = (points[str(a)], points[str(b)]) if points else (a, b)
        if left > right:  # type: ignore[operator]
            reader.problem(f"{where}.{lower}", f"{a} is above {upper}, {b}; swap them or correct one")
