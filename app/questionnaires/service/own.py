"""Questionnaires of our own: begin, copy, import, edit, publish, compare."""

import json
from collections.abc import Callable
from typing import Any

import yaml

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.questionnaire import Change, differences, parse_questionnaire
from app.core.questionnaire.edit import Body, blank
from app.kit import canonical, clock, library, storable
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.yamlfile import load_yaml
from app.questionnaires import queries
from app.questionnaires.models import QuestionnaireVersion, VersionState
from app.questionnaires.schemas import NewTemplateIn
from app.questionnaires.service.templates import (
    KIND,
    Template,
    keys_as_text,
    levels_as_numbers,
    read_body,
    template,
    template_from,
)

MOST_QUESTIONS = 1000
_MOST_BYTES = 2_000_000


def versions(session: ReadSession, *, actor: Actor, key: str) -> list[Template]:
    """Every version that can be read: of a shipped questionnaire the one, of our own all, newest first."""
    actor.require(Action.LIBRARY_READ)
    if key in library.ids(KIND):
        return [template(session, actor=actor, key=key)]
    return [template_from(row) for row in queries.versions(session, key)]


def yaml_of(found: Template) -> str:
    """The questionnaire as a YAML file: a shipped one as it was shipped, our own without comments."""
    if found.row is None:
        return (library.library_path() / KIND / f"{found.key}.yaml").read_text(encoding="utf-8")
    return as_yaml(found.body)


def as_yaml(values: Any) -> str:
    """Plain values as YAML in the order they have."""
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)
    return text


def create(session: WriteSession, *, actor: Actor, entry: NewTemplateIn) -> QuestionnaireVersion:
    """Begin a blank draft. Raises `Conflict` at `key` when the key is taken."""
    actor.require(Action.LIBRARY_EDIT)
    _require_free(session, entry.key)
    return _add(session, actor, entry.key, 1, blank(entry.key, entry.title), based_on="")


def create_from(
    session: WriteSession, *, actor: Actor, entry: NewTemplateIn, body: Body, based_on: str
) -> QuestionnaireVersion:
    """Begin a draft with these plain values under another key and title."""
    actor.require(Action.LIBRARY_EDIT)
    _require_free(session, entry.key)
    return _add(session, actor, entry.key, 1, {**body, "title": entry.title}, based_on=based_on)


def fork(session: WriteSession, *, actor: Actor, key: str, entry: NewTemplateIn) -> QuestionnaireVersion:
    """Begin a draft as a copy of another questionnaire; question ids stay what they are."""
    source = template(session, actor=actor, key=key)
    return create_from(session, actor=actor, entry=entry, body=source.body, based_on=source.label)


def new_version(session: WriteSession, *, actor: Actor, key: str) -> QuestionnaireVersion:
    """Begin the next version of a published questionnaire of our own; responses keep the version they have."""
    actor.require(Action.LIBRARY_EDIT)
    source = template(session, actor=actor, key=key)
    if source.row is None:
        raise Conflict(
            "questionnaire.shipped", "A shipped questionnaire is not edited; copy it and edit the copy."
        )
    if source.is_draft:
        raise Conflict("questionnaire.draft_open", f"{source.label} is a draft already; edit that one.")
    return _add(session, actor, key, source.number + 1, source.body, based_on=source.label)


def import_text(session: WriteSession, *, actor: Actor, text: str) -> QuestionnaireVersion:
    """A draft from a YAML file: a new questionnaire, the next version of one of our own, or its open draft.

    Raises `Invalid` with every problem and its path, `Conflict` for the id of a shipped one.
    """
    actor.require(Action.LIBRARY_EDIT)
    body = load_yaml(text.encode(), "text")
    parsed = parse_questionnaire(body, library.taxonomy())
    if parsed.id in library.ids(KIND):
        message = f"{parsed.id} is shipped with Assay; give the file another id."
        raise Conflict("questionnaire.shipped", message, field="text")
    rows = queries.versions(session, parsed.id)
    if rows and rows[0].state is VersionState.DRAFT:
        return _replace(session, actor, rows[0], body, "imported")
    number = rows[0].number + 1 if rows else 1
    return _add(session, actor, parsed.id, number, body, based_on="a YAML file")


def draft(session: ReadSession, *, actor: Actor, key: str) -> QuestionnaireVersion:
    """The open draft of a questionnaire. Raises `NotFound`, `Conflict` when the newest version is published."""
    actor.require(Action.LIBRARY_EDIT)
    return _draft(session, key)


def edit(
    session: WriteSession, *, actor: Actor, key: str, seen: int | None, change: Callable[[Body], Body]
) -> QuestionnaireVersion:
    """Change the draft with a function of `core.questionnaire.edit` bound to its values.

    Faults that the change leaves are kept, and keep the draft from being published.
    """
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    unchanged(row, seen, {"draft": "your change"}, stored={"draft": "changed by somebody else"})
    return _replace(session, actor, row, change(levels_as_numbers(row.body)), "edited")


