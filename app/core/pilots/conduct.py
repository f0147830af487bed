"""How one vendor's labelers work: pace, practice, consistency, habits, and what deserves a second look."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.agreement import Coefficient, ac1, alpha, counts_of, paired, percent
from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints
from app.core.pilots import suspicion
from app.core.pilots.alike import Likeness
from app.core.pilots.figures import Figure
from app.core.pilots.findings import OK
from app.core.pilots.labelers import Likeness as Alikeness
from app.core.pilots.labelers import intraclass
from app.core.pilots.learning import Curve, learning_curve
from app.core.pilots.pace import Figure as Span
from app.core.pilots.pace import Throughput, cap_idle, phase_ratio, throughput, times_of
from app.core.pilots.pace import Times as Pace
from app.core.pilots.repeats import Bias, SelfAgreement, bias
from app.core.pilots.rounds import Again, Surge
from app.core.pilots.scored import Scored
from app.core.pilots.speed import Anomaly, Work, anomalies

DAY = 86_400.0
WEEK = 35 * 3600.0  # labeling seconds of one person in a week: five days of seven hours
TRAINING = 0.25  # share of a labeler's first rows that is held against the rest
_LEAST = suspicion.MIN_ROWS


@dataclass(frozen=True, slots=True)
class Accordance:
    """How far labels of several hands on the same items agree: over the `items` that at least two labelled."""

    items: int
    percent: float
    alpha: Coefficient
    ac1: Coefficient


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a vendor's own rows of work say; every part is None or empty where the files do not tell.

    `pace` are the times without idle gaps, `idle` the rule in words, `idle_rows` how many rows it cut. `phases`
    is the time of each labeler's later work over that of the first quarter. `per_day` counts right labels of a
    labeler in a day with work (UTC). `likeness` tells how alike one labeler's items are, `within` how far
    double-labelled items agree, `repeats` how far labelers agree with themselves, `consistency` the task's figures
    of second answers against first ones, `bias` which classes a labeler uses too often or too rarely, marked ones
    only, `surge` what the day of double volume cost.
    """

    pace: Pace | None
    idle: str
    idle_rows: int
    phases: Span | None
    per_day: Throughput | None
    learning: Curve | None
    likeness: Alikeness | None
    within: Accordance | None
    repeats: tuple[SelfAgreement, ...]
    consistency: Mapping[str, Likeness]
    bias: tuple[Bias, ...]
    surge: Surge | None
    anomalies: tuple[Anomaly, ...]


def conduct_of(figure: Figure, gold: Rows, one: Scored, again: Again, surge: Surge | None) -> Conduct:
    """Everything that rows of work tell about one scored delivery; `figure` says what is right."""
    work = one.work
    within = accordance(*_double(one.delivery), len(gold.items)) if _has_labels(gold) else None
    if work is None:
        return Conduct(None, "", 0, None, None, None, None, within, (), {}, (), surge, ())
    capped = cap_idle(work.seconds)
    pace = times_of(capped.seconds)
    right = _right(figure, one, work)
    return Conduct(
        pace=pace,
        idle=capped.rule if pace else "",
        idle_rows=int(capped.rows.sum()),
        phases=_phases(work, capped.seconds),
        per_day=_per_day(gold, one, work),
        learning=learning_curve(
            work.annotator, work.end, capped.seconds, work.item, max(1.0, WEEK / pace.mean.value)
        )
        if pace
        else None,
        likeness=intraclass(right, work.annotator),
        within=within,
        repeats=again.people,
        consistency=again.figures or {},
        bias=_habits(gold, one.delivery, work),
        surge=surge,
        anomalies=(*anomalies(work, gold.items), *_suspicions(gold, one, work, right)),
    )


def accordance(item: Ints, label: Ints, items: int) -> Accordance | None:
    """Agreement of labels, one entry per label: position of item and label; None without a double one."""
    present, at = np.unique(item, return_inverse=True)
    if len(present) == len(item) or not items:
        return None
    used, code = np.unique(label, return_inverse=True)
    counts = counts_of(at, code, len(present), len(used))
    share = percent(counts)
    if share is None:
        return None
    return Accordance(int(paired(counts).sum()), share, alpha(counts, "nominal"), ac1(counts))


def _has_labels(gold: Rows) -> bool:
    return gold.task in ("classification", "multilabel")


def answer_labels(rows: Rows) -> Ints:
    """One label per answer, -1 without: its class, or where sets are asked for a number for the set."""
    out = np.full(len(rows.answers.item), -1, np.int64)
    if rows.task == "classification":
        out[rows.answer] = rows.label
        return out
    sets: dict[int, list[int]] = {}
    for answer, label in zip(rows.answer.tolist(), rows.label.tolist(), strict=True):
        sets.setdefault(answer, []).append(label)
    codes: dict[tuple[int, ...], int] = {}
    for answer in np.nonzero(~rows.answers.skipped)[0].tolist():
        out[answer] = codes.setdefault(tuple(sorted(sets.get(answer, ()))), len(codes))
    return out


