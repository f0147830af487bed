"""List, read, fork, edit and publish scorecards. Other features come in through here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.scoring import Scorecard, canonical, digest, parse_scorecard
from app.core.scoring.diff import Change, differences
from app.kit import clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.yamlfile import load_yaml
from app.scorecards import queries
from app.scorecards.models import ScorecardState, ScorecardVersion
from app.scorecards.schemas import KEY, RESERVED, ForkIn, ImportIn, TextIn


@dataclass(frozen=True, slots=True)
class Reference:
    """A scorecard by key, and by version when it says one."""

    key: str
    number: int | None = None

    @classmethod
    def read(cls, text: str) -> "Reference":
        """Reads `key` or `key@3`; what follows the sign and is no number finds nothing later."""
        key, sign, number = text.strip().partition("@")
        return cls(key, (int(number) if number.isascii() and number.isdigit() else 0) if sign else None)


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """A scorecard of the library, shipped or own; `row` is None for a shipped one."""

    key: str
    number: int
    name: str
    scorecard: Scorecard
    digest: str
    row: ScorecardVersion | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is ours to edit, and not a shipped file."""
        return self.row is not None

    @property
    def is_draft(self) -> bool:
        """Whether it may still change and so cannot be pinned."""
        return self.row is not None and self.row.state is ScorecardState.DRAFT

    @property
    def is_retired(self) -> bool:
        """Whether it was taken out of the library, to be restored if need be."""
        return self.row is not None and self.row.retired_at is not None

    @property
    def state(self) -> str:
        """draft, published or retired; a shipped one is published."""
        if self.is_retired:
            return "retired"
        return "draft" if self.is_draft else "published"

    @property
    def data_types(self) -> tuple[str, ...]:
        """The kinds of data it says it fits, as ids of the taxonomy."""
        fits = self.scorecard.library.get("fits")
        listed = fits.get("data_types") if isinstance(fits, dict) else ()
        return tuple(str(name) for name in listed) if isinstance(listed, list) else ()

    @property
    def label(self) -> str:
        """Key and version as people say them."""
        return f"{self.key} v{self.number}"


def list_scorecards(session: ReadSession, *, actor: Actor, retired: bool = False) -> list[ScorecardView]:
    """The shipped scorecards, then the newest version of each of our own; `retired`: only what was taken out."""
    actor.require(Action.LIBRARY_READ)
    newest: dict[str, ScorecardVersion] = {}
    for row in queries.newest(session):
        if retired == (row.retired_at is not None):
            newest.setdefault(row.key, row)
    own = [_own(row) for row in newest.values()]
    return own if retired else [*(_shipped(name) for name in library.ids("scorecards")), *own]


def pinnable(session: ReadSession) -> list[ScorecardView]:
    """What an evaluation can be pinned to: shipped ones and published own versions."""
    shipped = [_shipped(name) for name in library.ids("scorecards")]
    return [*shipped, *(_own(row) for row in queries.published(session))]


def scorecard_of(session: ReadSession, *, actor: Actor, key: str, number: int | None = None) -> ScorecardView:
    """One scorecard; of an own one the newest version that is not retired, or the one with this number.

    Raises `NotFound`.
    """
    actor.require(Action.LIBRARY_READ)
    if key in library.ids("scorecards"):
        shipped = _shipped(key)
        if number in (None, shipped.number):
            return shipped
        message = f"{key} is shipped as version {shipped.number} only; open it without a number."
        raise NotFound("scorecard.not_found", message)
    rows = queries.versions(session, key)
    live = [row for row in rows if row.retired_at is None] or rows
    for row in live if number is None else rows:
        if number in (None, row.number):
            return _own(row)
    raise NotFound("scorecard.not_found", f"There is no scorecard {key!r} in this version; open the list.")


def versions_of(session: ReadSession, *, actor: Actor, key: str) -> list[ScorecardView]:
    """All versions of a scorecard, newest first, retired ones too; a shipped one has one."""
    actor.require(Action.LIBRARY_READ)
    if key in library.ids("scorecards"):
        return [_shipped(key)]
    return [_own(row) for row in queries.versions(session, key)]


def compare(
    session: ReadSession, *, actor: Actor, old: Reference, new: Reference
) -> tuple[ScorecardView, ScorecardView, tuple[Change, ...]]:
    """Two scorecards, of any key and version, and what changed from the first to the second."""
    views = [scorecard_of(session, actor=actor, key=each.key, number=each.number) for each in (old, new)]
    return views[0], views[1], differences(views[0].scorecard, views[1].scorecard)


def read_text(text: str) -> tuple[Scorecard, dict[str, Any]]:
    """The scorecard in YAML text and its canonical body. Raises `Invalid` with every problem and its path."""
    values = load_yaml(text.encode(), "text")
    scorecard = parse_scorecard(values)
    if not scorecard.library:
        message = "must be a whole library file: format, id, version, name and, below scorecard, the groups"
        raise Invalid("scorecard.no_head", [Problem("format", message)])
    return scorecard, canonical(scorecard)