def replace_body(
    session: WriteSession, *, actor: Actor, key: str, seen: int | None, body: Body
) -> QuestionnaireVersion:
    """The draft with other plain values. Raises `Invalid` when they cannot be read as a questionnaire at all."""
    values = levels_as_numbers(body)
    parse_questionnaire({**values, "id": key, "version": 1}, library.taxonomy())
    return edit(session, actor=actor, key=key, seen=seen, change=lambda _: values)


def publish(
    session: WriteSession, *, actor: Actor, key: str, seen: int | None = None
) -> QuestionnaireVersion:
    """Freeze the draft, so that vendors can be asked. Raises `Invalid` with everything that is wrong with it."""
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    unchanged(row, seen, {"draft": "your version"}, stored={"draft": "changed by somebody else"})
    _, problems = read_body(levels_as_numbers(row.body))
    if problems:
        raise Invalid("questionnaire.invalid", list(problems))
    row.state, row.published_at = VersionState.PUBLISHED, clock.now()
    session.add(row)
    _record(session, actor, row, "version.published")
    session.flush()
    return row


def discard(session: WriteSession, *, actor: Actor, key: str) -> None:
    """Throw the open draft away; published versions stay."""
    actor.require(Action.LIBRARY_EDIT)
    row = _draft(session, key)
    _record(session, actor, row, "draft.discarded")
    session.delete(row)
    session.flush()


def compare(
    session: ReadSession, *, actor: Actor, key: str, before: int, after: int
) -> tuple[Template, Template, tuple[Change, ...]]:
    """Two versions of a questionnaire and every change from the first to the second."""
    old = template(session, actor=actor, key=key, number=before)
    new = template(session, actor=actor, key=key, number=after)
    return old, new, differences(old.body, new.body)


def _require_free(session: ReadSession, key: str) -> None:
    if key in library.ids(KIND) or queries.versions(session, key):
        raise Conflict("questionnaire.key_taken", f"{key} exists already; choose another.", field="key")


def _draft(session: ReadSession, key: str) -> QuestionnaireVersion:
    rows = queries.versions(session, key)
    if not rows:
        raise NotFound(
            "questionnaire.not_found", "There is no such questionnaire of our own; copy one first."
        )
    if rows[0].state is not VersionState.DRAFT:
        message = f"{key} v{rows[0].number} is published and frozen; begin a new version."
        raise Conflict("questionnaire.published", message)
    return rows[0]


def _fitting(body: Body, key: str, number: int) -> Body:
    """The values under the id and version of their row. Raises `Invalid` when there are too many."""
    values = keys_as_text({**body, "id": key, "version": number})
    try:
        storable.require_json(json.dumps(values, allow_nan=False).encode())
    except ValueError:
        message = "A number in it is infinite or not a number at all; write a finite one."
        raise Invalid("questionnaire.not_finite", [Problem("", message)]) from None
    count = sum(len(entry.get("questions", ())) for entry in values["sections"])
    if count > MOST_QUESTIONS or len(as_yaml(values)) > _MOST_BYTES:
        message = f"A questionnaire holds at most {MOST_QUESTIONS} questions; make two of it."
        raise Invalid("questionnaire.too_large", [Problem("", message)])
    fitting: Body = values
    return fitting


def _title(body: Body, key: str) -> str:
    title = body.get("title")
    return title.strip()[:200] if isinstance(title, str) and title.strip() else key


def _add(
    session: WriteSession, actor: Actor, key: str, number: int, body: Body, *, based_on: str
) -> QuestionnaireVersion:
    values = _fitting(body, key, number)
    row = QuestionnaireVersion(
        key=key,
        number=number,
        title=_title(values, key),
        body=values,
        based_on=based_on[:100],
        created_by=actor.id,
    )
    session.add(row)
    _record(session, actor, row, "draft.started", based_on=row.based_on)
    session.flush()
    return row


def _replace(
    session: WriteSession, actor: Actor, row: QuestionnaireVersion, body: Body, verb: str
) -> QuestionnaireVersion:
    before = canonical.digest(row.body)
    row.body = _fitting(body, row.key, row.number)
    row.title = _title(row.body, row.key)
    session.add(row)
    _record(session, actor, row, f"draft.{verb}", before=before)
    session.flush()
    return row


def _record(
    session: WriteSession,
    actor: Actor,
    row: QuestionnaireVersion,
    verb: str,
    *,
    before: str = "",
    **after: object,
) -> None:
    audit.record(
        session,
        actor,
        f"questionnaires.{verb}",
        ("questionnaire_version", row.id),
        label=f"{row.key} v{row.number}",
        before={"digest": before} if before else None,
        after={"digest": canonical.digest(row.body), **after},
    )
