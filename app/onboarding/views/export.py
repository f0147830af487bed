"""The tasks of one onboarding as a table and as a calendar."""

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from uuid import UUID

from app.kit.spreadsheet import write_csv
from app.onboarding.models import Onboarding, OnboardingTask
from app.onboarding.service import Standing
from app.onboarding.views import words

_HEADER = (
    "Stage", "Task", "Owner", "Role", "Due", "Blocks", "State", "Late", "Evidence wanted", "Evidence", "Reason",
    "Waived until",
)  # fmt: skip
_WIDEST = 75  # octets of a line, RFC 5545 section 3.1


def tasks_csv(found: Standing, people: Mapping[UUID, str]) -> str:
    """Every task as CSV, dates as year-month-day."""
    rows = (
        (
            words.stage_name(task.stage),
            task.title,
            words.owner_name(task, people),
            words.role_name(task.owner_role),
            task.due,
            words.BLOCKS[task.blocks],
            words.state_badge(found, task)[0],
            "yes" if found.is_overdue(task) else "",
            task.wanted,
            task.evidence,
            task.reason,
            task.waived_until,
        )
        for task in found.tasks
    )
    return write_csv(_HEADER, rows)


def calendar(found: Standing, base_url: str) -> str:
    """The kickoff and what is still open as an iCalendar file of whole-day events (RFC 5545).

    A task that moves keeps its UID, so that importing the file again moves it instead of doubling it.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Assay//Onboarding//EN", "CALSCALE:GREGORIAN"]
    row = found.onboarding
    board = f"{base_url}/evaluations/{row.evaluation_id}/onboarding"
    lines += _event(row, row.kickoff, f"Kickoff with {found.vendor}", board)
    for task in found.tasks:
        if not found.is_settled(task):
            lines += _event(task, task.due, f"{found.vendor}: {task.title}", f"{base_url}/tasks/{task.id}")
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(row: Onboarding | OnboardingTask, day: date, title: str, url: str) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{row.id}@assay",
        f"DTSTAMP:{row.created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{row.version}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())


def _folded(line: str) -> str:
    """A line cut at 75 octets, never inside a character; what follows starts with a space.

    >>> _folded("SUMMARY:" + "é" * 40).split("\\r\\n ")[0].encode().__len__()
    74
    """
    parts: list[str] = []
    now = ""
    for character in line:
        room = _WIDEST - (1 if parts else 0)
        if len((now + character).encode()) > room:
            parts.append(now)
            now = ""
        now += character
    return "\r\n ".join([*parts, now])
