"""The library's questionnaires, shipped and our own, and the pinned ones that responses hold on to."""

from dataclasses import dataclass
from typing import Any

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.questionnaire import Questionnaire, core_subset, parse_questionnaire
from app.core.taxonomy import Taxonomy
from app.kit import canonical, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import (
    PinnedQuestionnaire,
    QuestionnaireResponse,
    QuestionnaireVersion,
    Variant,
    VersionState,
)

KIND = "questionnaires"
_parsed: dict[tuple[str, Variant], Questionnaire] = {}  # pinned bodies never change, and there are few


@dataclass(frozen=True, slots=True)
class Template:
    """A questionnaire of the library, shipped or our own. `body` is its plain values as a file would hold them;
    `questionnaire` is None while a draft has `problems`; `row` is None for a shipped one."""

    key: str
    number: int
    title: str
    body: dict[str, Any]
    questionnaire: Questionnaire | None
    problems: tuple[Problem, ...] = ()
    row: QuestionnaireVersion | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it may still change, and so is asked of nobody."""
        return self.row is not None and self.row.state is VersionState.DRAFT

    @property
    def label(self) -> str:
        """Key and version as people say them."""
        return f"{self.key} v{self.number}"


def templates(session: ReadSession, *, actor: Actor) -> list[Template]:
    """The shipped questionnaires, then the newest version of each of our own, by key."""
    actor.require(Action.LIBRARY_READ)
    newest: dict[str, QuestionnaireVersion] = {}
    for row in queries.all_versions(session):
        newest.setdefault(row.key, row)
    return [*(_shipped(key) for key in library.ids(KIND)), *(template_from(row) for row in newest.values())]


def askable(session: ReadSession, *, actor: Actor) -> list[Template]:
    """What a vendor can be asked: the shipped questionnaires and the newest published one of each of our own."""
    actor.require(Action.LIBRARY_READ)
    newest: dict[str, QuestionnaireVersion] = {}
    for row in queries.all_versions(session):
        if row.state is VersionState.PUBLISHED:
            newest.setdefault(row.key, row)
    return [*(_shipped(key) for key in library.ids(KIND)), *(template_from(row) for row in newest.values())]


def template(session: ReadSession, *, actor: Actor, key: str, number: int | None = None) -> Template:
    """One questionnaire; of our own the newest version, or the one with this number. Raises `NotFound`."""
    actor.require(Action.LIBRARY_READ)
    if key in library.ids(KIND):
        shipped = _shipped(key)
        if number in (None, shipped.number):
            return shipped
    for row in queries.versions(session, key):
        if number in (None, row.number):
            return template_from(row)
    message = f"There is no questionnaire {key[:80]!r} in this version; open the list."
    raise NotFound("questionnaire.not_found", message)


def asked_now(session: ReadSession, key: str) -> Template:
    """What a vendor is asked today under this key: the shipped one, or the newest published of our own.

    Raises `NotFound`, `Conflict` while there are only drafts.
    """
    if key in library.ids(KIND):
        return _shipped(key)
    rows = queries.versions(session, key)
    for row in rows:
        if row.state is VersionState.PUBLISHED:
            return template_from(row)
    if rows:
        raise Conflict("questionnaire.draft", f"{rows[0].title} is a draft; publish it before asking it.")
    raise NotFound("questionnaire.not_found", f"There is no questionnaire {key[:80]!r}; open the list.")


def template_from(row: QuestionnaireVersion) -> Template:
    """A version of our own, read; a draft may have problems instead of a questionnaire."""
    body = levels_as_numbers(row.body)
    questionnaire, problems = read_body(body)
    return Template(row.key, row.number, row.title, body, questionnaire, problems, row)


def read_body(body: dict[str, Any]) -> tuple[Questionnaire | None, tuple[Problem, ...]]:
    """The questionnaire of plain values, or everything that is wrong with it."""
    try:
        return parse_questionnaire(body, library.taxonomy()), ()
    except Invalid as failure:
        return None, failure.problems


def _shipped(key: str) -> Template:
    body = library.load(KIND, key)
    found = parse_questionnaire(body, library.taxonomy())
    return Template(key, found.version, found.title, body, found)


def written_out(body: dict[str, Any]) -> dict[str, Any]:
    """The plain values with the taxonomy's words in the place of `options_from`."""
    found: dict[str, Any] = _written_out(body, library.taxonomy())
    return found


def _written_out(value: Any, taxonomy: Taxonomy) -> Any:
    """The values with `options_from` replaced by the options: what was asked must not change with the taxonomy."""
    if isinstance(value, list):
        return [_written_out(item, taxonomy) for item in value]
    if not isinstance(value, dict):
        return value
    source = value.get("options_from")
    if source is None:
        return {key: _written_out(item, taxonomy) for key, item in value.items()}
    terms = taxonomy.terms(str(source).removeprefix("taxonomy."))
    options = [{"id": term.id, "text": term.name} for term in terms.values() if not term.retired]
    kept = {key: _written_out(item, taxonomy) for key, item in value.items() if key != "options_from"}
    return {**kept, "options": options}


def pin(session: WriteSession, *, actor: Actor, key: str) -> PinnedQuestionnaire:
    """The questionnaire as it is asked now, stored once per contents; later versions do not reach it."""
    body = written_out(asked_now(session, key).body)
    digest = canonical.digest(body)
    row = queries.pinned_by_digest(session, digest)
    if row is not None:
        return row
    row = PinnedQuestionnaire(key=key, version=int(body["version"]), digest=digest, body=keys_as_text(body))
    session.add(row)
    session.flush()
    after = {"key": key, "version": row.version, "digest": digest}
    audit.record(
        session, actor, "questionnaires.questionnaire.pinned", ("questionnaire", row.id), after=after
    )
    return row


def keys_as_text(value: Any) -> Any:
    """JSON has no whole numbers as keys (the levels of a scale): they travel as text."""
    if isinstance(value, dict):
        return {str(key): keys_as_text(item) for key, item in value.items()}
    return [keys_as_text(item) for item in value] if isinstance(value, list) else value


def levels_as_numbers(value: Any) -> Any:
    """The same values with the levels of scales as whole numbers, as a YAML file has them."""
    if isinstance(value, dict):
        return {
            int(key) if key.isdecimal() and len(key) < 10 else key: levels_as_numbers(item)
            for key, item in value.items()
        }
    return [levels_as_numbers(item) for item in value] if isinstance(value, list) else value


def template_of(session: ReadSession, response: QuestionnaireResponse) -> Questionnaire:
    """What this response asks: the pinned questionnaire, or its core."""
    pinned = session.get_one(PinnedQuestionnaire, response.questionnaire_id)
    place = (pinned.digest, response.variant)
    if place not in _parsed:
        whole = parse_questionnaire(levels_as_numbers(pinned.body), library.taxonomy())
        _parsed[place] = core_subset(whole) if response.variant is Variant.CORE else whole
    return _parsed[place]
