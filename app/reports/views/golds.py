"""The versions of the gold in a pilot report: when each came, by whom, why, and what it changed."""

from app.kit import wording
from app.pilots.models import GoldVersion
from app.reports.service import PilotReported
from app.reports.views.document import NOTHING, Table, TableCell, TableRow

_CHANGES = ("labels", "answers", "taken")  # amendments that put something right, beside what they leave out


def gold_table(told: PilotReported) -> Table:
    """Every version up to the one compared, oldest first; nothing of what only people judge."""
    if told.found is None:
        return NOTHING
    rows = sorted((one for one in told.golds if one.number <= told.found.gold), key=lambda one: one.number)
    zone = told.evaluation.time_zone
    lines = tuple(
        TableRow(
            f"Version {row.number}{' (compared)' if row.number == told.found.gold else ''}",
            (
                TableCell(wording.moment(row.created_at, zone)),
                TableCell(told.people.get(row.added_by, "somebody who left")),
                TableCell(f"{wording.number(row.items)}\u00a0/\u00a0{wording.number(row.labels)}"),
                TableCell(_changed(row, rows[at - 1] if at else None)),
                TableCell(row.note or wording.DASH),
            ),
        )
        for at, row in enumerate(rows)
    )
    columns = ("since", "by", "items / labels", "changed", "reason")
    return Table("Gold", columns, lines, frozenset({"since", "by", "changed", "reason"}))


def _changed(row: GoldVersion, before: GoldVersion | None) -> str:
    """What an upload said that it changed; else how many items were decided anew or left out since."""
    if before is None:
        return "the first"
    if row.changes or row.digest != before.digest:
        return row.changes or "another file"
    righted = sum(
        entry != before.amendments.get(name, {}).get(item)
        for name in _CHANGES
        for item, entry in row.amendments.get(name, {}).items()
    )
    gone = len(set(row.amendments.get("excluded", ())) - set(before.amendments.get("excluded", ())))
    parts = (
        f"{righted} {wording.plural('item', righted)} put right" if righted else "",
        f"{gone} {wording.plural('item', gone)} left out" if gone else "",
    )
    return ", ".join(part for part in parts if part) or "nothing"