def yaml_of(view: ScorecardView) -> str:
    """The scorecard as YAML: an own one as typed, a shipped one as the file that was shipped."""
    if view.row is not None:
        return view.row.text
    return (library.library_path() / "scorecards" / f"{view.key}.yaml").read_text(encoding="utf-8")


def fork(
    session: WriteSession, *, actor: Actor, key: str, entry: ForkIn, number: int | None = None
) -> ScorecardVersion:
    """Start an own scorecard as a copy of another, of its newest version unless a number says which.

    Raises `Conflict` when the new key is taken.
    """
    actor.require(Action.LIBRARY_EDIT)
    source = scorecard_of(session, actor=actor, key=key, number=number)
    if entry.key in library.ids("scorecards") or queries.versions(session, entry.key):
        raise Conflict("scorecard.key_taken", f"{entry.key} exists already; choose another.", field="key")
    text = _with_head(yaml_of(source), entry.key, 1, entry.name)
    return _add(session, actor, entry.key, 1, text, based_on=source.label)


def import_scorecard(session: WriteSession, *, actor: Actor, entry: ImportIn) -> ScorecardVersion:
    """Take a scorecard file in as a draft, text and digest unchanged, or under another short name as version 1.

    Raises `Invalid` with every problem of the text, `Conflict` when key and version are here already.
    """
    actor.require(Action.LIBRARY_EDIT)
    text = _lines(entry.text)
    scorecard, _ = read_text(text)
    if entry.key:
        text = _with_head(text, entry.key, 1, _name(scorecard, entry.key))
    key, number = (
        entry.key or str(scorecard.library["id"]),
        1 if entry.key else int(scorecard.library["version"]),
    )
    if not re.fullmatch(KEY.strip("^$"), key) or key in RESERVED:
        message = f"{key!r} cannot be an address here: lower-case letters, digits and hyphens; give another short name"
        raise Invalid("scorecard.other_head", [Problem("id", message)])
    rows = queries.versions(session, key)
    if key in library.ids("scorecards"):
        raise Conflict(
            "scorecard.key_taken", f"{key} is a shipped scorecard; give another short name.", field="key"
        )
    if any(row.number >= number for row in rows):
        same = any((row.number, row.digest) == (number, digest(scorecard)) for row in rows)
        said = "with the same content" if same else f"up to version {rows[0].number}"
        message = f"{key} is here already, {said}; raise the version in the file, or give another short name."
        raise Conflict("scorecard.key_taken", message, field="key")
    _no_open_draft(rows)
    return _add(session, actor, key, number, text, based_on="a file")


def new_version(session: WriteSession, *, actor: Actor, key: str) -> ScorecardVersion:
    """Start the next version of an own, published scorecard as a draft."""
    actor.require(Action.LIBRARY_EDIT)
    source = scorecard_of(session, actor=actor, key=key)
    if source.row is None:
        raise Conflict("scorecard.shipped", "A shipped scorecard cannot be edited; fork it.")
    rows = queries.versions(session, key)
    _no_open_draft(rows)
    if source.is_retired:
        raise Conflict("scorecard.retired", f"{source.label} is retired; restore it first.")
    number = rows[0].number + 1
    text = _with_head(source.row.text, key, number, source.name)
    return _add(session, actor, key, number, text, based_on=source.label)


def edit_draft(
    session: WriteSession, *, actor: Actor, key: str, entry: TextIn, seen: int | None
) -> ScorecardVersion:
    """Replace a draft's text. Raises `Invalid` with all problems, `Conflict` when it is published."""
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    unchanged(row, seen, {"text": entry.text})
    text = _lines(entry.text)
    scorecard, body = read_text(text)
    _same_head(scorecard, row)
    before, row.text, row.body = row.digest, text, body
    row.digest, row.name = digest(scorecard), _name(scorecard, row.key)
    audit.record(
        session,
        actor,
        "scorecards.draft.edited",
        ("scorecard_version", row.id),
        label=f"{row.key} v{row.number}",
        before={"digest": before},
        after={"digest": row.digest},
    )
    session.flush()
    return row


def publish(session: WriteSession, *, actor: Actor, key: str) -> ScorecardVersion:
    """Freeze the draft, so that evaluations can be pinned to it."""
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    row.state, row.published_at = ScorecardState.PUBLISHED, clock.now()
    _note(session, actor, row, "scorecards.version.published")
    return row


def retire(session: WriteSession, *, actor: Actor, key: str, number: int) -> ScorecardVersion:
    """Take a version out of the library, or discard a draft; evaluations pinned to it keep their copy."""
    row = _version(session, actor, key, number)
    if row.retired_at is not None:
        raise Conflict("scorecard.retired", f"{key} v{number} is retired already.")
    row.retired_at = clock.now()
    _note(session, actor, row, "scorecards.version.retired")
    return row


