"""Where one candidate errs: kinds of errors, and which class was taken for which, each leading to its items."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import error_strip, heat_class
from app.kit import wording
from app.pilots.service import CandidateResult, PilotComparison
from app.pilots.views.links import Links
from app.pilots.wording import error_counts_of

CLASSES = 12  # columns of a heat table


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One figure of a heat table: text and tint, and the items behind it."""

    text: str
    tint: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One candidate's classes."""

    name: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class ErrorCard:
    """Where one candidate errs: kinds (name, share of gold, address), and which class was taken for which."""

    name: str
    chart: Markup
    kinds: tuple[tuple[str, str, str], ...]
    classes: tuple[str, ...]
    confusion: tuple[HeatRow, ...]
    href: str


def error_card(
    found: PilotComparison, one: CandidateResult, names: Mapping[str, str], to: Links
) -> ErrorCard:
    """What became of one candidate's labels."""
    classes = _confused_classes(found, one)
    return ErrorCard(
        name=names[one.code],
        chart=error_strip(
            error_counts_of(one.errors), title=f"What became of the labels of {names[one.code]}", width=560
        ),
        kinds=tuple(
            (
                kind.replace("_", " "),
                f"{wording.number(round(count))} · {wording.percent(count / found.gold_labels, 1)} of gold",
                to.items(candidate=one.code, kind=kind),
            )
            for kind, count in one.errors.items()
            if kind != "ok" and round(count)
        ),
        classes=(*(name for name in classes), "nothing") if classes else (),
        confusion=_confusion(one, classes, to) if classes else (),
        href=to.items(candidate=one.code),
    )


def _confused_classes(found: PilotComparison, one: CandidateResult) -> tuple[str, ...]:
    """The classes of a confusion table: all where they are few, else those confused most."""
    if not one.confusion or len(found.classes) <= CLASSES:
        return found.classes if one.confusion else ()
    wrong: dict[str, float] = {}
    for cell in one.confusion:
        for name in {cell.gold, cell.delivered} if cell.gold != cell.delivered else ():
            if name:
                wrong[name] = wrong.get(name, 0) + cell.count
    return tuple(sorted(wrong, key=lambda name: (-wrong[name], name))[:CLASSES])


def _confusion(one: CandidateResult, classes: tuple[str, ...], to: Links) -> tuple[HeatRow, ...]:
    counts = {(cell.gold or "-", cell.delivered or "-"): cell.count for cell in one.confusion}
    rows = []
    for gold in (*classes, "-"):
        whole = sum(count for (side, _), count in counts.items() if side == gold)
        cells = tuple(
            _confused(one, gold, given, counts.get((gold, given), 0), whole, to) for given in (*classes, "-")
        )
        rows.append(HeatRow("nothing" if gold == "-" else gold, cells))
    return tuple(rows)


def _confused(one: CandidateResult, gold: str, given: str, count: float, whole: float, to: Links) -> HeatCell:
    if not count:
        return HeatCell("", "", "", "")
    share = count / whole
    title = f"{wording.percent(share, 1)} of “{'nothing' if gold == '-' else gold}”"
    href = to.items(candidate=one.code, **{"from": gold, "to": given})
    return HeatCell(f"{count:g}", heat_class(share, 0.0, 1.0), title, href)