def _double(delivery: Rows) -> tuple[Ints, Ints]:
    """Items and labels of all answers that give one."""
    label = answer_labels(delivery)
    known = label >= 0
    return delivery.answers.item[known], label[known]


def _right(figure: Figure, one: Scored, work: Work) -> Floats:
    """How right the answer behind each row is, 0..1; NaN where it is not known."""
    value = figure.of(one.scores.sums)
    if figure.lower_is_better:
        value = 1 - np.minimum(value, 1)
    elif np.isfinite(figure.most):
        value = value / figure.most
    of_answer = np.full(len(one.delivery.answers.item) + 1, np.nan)
    given = one.scores.units.answer >= 0
    of_answer[one.scores.units.answer[given]] = value[given]
    return of_answer[work.answer]  # -1 meets the last one, which stays unknown


def _phases(work: Work, seconds: Floats) -> Span | None:
    """Each labeler's first quarter of rows in time against the rest, labelers with enough rows only."""
    known = (work.annotator >= 0) & np.isfinite(work.end) & np.isfinite(seconds)
    rows = np.nonzero(known)[0]
    if not len(rows):
        return None
    rows = rows[np.lexsort((work.end[rows], work.annotator[rows]))]
    _, start, size = np.unique(work.annotator[rows], return_index=True, return_counts=True)
    rank = (np.arange(len(rows)) - np.repeat(start, size)) / np.repeat(size, size)
    enough = np.repeat(size, size) >= _LEAST
    early, late = rows[enough & (rank < TRAINING)], rows[enough & (rank >= TRAINING)]
    return phase_ratio(seconds[early], seconds[late])


def _per_day(gold: Rows, one: Scored, work: Work) -> Throughput | None:
    """Right labels of each labeler and day with work; not for translations, which are not right or wrong."""
    known = (work.annotator >= 0) & np.isfinite(work.end) & (work.answer >= 0)
    if gold.task == "translation" or not known.any():
        return None
    found, units = one.scores.findings, one.scores.units
    fine = (found.error == OK) & (found.delivered >= 0)
    per_unit = np.bincount(found.unit[fine], minlength=len(units.item)).astype(np.float64)
    of_answer = np.zeros(len(one.delivery.answers.item))
    given = units.answer >= 0
    of_answer[units.answer[given]] = per_unit[given]
    day = np.floor(work.end[known] / DAY).astype(np.int64)
    _, cell = np.unique(np.stack([work.annotator[known], day]), axis=1, return_inverse=True)
    return throughput(np.bincount(cell.ravel(), of_answer[work.answer[known]]).astype(np.float64))


def _habits(gold: Rows, delivery: Rows, work: Work) -> tuple[Bias, ...]:
    """Over- and under-used classes."""
    if gold.task != "classification":
        return ()
    item, who, label = _labelled(delivery, work)
    truth = np.full(len(gold.items), -1, np.int64)
    truth[gold.item] = gold.label
    enough = np.bincount(who[who >= 0], minlength=len(work.annotators) + 1) >= _LEAST
    kept = enough[who] & (who >= 0)
    found = bias(who[kept], label[kept], truth[item[kept]], work.annotators, gold.classes)
    return tuple(each for each in found if each.marked)


def _labelled(delivery: Rows, work: Work) -> tuple[Ints, Ints, Ints]:
    """Item, annotator and label of the rows of work whose answer gives one."""
    label = np.append(answer_labels(delivery), -1)[work.answer]
    known = label >= 0
    return work.item[known], work.annotator[known], label[known]


def _suspicions(gold: Rows, one: Scored, work: Work, right: Floats) -> list[Anomaly]:
    """What `suspicion` finds, in names."""
    item, who = work.item, work.annotator
    found = [
        *suspicion.overlapping(item, who, work.start, work.end),
        *suspicion.fast_and_wrong(item, who, work.seconds, right),
        *suspicion.below_reading_time(item, who, work.seconds, _least(gold)[item]),
    ]
    if _has_labels(gold):
        label = np.append(answer_labels(one.delivery), -1)[work.answer]
        known = (label >= 0) & (who >= 0)
        rows = item[known], who[known], label[known]
        found += suspicion.constant_answers(*rows)
        found += suspicion.identical_runs(*rows, work.end[known])
    return [
        Anomaly(
            kind=each.kind,
            annotator=work.annotators[each.annotator],
            items=tuple(gold.items[at] for at in each.items),
            rows=each.rows,
            value=each.value,
            limit=each.limit,
        )
        for each in found
    ]


def _least(gold: Rows) -> Floats:
    """The least seconds in which each item's text can be read; NaN where there is none."""
    out = np.full(len(gold.items), np.nan)
    if gold.texts:
        words = np.array([len(text.split()) for text in gold.texts], np.int64)
        out[:] = suspicion.reading_seconds(words)
    elif gold.kind == "texts" and gold.shape is not None:
        words = np.array([len(str(text).split()) for text in gold.shape], np.int64)
        out[gold.item] = suspicion.reading_seconds(words)
    return out
