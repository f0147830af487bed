"""Figures of a comparison as a table, and what each code is called for a reader."""

from collections.abc import Mapping

from babel.numbers import get_currency_precision

from app.core.pilots.cost import Cost
from app.evaluations import service as evaluations
from app.kit.db import ReadSession
from app.kit.spreadsheet import Cell
from app.pilots.schemas import REVIEWED
from app.pilots.service.access import PilotAccess
from app.pilots.service.comparison import CandidateResult, PilotComparison
from app.pilots.service.kept import REVIEW

_REVIEWED = ["first_pass", "first_pass_low", "first_pass_high", "first_pass_judged", "first_pass_source",
             "first_pass_verdict"]  # fmt: skip


def names_of(session: ReadSession, found: PilotAccess) -> Mapping[str, str]:
    """Code -> what this reader may call the candidate."""
    views = evaluations.candidates_of(session, found.evaluation.id)
    return {view.candidate.code: found.shown(view) for view in views}


def table_of(
    found: PilotComparison, names: Mapping[str, str], *, with_prices: bool
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and one row per candidate; unknown figures are empty, prices in major units per label."""
    first = found.candidates[0]
    header = ["candidate", "code", "round", "late", "items", "items_missing", "annotators", "labels"]
    for name in first.metrics:
        header += [name, f"{name}_low", f"{name}_high", f"{name}_low_general", f"{name}_high_general"]
    header += _REVIEWED if first.reviewed else []
    header += list(first.errors)
    header += ["seconds_per_label", "accepted_per_annotator_day", "anomalies"]
    if with_prices:
        header += [f"{volume}_per_accepted_{found.currency}" for volume in ("low", "expected", "high")]
    header += [f"f1 {name}" for name in found.classes]
    return header, [_row(found, one, names, with_prices) for one in found.candidates]


def _row(
    found: PilotComparison, one: CandidateResult, names: Mapping[str, str], with_prices: bool
) -> list[Cell]:
    row: list[Cell] = [
        names[one.code], one.code, one.round, "yes" if one.is_late else "",
        one.items, one.missing, one.annotators, one.labels,
    ]  # fmt: skip
    for figure in one.metrics.values():
        row += [figure.value, figure.low, figure.high, figure.low_general, figure.high_general]
    row += _reviewed(one) if one.reviewed else []
    row += list(one.errors.values())
    row += [
        one.pace.seconds_per_label if one.pace else None,
        one.pace.per_annotator_day if one.pace else None,
        len(one.anomalies),
    ]
    if with_prices:
        by_volume = {cost.volume: cost for cost in one.costs}
        row += [_major(by_volume.get(name), found.currency) for name in ("low", "expected", "high")]
    return row + [one.by_class[name].f1 if name in one.by_class else None for name in found.classes]


def _reviewed(one: CandidateResult) -> list[Cell]:
    """First-pass acceptance, where it was promised: the only figure of the table that people measure."""
    told = one.reviewed
    if told is None:
        return []
    source = f"{REVIEW} {told.number}" if told.number else REVIEW
    verdicts = [
        f"{each.of} {'reached' if each.met else 'not reached'}"
        for each in one.promises
        if each.metric in REVIEWED
    ]
    word = ", ".join([*verdicts, *([told.note] if told.note else [])])
    return [told.share.value, told.share.low, told.share.high, told.judged, source, word]


def _major(cost: Cost | None, currency: str) -> float | None:
    if cost is None or cost.per_accepted is None:
        return None
    return round(float(cost.per_accepted / 10 ** get_currency_precision(currency)), 6)
