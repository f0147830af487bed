"""What the macros of `templates/ui` and the layouts read: frozen view data, text already formatted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """A sidebar entry; `section` is '' (the daily work), 'Library' or 'Record', `count` what waits there."""

    label: str
    href: str
    section: str = ""
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Toast:
    """A short message about what just happened; `kind` is ok, warn or bad.

    With `undo_url` it carries a button that POSTs there.
    """

    text: str
    kind: str = "ok"
    undo_url: str = ""
    undo_label: str = "Undo"


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around a page; `user` is '' when nobody is signed in, `organisation` when none is set."""

    user: str
    roles: str
    nav: tuple[NavItem, ...]
    toasts: tuple[Toast, ...]
    asset_version: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class FieldError:
    """A fault of one form field; `message` names the remedy, `field` '' means the form as a whole."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a select, radio or checkbox group."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a journey; `state` is done, current, todo or skipped; `href` '' gives plain text."""

    label: str
    href: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Rows `first` to `last` of `total` are shown (counted from 1); an empty URL means no such page."""

    first: int
    last: int
    total: int
    previous_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A table head; `url` sorts by it, `sort` is '', ascending or descending, `numeric` aligns right."""

    label: str
    url: str = ""
    sort: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter; `remove_url` is the same list without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Crumb:
    """A page above this one."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a subject with a page of its own."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a key-value list; `text` '' is shown as a dash, `href` makes it a link."""

    term: str
    text: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a timeline; `when` is shown, `at` is the ISO 8601 time, `kind` is '', ok, warn or bad."""

    when: str
    at: str
    text: str
    who: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note, call or mail kept on a subject; `text` is plain text, line breaks are kept."""

    who: str
    when: str
    at: str
    text: str
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class FileRow:
    """An attached file; `remove_url` '' hides the remove button."""

    name: str
    href: str
    size: str
    note: str = ""
    remove_url: str = ""


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A field two people changed: what is stored now and what was just sent."""

    field: str
    theirs: str
    yours: str
