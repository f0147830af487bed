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
from app.kit import clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.yamlfile import load_yaml
from app.scorecards import queries
from app.scorecards.models import ScorecardState, ScorecardVersion
from app.scorecards.schemas import ForkIn, TextIn


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
    def label(self) -> str:
        """Key and version as people say them."""
        return f"{self.key} v{self.number}"


def list_scorecards(session: ReadSession, *, actor: Actor) -> list[ScorecardView]:
    """The shipped scorecards, then the newest version of each of our own."""
    actor.require(Action.LIBRARY_READ)
    newest: dict[str, ScorecardVersion] = {}
    for row in queries.newest(session):
        newest.setdefault(row.key, row)
    return [*(_shipped(name) for name in library.ids("scorecards")), *(map(_own, newest.values()))]


def pinnable(session: ReadSession) -> list[ScorecardView]:
    """What an evaluation can be pinned to: shipped ones and published own versions."""
    shipped = [_shipped(name) for name in library.ids("scorecards")]
    return [*shipped, *(_own(row) for row in queries.published(session))]


def scorecard_of(session: ReadSession, *, actor: Actor, key: str, number: int | None = None) -> ScorecardView:
    """One scorecard; of an own one the newest version, or the one with this number. Raises `NotFound`."""
    actor.require(Action.LIBRARY_READ)
    if key in library.ids("scorecards"):
        return _shipped(key)
    for row in queries.versions(session, key):
        if number in (None, row.number):
            return _own(row)
    raise NotFound("scorecard.not_found", f"There is no scorecard {key!r} in this version; open the list.")


def versions_of(session: ReadSession, key: str) -> Sequence[ScorecardVersion]:
    """All versions of an own scorecard, newest first."""
    return queries.versions(session, key)


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


def fork(session: WriteSession, *, actor: Actor, key: str, entry: ForkIn) -> ScorecardVersion:
    """Start an own scorecard as a copy of another. Raises `Conflict` when the key is taken."""
    actor.require(Action.LIBRARY_EDIT)
    source = scorecard_of(session, actor=actor, key=key)
    if entry.key in library.ids("scorecards") or queries.versions(session, entry.key):
        raise Conflict("scorecard.key_taken", f"{entry.key} exists already; choose another.", field="key")
    text = _with_head(yaml_of(source), entry.key, 1, entry.name)
    return _add(session, actor, entry.key, 1, text, based_on=source.label)


def new_version(session: WriteSession, *, actor: Actor, key: str) -> ScorecardVersion:
    """Start the next version of an own, published scorecard as a draft."""
    actor.require(Action.LIBRARY_EDIT)
    source = scorecard_of(session, actor=actor, key=key)
    if source.row is None:
        raise Conflict("scorecard.shipped", "A shipped scorecard cannot be edited; fork it.")
    if source.is_draft:
        raise Conflict("scorecard.draft_open", f"{source.label} is a draft already; edit that one.")
    number = source.number + 1
    text = _with_head(source.row.text, key, number, source.name)
    return _add(session, actor, key, number, text, based_on=source.label)


def edit_draft(
    session: WriteSession, *, actor: Actor, key: str, entry: TextIn, seen: int | None
) -> ScorecardVersion:
    """Replace a draft's text. Raises `Invalid` with all problems, `Conflict` when it is published."""
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    unchanged(row, seen, {"text": entry.text})
    scorecard, body = read_text(entry.text)
    _same_head(scorecard, row)
    before, row.text, row.body = row.digest, entry.text, body
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
    audit.record(
        session,
        actor,
        "scorecards.version.published",
        ("scorecard_version", row.id),
        label=f"{row.key} v{row.number}",
        after={"digest": row.digest},
    )
    session.flush()
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
    rows = queries.versions(session, key)
    if not rows:
        raise NotFound("scorecard.not_found", f"There is no own scorecard {key!r}; fork one first.")
    if rows[0].state is not ScorecardState.DRAFT:
        message = f"{key} v{rows[0].number} is published and frozen; start a new version."
        raise Conflict("scorecard.published", message)
    return rows[0]


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


def _with_head(text: str, key: str, number: int, name: str) -> str:
    """The same text under another id, version and name; comments stay where they are."""
    shown = yaml.safe_dump(name, default_flow_style=True, allow_unicode=True, width=10_000)
    shown = shown.removesuffix("\n").removesuffix("\n...")
    for field, value in (("id", key), ("version", str(number)), ("name", shown)):
        line = f"{field}: {value}".replace("\\", r"\\")
        text, found = re.subn(rf"(?m)^{field}:.*$", line, text, count=1)
        if not found:
            text = f"{field}: {value}\n{text}"
    return text
