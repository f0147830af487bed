"""The results page: candidates side by side, who differs, by class, where each errs, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from app.charts import forest_cell, forest_window, heat_class
from app.core.pilots.statistics import MIN_ANNOTATORS
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.templating import Page
from app.kit.ui import Fact
from app.pilots.figures import ReturnRow, learning_chart, return_rows
from app.pilots.schemas import BY_CLASS, CLASS_ITEMS, METRICS, REVIEWED
from app.pilots.service import CandidateResult, PilotComparison
from app.pilots.service.verdict import peers_of, verdict
from app.pilots.views.choice import Choice
from app.pilots.views.costs import CostRow, cost_rows
from app.pilots.views.errors import CLASSES, ErrorCard, HeatCell, HeatRow, error_card
from app.pilots.views.labelers import LabelerCard, labeler_cards
from app.pilots.views.links import Links
from app.pilots.views.promises import PromiseRow, promise_rows
from app.pilots.views.speed import SpeedRow, speed_rows
from app.pilots.views.standing import Standing
from app.pilots.wording import digits_of, rate, volume_heads


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate of the main table, figures as text."""

    name: str
    sub: str
    href: str
    leads: bool
    chart: Markup
    value: str
    interval: str
    seconds: str
    wrong: str
    per_day: str
    cost: str
    cost_note: str
    annotators: str
    few: bool
    flags: str
    flags_kind: str
    misses: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two candidates: the difference with its interval and what may be concluded."""

    names: str
    difference: str
    interval: str
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class SettleRow:
    """One thing to look at before signing."""

    text: str
    figure: str
    href: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything below the head once the comparison is there."""

    verdict_line: str
    verdict_text: str
    caption: str
    metric: str
    unit: str
    currency: str
    rows: tuple[CandidateRow, ...]
    names: tuple[str, ...]
    promises: tuple[PromiseRow, ...]
    classes: tuple[str, ...]
    more_classes: str
    heat: tuple[HeatRow, ...]
    pairs: tuple[PairRow, ...]
    errors: tuple[ErrorCard, ...]
    volumes: tuple[str, ...]
    costs: tuple[CostRow, ...]
    returns: tuple[ReturnRow, ...]
    speed: tuple[SpeedRow, ...]
    learning: Markup | None
    mixed: str
    settle: tuple[SettleRow, ...]
    between: tuple[Fact, ...]
    labelers: tuple[LabelerCard, ...]
    warnings: tuple[str, ...]
    method: str


@dataclass(frozen=True, slots=True)
class ResultsPage(Page):
    """The results, or how far their computation has come."""

    template: ClassVar[str] = "pilots/results.html"
    partial: ClassVar[str] = "pilots/_results.html"

    frame: EvaluationFrame
    base: str
    query: str
    report: str
    subtitle: str
    standing: Standing
    may_edit: bool
    look: str
    choice: Choice | None
    results: Results | None


def results_view(
    found: PilotComparison,
    names: Mapping[str, str],
    *,
    base: str,
    query: Mapping[str, object],
    shows_prices: bool,
) -> Results:
    """The page's content; `names` says what each code is called for this reader, `query` the scope of links."""
    to = Links(base, query)
    peers, (line, text) = peers_of(found)[0], verdict(found, names)
    window = forest_window([v for one in found.candidates for v in _ends(found, one)] + [found.floor])
    shown = _largest_classes(found)
    return Results(
        verdict_line=line,
        verdict_text=text,
        caption=_caption(found),
        metric=found.metric_name,
        unit=found.unit,
        currency=found.currency,
        rows=tuple(
            _row(found, one, names, to, window, one in peers, shows_prices) for one in found.candidates
        ),
        names=tuple(names[one.code] for one in found.candidates),
        promises=promise_rows(found, to),
        classes=shown,
        more_classes=_more(len(shown), len(found.classes)),
        heat=tuple(_heat(one, names, shown, to) for one in found.candidates),
        pairs=_pairs(found, names),
        errors=tuple(error_card(found, one, names, to) for one in found.candidates),
        **(_money(found, names) if shows_prices else _NO_MONEY),
        speed=speed_rows(found, names),
        learning=learning_chart(found, names),
        mixed=_mixed(found, names),
        settle=_settle(found, names, to),
        between=tuple(Fact(*one) for one in found.between),
        labelers=labeler_cards(found, names, to),
        warnings=_warnings(found, names),
        method=_method(found),
    )


_NO_MONEY: dict[str, Any] = {"volumes": (), "costs": (), "returns": ()}


