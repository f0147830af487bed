"""What waits for a person: the shape in which every feature says it, for the work queue."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do: `title` says what ('Rate 3 candidates'), `subject` where ('EV-0007 Shelf detection').

    `href` is the page where it is done; `note` says why it waits; `due` is the last day, if there is one.
    """

    title: str
    subject: str
    href: str
    note: str = ""
    due: date | None = None
