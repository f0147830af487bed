"""Everything a comparison says, as the sheets of a workbook; values only, never formulas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from babel.numbers import get_currency_precision

from app.kit.spreadsheet import Cell, Sheet
from app.pilots.service.comparison import CandidateResult, PilotComparison
from app.pilots.service.exports import table_of
from app.pilots.service.kept import promise_lines, told_promises
from app.pilots.service.outcomes import Outcomes

ITEMS = 20_000  # rows of the sheet of items; more are in its CSV
Rows = Iterator[Sequence[Cell]]
_ESTIMATE = ("value", "low", "high", "low_general", "high_general")
_SCORE = ("gold", "delivered", "tp", "fp", "fn", "precision", "recall", "f1", "low", "high", "mean_iou")
_PROMISE = ("candidate", "promise", "class", "of", "bound", "value", "low", "high", "met", "sure", "source", "judged",
            "note")  # fmt: skip
_PAIR = ("value", "low", "high", "p_value", "p_adjusted", "p_holm", "distinguishable")


def sheets_of(
    found: PilotComparison, outcomes: Outcomes | None, names: Mapping[str, str], *, with_prices: bool
) -> list[Sheet]:
    """The sheets; `names` says what each code is called for this reader. Items only with `outcomes`."""
    header, rows = table_of(found, names, with_prices=with_prices)
    out = [
        Sheet("Candidates", header, rows),
        Sheet("Figures", ("candidate", "figure", *_ESTIMATE), _figures(found, names)),
        Sheet("Promises", _PROMISE, _promises(found, names)),
        Sheet("Classes", ("candidate", "class", *_SCORE), _classes(found, names)),
        Sheet("Strata", ("candidate", "stratum", "count", "metric", "value", "low", "high"), _strata(found, names)),
        Sheet("Confusion", ("candidate", "gold", "delivered", "count"), _confusion(found, names)),
        Sheet("Pairs", ("a", "b", "metric", *_PAIR, "time_ratio"), _pairs(found, names)),
        Sheet("Speed", ("candidate", "mean", "median", "geometric_mean", "seconds_per_label",
                        "accepted_per_annotator_day", "rows", "total_seconds"), _speed(found, names)),
        Sheet("Anomalies", ("candidate", "kind", "annotator", "item", "rows", "value", "limit", "seconds", "z"),
              _anomalies(found, names)),
        Sheet("Labelers", ("candidate", "annotator", "what", "item"), _flags(found, names)),
    ]  # fmt: skip
    if with_prices:
        head = ("candidate", "volume", "currency", "total", "fixed", "variable", "per_label", "per_accepted", "low",
                "high", "low_items", "high_items", "pay_per_hour")  # fmt: skip
        out.append(Sheet("Cost", head, _costs(found, names)))
    if outcomes is not None:
        codes = [one.code for one in found.candidates]
        scores = [f"score {names[code]}" for code in codes]
        errors = [f"errors {names[code]}" for code in codes]
        out.append(Sheet("Items", ("item", "stratum", *scores, *errors), _items(outcomes, codes)))
    return [*out, Sheet("About", ("what", "value"), _about(found, outcomes))]


def _each(found: PilotComparison, names: Mapping[str, str]) -> Iterator[tuple[str, CandidateResult]]:
    return ((names[one.code], one) for one in found.candidates)


def _figures(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        for metric, figure in one.metrics.items():
            yield [name, metric, *(getattr(figure, each) for each in _ESTIMATE)]
        if mixed := one.standardised:
            yield [
                name,
                f"{found.metric} at the production mix",
                mixed.value,
                mixed.low,
                mixed.high,
                None,
                None,
            ]


def _promises(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    known = {line.item.metric: line.name for line in promise_lines(found) if not line.item.label}
    for one in told_promises(found):
        told = [one[key] for key in ("value", "low", "high", "met", "sure")]
        source = f"{one['source']} {one['review'] or ''}".strip()
        yield [names[one["candidate"]], known.get(one["metric"], "F1 of a class"), one["label"], one["of"],
               one["bound"], *told, source, one["judged"], one["note"]]  # fmt: skip


def _classes(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        for label, score in one.by_class.items():
            yield [name, label, *(getattr(score, each) for each in _SCORE)]


def _strata(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        for label, each in one.strata.items():
            yield [name, label, each.count, each.metric, each.value, each.low, each.high]


def _confusion(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        for cell in one.confusion:
            yield [name, cell.gold or "nothing", cell.delivered or "nothing", cell.count]


def _pairs(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for one in found.best_first_pairs():
        ratio = one.time_ratio.value if one.time_ratio else None
        yield [names[one.a], names[one.b], one.metric, *(getattr(one, each) for each in _PAIR), ratio]


def _speed(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        if one.seconds is not None:
            told = one.seconds
            pace = (one.pace.seconds_per_label, one.pace.per_annotator_day) if one.pace else (None, None)
            yield [name, told.mean, told.median, told.geometric_mean, *pace, told.rows, told.total]


def _anomalies(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        for each in one.anomalies:
            row = asdict(each)
            told = [row.get(key) for key in ("rows", "value", "limit", "seconds", "z")]
            yield from ([name, each.kind, each.annotator, item, *told] for item in each.items or ("",))


def _flags(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    for name, one in _each(found, names):
        yield from (
            [name, flag.annotator, flag.text, item] for flag in one.flags for item in flag.items or ("",)
        )


def _costs(found: PilotComparison, names: Mapping[str, str]) -> Rows:
    scale = 10 ** get_currency_precision(found.currency)

    def major(minor: float | None) -> float | None:
        return None if minor is None else round(float(minor) / scale, 6)

    for name, one in _each(found, names):
        for cost in one.costs:
            ends = one.priced.interval if cost.volume == "expected" and one.priced.interval else (None, None)
            money = (
                cost.total, cost.fixed, cost.variable, cost.per_label, cost.per_accepted,
                cost.per_accepted_low, cost.per_accepted_high, *ends, cost.pay_per_hour,
            )  # fmt: skip
            yield [name, cost.volume, cost.currency, *map(major, money)]


def _items(outcomes: Outcomes, codes: list[str]) -> Rows:
    worst = outcomes.scores(codes).mean(axis=0).argsort(kind="stable")[:ITEMS]
    for line in outcomes.lines(worst.tolist()):
        errors = [
            ", ".join(
                f"{count} {kind.replace('_', ' ')}"
                for kind, count in line.errors[code].items()
                if kind != "ok"
            )
            for code in codes
        ]
        yield [line.name, outcomes.stratum(line.at), *(line.scores[code] for code in codes), *errors]


def _about(found: PilotComparison, outcomes: Outcomes | None) -> Rows:
    yield ["task", found.task]
    yield ["items", found.items]
    yield ["gold version", found.gold]
    yield ["gold digest", found.gold_digest]
    yield ["inputs digest", found.digest]
    yield ["result", found.revision]
    yield ["engine", found.engine]
    yield ["seed", found.seed]
    yield ["resamples", found.resamples]
    yield ["smallest difference that would show", found.minimum_detectable_difference]
    for name, value in asdict(found.subset).items():
        if value:
            yield [f"only items: {name}", value]
    for name, weight in found.mix.items():
        yield [f"production mix: {name}", weight]
    if outcomes is not None and len(outcomes.items) > ITEMS:
        yield ["items sheet", f"the {ITEMS} worst of {len(outcomes.items)}; all are in the CSV of items"]
    for line in (*found.warnings, *found.repairs):
        yield ["read with care", line]