def _money(found: PilotComparison, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "volumes": volume_heads(found.volumes),
        "costs": cost_rows(found, names),
        "returns": return_rows(found, names),
    }


def _more(shown: int, classes: int) -> str:
    told = f"{shown} of {classes} classes, the most frequent; all stand in the Excel file"
    return told if shown < classes else ""


def _ends(found: PilotComparison, one: CandidateResult) -> tuple[float | None, ...]:
    figure = one.metrics[found.metric]
    return figure.value, figure.low, figure.high


def _caption(found: PilotComparison) -> str:
    overlap = f" at IoU {found.iou:g}" if found.iou is not None else ""
    better = "; lower is better" if found.lower_is_better else ""
    bound = "limit" if found.lower_is_better else "floor"
    floor = f"; dashed line: {bound} {wording.number(found.floor, 2)}" if found.floor is not None else ""
    return f"{found.metric_name}{overlap}, 95 % over items{better}{floor}"


def _row(
    found: PilotComparison,
    one: CandidateResult,
    names: Mapping[str, str],
    to: Links,
    window: tuple[float, float],
    leads: bool,
    shows_prices: bool,
) -> CandidateRow:
    figure = one.metrics[found.metric]
    expected = next((cost for cost in one.costs if cost.volume == "expected"), None) if shows_prices else None
    few = one.annotators is None or one.annotators < MIN_ANNOTATORS
    return CandidateRow(
        name=names[one.code],
        sub=_sub(one, names[one.code]),
        href=to.items(candidate=one.code),
        leads=leads,
        chart=forest_cell(
            figure.value, figure.low, figure.high,
            window=window, floor=found.floor, name=f"{names[one.code]}, {found.metric_name}", leader=leads,
        ),
        value=wording.number(figure.value, digits_of(found.metric)),
        interval=wording.interval(figure.low, figure.high, digits_of(found.metric)),
        seconds=wording.number(one.pace.seconds_per_label, 1) if one.pace else wording.DASH,
        wrong=wording.percent(one.fp / (one.tp + one.fp), 1) if one.tp + one.fp else wording.DASH,
        per_day=wording.number(one.pace.per_annotator_day) if one.pace else wording.DASH,
        cost=rate(expected.per_accepted if expected else None, found.currency),
        cost_note=one.price_note if shows_prices and expected is None else "",
        annotators=wording.number(one.annotators),
        few=few,
        flags=f"{len(one.anomalies)} {wording.plural('flag', len(one.anomalies))}" if one.anomalies else "none",
        flags_kind="warn" if one.anomalies else "",
        misses=_misses(found, one),
    )  # fmt: skip


def _sub(one: CandidateResult, name: str) -> str:
    parts = (
        one.code if one.code not in name else "",
        f"round {one.round}" if one.round > 1 else "",
        "delivered late" if one.is_late else "",
        f"{one.missing} items missing" if one.missing else "",
    )
    return " · ".join(part for part in parts if part)


def _warnings(found: PilotComparison, names: Mapping[str, str]) -> tuple[str, ...]:
    repaired = [f"Repaired: {one}" for one in _renamed(found.repairs, names)]
    return (*_renamed(found.warnings, names), *_unheld(found), *repaired)


def _unheld(found: PilotComparison) -> list[str]:
    """The classes whose floor decides nothing, where classes have floors: the table shows no mark on them."""
    if not any(promise.metric == BY_CLASS for one in found.candidates for promise in one.promises):
        return []
    counts = {name: score.gold for one in found.candidates for name, score in one.by_class.items()}
    few = ", ".join(
        f"“{name}” ({wording.number(counts[name], 0)})"
        for name in found.classes
        if 0 < counts.get(name, 0) < CLASS_ITEMS
    )
    return [f"Under {CLASS_ITEMS} in the gold, so not held to a floor: {few}."] if few else []


def _misses(found: PilotComparison, one: CandidateResult) -> str:
    if not one.misses:
        return ""
    known = {**METRICS[found.task], **REVIEWED}  # type: ignore[index]
    named = [promise.label or known[promise.metric] for promise in one.misses]
    return f"promise missed: {', '.join(named[:3])}" + (f" and {len(named) - 3} more" if named[3:] else "")


def _largest_classes(found: PilotComparison) -> tuple[str, ...]:
    counts = dict.fromkeys(found.classes, 0.0)
    for one in found.candidates:
        for name, score in one.by_class.items():
            counts[name] = max(counts[name], score.gold)
    largest = sorted(found.classes, key=lambda name: (-counts[name], name))
    return tuple(largest[:CLASSES])


