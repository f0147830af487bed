"""What `assay pilot compare --pdf` prints: a comparison of files, without a database behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from markupsafe import Markup

from app import charts
from app.charts import Count, ForestRow
from app.core.pilots.findings import top_confusions
from app.core.pilots.results import Comparison, Stratum, VendorResult
from app.core.pilots.told import between, facts_of, flags_of
from app.core.pilots.words import figure_name, figure_text, item_words, sentences
from app.kit import wording
from app.kit.pdf.parts import Fact, Head
from app.reports.views.document import Table, TableCell, TableRow

_TONES = {"ok": "good", "loose": "warn", "extra": "muted", "duplicate": "muted"}
_CLASSES = 40  # rows of the table of classes


@dataclass(frozen=True, slots=True)
class VendorOutcome:
    """What became of one vendor's labels: a strip of findings and its most frequent confusions."""

    name: str
    chart: Markup
    note: str


@dataclass(frozen=True, slots=True)
class Labelers:
    """What is known of one vendor's labelers, and what deserves a second look, a sentence each."""

    name: str
    facts: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PilotCompareDocument:
    """A comparison of files: who is better, how sure that is, where each errs."""

    template: ClassVar[str] = "reports/pilot_compare.html"

    head: Head
    summary: str
    warnings: tuple[str, ...]
    quality_caption: str
    quality_chart: Markup
    quality: Table
    pairs_caption: str
    pairs: Table
    pairs_note: str
    groups: Table
    classes: Table
    outcomes: tuple[VendorOutcome, ...]
    speed: Table
    between: tuple[str, ...]
    labelers: tuple[Labelers, ...]
    method: tuple[str, ...]


def compare_document(found: Comparison, at: datetime) -> PilotCompareDocument:
    """The comparison as of `at`, vendors best first."""
    ranked = found.ranked
    said = sentences(found)
    figure = figure_name(found.metric) + (f" at IoU {found.iou:g}" if found.iou is not None else "")
    return PilotCompareDocument(
        head=_head(found, at),
        summary=" ".join(said[:2]) or _alone(ranked[0], found.metric),
        warnings=found.warnings,
        quality_caption=figure + (", lower is better" if found.lower_is_better else ""),
        quality_chart=charts.forest(
            [_forest_row(found, one, ranked[0]) for one in ranked], measure=figure, width=672
        ),
        quality=_quality(found, ranked),
        pairs_caption=f"difference in {figure_name(found.metric)}, 95% over all pairs together",
        pairs=_pairs(found),
        pairs_note=" ".join(said[2:]),
        groups=_groups(ranked),
        classes=_classes(found, ranked),
        outcomes=tuple(_outcome(one) for one in ranked),
        speed=_speed(ranked),
        between=tuple(f"{term}: {text}." for term, text in between(found.accord)),
        labelers=tuple(each for one in ranked if (each := _labelers(found, one)).facts or each.flags),
        method=_method(found),
    )


def _labelers(found: Comparison, one: VendorResult) -> Labelers:
    facts = facts_of(one.conduct, found.accord.likely.get(one.name))
    return Labelers(
        one.name,
        tuple(f"{term}: {text}" for term, text in facts),
        tuple(
            f"Look at {flag.annotator}: {flag.text}. Items: {', '.join(flag.items[:5])}."
            for flag in flags_of(one.anomalies)
        ),
    )


def _head(found: Comparison, at: datetime) -> Head:
    return Head(
        kind="Pilot comparison",
        version=wording.day(at),
        title=f"{found.task.replace('_', ' ').capitalize()}, {item_words(len(found.items))}",
        language="en",
        mark="",
        demo="",
        facts=(
            Fact("Vendors", wording.number(len(found.vendors))),
            Fact("Gold", found.gold.source),
            Fact("Ranked by", figure_name(found.metric)),
        ),
        footer=f"Seed {found.seed} · {wording.number(found.resamples)} resamples",
        classification="Confidential: procurement",
        preview=None,
    )


def _alone(one: VendorResult, metric: str) -> str:
    return f"{one.name} reaches {figure_name(metric)} {figure_text(metric, one.metrics[metric].value)}."


def _forest_row(found: Comparison, one: VendorResult, best: VendorResult) -> ForestRow:
    figure = one.metrics[found.metric]
    ends = (figure.low, figure.high, figure.low_general, figure.high_general)
    return ForestRow(one.name, figure.value, *ends, leader=one is best)