def restore(session: WriteSession, *, actor: Actor, key: str, number: int) -> ScorecardVersion:
    """Undo `retire`. Raises `Conflict` for a draft that a later version has overtaken."""
    row = _version(session, actor, key, number)
    if row.retired_at is None:
        raise Conflict("scorecard.not_retired", f"{key} v{number} is not retired.")
    later = [each for each in queries.versions(session, key) if each.number > number and not each.retired_at]
    if row.state is ScorecardState.DRAFT and later:
        message = f"v{later[0].number} came after this draft; start a new version instead."
        raise Conflict("scorecard.overtaken", message)
    row.retired_at = None
    _note(session, actor, row, "scorecards.version.restored")
    return row


def _shipped(name: str) -> ScorecardView:
    scorecard = parse_scorecard(library.load("scorecards", name))
    number = int(scorecard.library.get("version", 1))
    return ScorecardView(name, number, _name(scorecard, name), scorecard, digest(scorecard))


def _own(row: ScorecardVersion) -> ScorecardView:
    return ScorecardView(row.key, row.number, row.name, parse_scorecard(row.body), row.digest, row)


def _name(scorecard: Scorecard, key: str) -> str:
    return str(scorecard.library.get("name") or key)[:160]


def _draft(session: WriteSession, key: str) -> ScorecardVersion:
    rows = [row for row in queries.versions(session, key) if row.retired_at is None]
    if not rows:
        raise NotFound("scorecard.not_found", f"There is no own scorecard {key!r}; fork one first.")
    if rows[0].state is not ScorecardState.DRAFT:
        message = f"{key} v{rows[0].number} is published and frozen; start a new version."
        raise Conflict("scorecard.published", message)
    return rows[0]


def _version(session: WriteSession, actor: Actor, key: str, number: int) -> ScorecardVersion:
    actor.require(Action.LIBRARY_EDIT)
    for row in queries.versions(session, key):
        if row.number == number:
            return row
    raise NotFound("scorecard.not_found", f"There is no own scorecard {key!r} with version {number}.")


def _no_open_draft(rows: Sequence[ScorecardVersion]) -> None:
    for row in rows:
        if row.state is ScorecardState.DRAFT and row.retired_at is None:
            message = f"{row.key} v{row.number} is a draft already; publish or discard that one first."
            raise Conflict("scorecard.draft_open", message, field="key")


def _note(session: WriteSession, actor: Actor, row: ScorecardVersion, action: str) -> None:
    audit.record(
        session, actor, action, ("scorecard_version", row.id),
        label=f"{row.key} v{row.number}", after={"digest": row.digest},
    )  # fmt: skip
    session.flush()


def _add(
    session: WriteSession, actor: Actor, key: str, number: int, text: str, *, based_on: str
) -> ScorecardVersion:
    scorecard, body = read_text(text)
    row = ScorecardVersion(
        key=key,
        number=number,
        name=_name(scorecard, key),
        text=text,
        body=body,
        digest=digest(scorecard),
        based_on=based_on,
        created_by=actor.id,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        "scorecards.draft.started",
        ("scorecard_version", row.id),
        label=f"{key} v{number}",
        after={"based_on": based_on, "digest": row.digest},
    )
    session.flush()
    return row


def _same_head(scorecard: Scorecard, row: ScorecardVersion) -> None:
    found = scorecard.library
    problems = [
        Problem(name, f"must stay {wanted}; it names this version")
        for name, wanted in (("id", row.key), ("version", row.number))
        if found.get(name) != wanted
    ]
    if problems:
        raise Invalid("scorecard.other_head", problems)


def _lines(text: str) -> str:
    """The text with plain line ends and one at its end, so that what goes out comes in again byte for byte."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return plain.rstrip("\n") + "\n"


def _with_head(text: str, key: str, number: int, name: str) -> str:
    """The same text under another id, version and name; comments stay where they are.

    A text whose head does not stand in lines of its own, such as JSON, is written anew without comments.
    """
    wanted = {**load_yaml(text.encode(), "text"), "id": key, "version": number, "name": name}
    shown = yaml.safe_dump(name, default_flow_style=True, allow_unicode=True, width=10_000)
    shown = shown.removesuffix("\n").removesuffix("\n...")
    changed = text
    for field, value in (("id", key), ("version", str(number)), ("name", shown)):
        line = f"{field}: {value}".replace("\\", r"\\")
        changed, found = re.subn(rf"(?m)^{field}:.*$", line, changed, count=1)
        if not found:
            changed = f"{field}: {value}\n{changed}"
    try:
        if load_yaml(changed.encode(), "text") == wanted:
            return changed
    except Invalid:
        pass
    return yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True, width=110)