def _mixed(found: PilotComparison, names: Mapping[str, str]) -> str:
    """The ranking figure at the production mix, in one sentence."""
    told = [
        f"{names[one.code]} {wording.number(one.standardised.value, digits_of(found.metric))}"
        f" ({wording.interval(one.standardised.low, one.standardised.high, digits_of(found.metric))})"
        for one in found.candidates
        if one.standardised and one.standardised.value is not None
    ]
    return f"{found.metric_name} at the production mix: {'; '.join(told)}." if told else ""


def _heat(one: CandidateResult, names: Mapping[str, str], classes: tuple[str, ...], to: Links) -> HeatRow:
    low = {promise.label for promise in one.misses if promise.metric == "by_class.f1"}
    return HeatRow(
        names[one.code],
        tuple(
            _heat_cell(one, name, name in low, to.items(candidate=one.code, kind="error", label=name))
            for name in classes
        ),
    )


def _heat_cell(one: CandidateResult, name: str, is_low: bool, href: str) -> HeatCell:
    score = one.by_class.get(name)
    if score is None or score.f1 is None:
        return HeatCell(wording.DASH, "heat-none", "does not occur", "")
    title = f"{wording.interval(score.low, score.high, 2)}, {score.gold:g} in the gold"
    few = " (few)" if score.gold < CLASS_ITEMS else ""
    text = f"{wording.number(score.f1, 2)}{' ▾' if is_low else ''}"
    return HeatCell(text, heat_class(score.f1, 0.4, 1.0), title + few, href)


def _pairs(found: PilotComparison, names: Mapping[str, str]) -> tuple[PairRow, ...]:
    """Every pair, the better one first, in the order of the table."""
    digits = digits_of(found.metric)
    return tuple(
        PairRow(
            names=f"{names[one.a]} − {names[one.b]}",
            difference=wording.signed(one.value, digits),
            interval=wording.interval(one.low, one.high, digits),
            word="different" if one.distinguishable else "not distinguishable",
            kind="ok" if one.distinguishable else "",
        )
        for one in found.best_first_pairs()
    )


def _settle(found: PilotComparison, names: Mapping[str, str], to: Links) -> tuple[SettleRow, ...]:
    base = to.base
    out = [
        SettleRow("Items where candidates differ most", "items", to.items(sort="spread")),
        SettleRow(
            "Gold in doubt: candidates agree against it",
            str(found.disputed or "none"),
            f"{base}/adjudication",
        ),
        SettleRow(
            "Items side by side where candidates and gold differ", "gallery", f"{base}/results/gallery"
        ),
        SettleRow("Blind review of random items", "review", f"{base}/review"),
        SettleRow("Issues on items", "issues", f"{base}/issues"),
    ]
    for one in found.candidates:
        out += _settle_one(one, names[one.code], to)
    if found.criteria_locked_at is None:
        out.append(SettleRow("Criteria are not locked", "", ""))
    return tuple(out)


def _settle_one(one: CandidateResult, name: str, to: Links) -> list[SettleRow]:
    out = []
    if one.missing:
        href = to.items(candidate=one.code, show="absent")
        out.append(SettleRow(f"{name}: items missing, counted as wrong", str(one.missing), href))
    flagged = to.items(candidate=one.code, show="flagged")
    if far := [each for each in one.anomalies if each.kind in ("fast", "slow")]:
        fast = sum(1 for each in far if each.kind == "fast")
        text = f"{name}: times far from its others, {fast} fast and {len(far) - fast} slow"
        out.append(SettleRow(text, str(len(far)), flagged))
    if one.flags:
        out.append(SettleRow(f"{name}: reasons to look at labelers", str(len(one.flags)), flagged))
    if one.annotators is not None and one.annotators < MIN_ANNOTATORS:
        text = f"{name}: few annotators to speak of the vendor in general"
        out.append(SettleRow(text, str(one.annotators), ""))
    return out


def _renamed(lines: tuple[str, ...], names: Mapping[str, str]) -> list[str]:
    """Sentences of the engine speak of codes; whoever may know the names reads those."""
    out = []
    for line in lines:
        code, colon, rest = line.partition(": ")
        out.append(f"{names[code]}: {rest}" if colon and code in names else line)
    return out


def _method(found: PilotComparison) -> str:
    overlap = f" · right from IoU {found.iou:g}" if found.iou is not None else ""
    return (
        f"Result {found.revision} · gold version {found.gold} ({found.gold_digest[:12]}) · "
        f"{wording.number(found.resamples)} resamples, seed {found.seed}{overlap} · {found.engine} · "
        f"inputs {found.digest[:12]}"
    )