def _quality(found: Comparison, ranked: tuple[VendorResult, ...]) -> Table:
    names = tuple(ranked[0].metrics)
    rows = tuple(
        TableRow(
            one.name,
            (
                *(_figure(name, one) for name in names),
                *((_delivered(found.metric, one),) if any(each.missing for each in ranked) else ()),
                TableCell(wording.number(one.missing)),
                TableCell(wording.number(one.annotators)),
            ),
        )
        for one in ranked
    )
    extra = ("delivered only",) if any(each.missing for each in ranked) else ()
    return Table("Vendor", (*map(figure_name, names), *extra, "missing", "annotators"), rows)


def _figure(name: str, one: VendorResult) -> TableCell:
    figure = one.metrics[name]
    lower = "" if figure.low is None else f"{figure_text(name, figure.low)}–{figure_text(name, figure.high)}"
    return TableCell(figure_text(name, figure.value), lower)


def _delivered(metric: str, one: VendorResult) -> TableCell:
    figure = one.delivered_only[metric]
    return TableCell(figure_text(metric, figure.value))


def _pairs(found: Comparison) -> Table:
    rows = tuple(
        TableRow(
            f"{one.a} − {one.b}",
            (
                TableCell(wording.signed(one.value, 3)),
                TableCell(wording.interval(one.low, one.high, 3)),
                TableCell(wording.p_value(one.p_adjusted)),
                TableCell("yes" if one.distinguishable else "no"),
            ),
        )
        for one in found.pairs
    )
    return Table("Pair", ("difference", "interval", "p adjusted", "told apart"), rows)


def _groups(ranked: tuple[VendorResult, ...]) -> Table:
    parts = [dict(one.strata) | dict(one.sizes) for one in ranked]
    names = list(dict.fromkeys(name for part in parts for name in part))
    rows = tuple(
        TableRow(
            f"{name}, {figure_name(_metric(parts, name))}", tuple(_stratum(part.get(name)) for part in parts)
        )
        for name in names
    )
    return Table("Stratum", tuple(one.name for one in ranked), rows)


def _metric(parts: list[dict[str, Stratum]], name: str) -> str:
    return next(part[name].metric for part in parts if name in part)


def _stratum(one: Stratum | None) -> TableCell:
    if one is None:
        return TableCell(wording.DASH)
    return TableCell(figure_text(one.metric, one.value), f"n {wording.number(one.count)}")


def _classes(found: Comparison, ranked: tuple[VendorResult, ...]) -> Table:
    counts: Mapping[str, float] = {
        name: max((one.by_class[name].gold for one in ranked if name in one.by_class), default=0)
        for name in found.classes
    }
    largest = sorted(found.classes, key=lambda name: (-counts[name], name))[:_CLASSES]
    rows = tuple(
        TableRow(name, tuple(_class(one, name) for one in ranked))
        for name in largest
        if any(name in one.by_class for one in ranked)
    )
    return Table("Class", tuple(one.name for one in ranked), rows)


def _class(one: VendorResult, name: str) -> TableCell:
    score = one.by_class.get(name)
    if score is None or score.f1 is None:
        return TableCell(wording.DASH)
    tint = charts.heat_class(score.f1, 0.4, 1.0)
    return TableCell(wording.number(score.f1, 2), f"n {wording.number(score.gold)}", tint)


def _outcome(one: VendorResult) -> VendorOutcome:
    counts = [
        Count(kind.replace("_", " "), round(count), _TONES.get(kind, "bad"))  # type: ignore[arg-type]
        for kind, count in one.errors.items()
    ]
    top = ", ".join(
        f"{cell.gold} → {cell.delivered} {cell.count:g}" for cell in top_confusions(one.confusion, 3)
    )
    return VendorOutcome(
        one.name, charts.error_strip(counts, width=672), f"Most confused: {top}." if top else ""
    )


def _speed(ranked: tuple[VendorResult, ...]) -> Table:
    rows = tuple(
        TableRow(
            one.name,
            (
                TableCell(wording.number(one.seconds.mean, 1)),
                TableCell(wording.number(one.seconds.median, 1)),
                TableCell(wording.number(one.seconds.geometric_mean, 1)),
                TableCell(wording.number(sum(each.seconds is not None for each in one.anomalies))),
            ),
        )
        for one in ranked
        if one.seconds
    )
    return Table("Vendor", ("mean", "median", "geometric mean", "unusual times"), rows)


def _method(found: Comparison) -> tuple[str, ...]:
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    said = [
        "Missing items count as wrong; several answers to one item share its weight.",
        f"Bootstrap over items, {wording.number(found.resamples)} resamples, seed {found.seed}; {versions}.",
    ]
    if found.iou is not None:
        said.append(
            f"One-to-one matching that maximises total IoU; right from IoU {found.iou:g} with the same label."
        )
    if found.mix:
        shares = ", ".join(f"{name} {weight:g}" for name, weight in found.mix.items())
        said.append(f"Production mix: {shares}.")
    return (*said, *(f"Repaired: {line}." for line in found.repairs))
