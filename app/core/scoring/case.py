"""A case file of `assay rank` to a scorecard and candidates, reporting every fault at once."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, cast

from app.core.errors import Invalid
from app.core.scoring.check import MAX_CANDIDATES, check_candidates, check_need
from app.core.scoring.parse import read_scorecard
from app.core.scoring.reader import Reader, join
from app.core.scoring.spec import PAPER_STATUSES, Candidate, Case, Cell, Levels, Paper, Scorecard, Waiver

CELL_KEYS = ("value", "low", "mid", "high", "status", "scale")
CASE_KEYS: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("scorecard", "vendors", "decision_date"),
    ("need", "name", "note"),
)
PAPER_KEYS: tuple[tuple[str, ...], tuple[str, ...]] = (("status",), ("until",))
WAIVER_KEYS: tuple[tuple[str, ...], tuple[str, ...]] = (("requirement", "by", "reason"), ("until",))
MAX_WAIVERS = 200
MAX_NAME = 120
VENDOR_KEYS = ("name", "certificates", "documents", "answers", "waivers", "cells")


def parse_case(value: Any, load_scorecard: Callable[[str], Any]) -> Case:
    """The case in `value` (plain values; dates as text or `date`), ready for `analyse`.

    `load_scorecard(path)` returns the plain values of the library file that `scorecard: path` names; what it
    raises as `Invalid` joins the problems. Raises `Invalid("case.invalid")` with every problem of scorecard,
    vendors and date.
    """
    reader = Reader()
    found = reader.mapping(value, "", required=CASE_KEYS[0], optional=CASE_KEYS[1])
    if found is None:
        reader.stop_if_any("case.invalid")
    case = found or {}
    scorecard, faulty = (
        _scorecard(reader, case["scorecard"], load_scorecard) if "scorecard" in case else (None, frozenset())
    )
    on = reader.day(case["decision_date"], "decision_date") if "decision_date" in case else None
    need = _texts_by_key(reader, case.get("need", {}), "need")
    labelled = {c.id for c in scorecard.criteria if isinstance(c.scale, Levels)} if scorecard else set()
    candidates: list[Candidate] = []
    if "vendors" in case:
        for where, item in reader.items(case["vendors"], "vendors", most=MAX_CANDIDATES):
            candidates.append(_candidate(reader, item, where, labelled))
    if scorecard is not None:
        check_candidates(reader, scorecard, candidates, faulty)
    if scorecard is not None and not reader.problems:
        check_need(reader, scorecard, need)
    reader.stop_if_any("case.invalid")
    return Case(cast(Scorecard, scorecard), tuple(candidates), cast(date, on), need)


def _scorecard(
    reader: Reader, value: Any, load: Callable[[str], Any]
) -> tuple[Scorecard | None, frozenset[str]]:
    try:
        tree = load(value) if isinstance(value, str) else value
    except Invalid as failure:
        reader.problems.extend(failure.problems)
        return None, frozenset()
    return read_scorecard(reader, tree, library=False)


def _candidate(reader: Reader, value: Any, where: str, labelled: Collection[str]) -> Candidate:
    found = reader.mapping(value, where, required=("id",), optional=VENDOR_KEYS) or {}
    name = reader.text(found["id"], f"{where}.id", most=MAX_NAME) if "id" in found else None
    cells = {
        key: _cell(reader, item, path, key in labelled)
        for key, path, item in _entries(reader, found, where, "cells")
    }
    papers = [
        {key: _paper(reader, item, path) for key, path, item in _entries(reader, found, where, kind)}
        for kind in ("certificates", "documents")
    ]
    waivers = tuple(
        waiver
        for path, item in reader.items(found.get("waivers", []), f"{where}.waivers", most=MAX_WAIVERS)
        if (waiver := _waiver(reader, item, path))
    )
    answers = _texts_by_key(reader, found.get("answers", {}), f"{where}.answers")
    # A faulty or missing id must not be reported again as a duplicate of another faulty one.
    return Candidate(name or where, cells, papers[0], papers[1], answers, waivers)


def _entries(reader: Reader, found: Mapping[str, Any], where: str, key: str) -> list[tuple[str, str, Any]]:
    value = found.get(key, {})
    if not isinstance(value, Mapping):
        reader.mapping(value, join(where, key))
        return []
    return [(str(name), f"{where}.{key}.{name}", item) for name, item in value.items()]


def _texts_by_key(reader: Reader, value: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        reader.mapping(value, where)
        return {}
    return {
        str(key): reader.texts([item] if isinstance(item, str) else item, f"{where}.{key}")
        for key, item in value.items()
    }


def _cell(reader: Reader, value: Any, where: str, labelled: bool) -> Cell:
    if value is None:
        return Cell(status="open")
    if not isinstance(value, Mapping):
        return Cell(_label(value) if labelled else value)
    found = reader.mapping(value, where, optional=CELL_KEYS) or {}
    if "value" in found and "mid" in found:
        reader.problem(f"{where}.mid", "stands beside value; both mean the same, keep one")
    scale = (
        reader.choice(found["scale"], f"{where}.scale", ("natural", "points")) if "scale" in found else None
    )
    ends = [found.get("value", found.get("mid")), found.get("low"), found.get("high")]
    if labelled and scale != "points":
        ends = [_label(end) for end in ends]
    return Cell(ends[0], ends[1], ends[2], found.get("status", "verified"), scale == "points")


def _label(value: Any) -> Any:
    """Levels may be numbered: 3 is then the label "3", as in the scorecard."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _paper(reader: Reader, value: Any, where: str) -> Paper:
    found = reader.mapping(value, where, required=PAPER_KEYS[0], optional=PAPER_KEYS[1]) or {}
    status = reader.choice(found["status"], f"{where}.status", PAPER_STATUSES) if "status" in found else None
    until = reader.day(found["until"], f"{where}.until") if found.get("until") is not None else None
    return Paper(cast(Any, status or "open"), until)


def _waiver(reader: Reader, value: Any, where: str) -> Waiver | None:
    found = reader.mapping(value, where, required=WAIVER_KEYS[0], optional=WAIVER_KEYS[1])
    if found is None:
        return None
    texts = {
        key: reader.text(found[key], f"{where}.{key}")
        for key in ("requirement", "by", "reason")
        if key in found
    }
    until = reader.day(found["until"], f"{where}.until") if found.get("until") is not None else None
    if len(texts) < 3 or any(text is None for text in texts.values()):
        return None
    return Waiver(str(texts["requirement"]), str(texts["by"]), str(texts["reason"]), until)
