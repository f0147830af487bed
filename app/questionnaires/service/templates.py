"""The library's questionnaires, and the pinned ones that responses hold on to."""

from collections.abc import Sequence
from typing import Any

from app.audit import service as audit
from app.core.permissions import Action
from app.core.questionnaire import Questionnaire, core_subset, parse_questionnaire
from app.core.taxonomy import Taxonomy
from app.kit import canonical, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.models import PinnedQuestionnaire, QuestionnaireResponse, Variant

KIND = "questionnaires"
_parsed: dict[tuple[str, Variant], Questionnaire] = {}  # pinned bodies never change, and there are few


def library_questionnaires(*, actor: Actor) -> Sequence[Questionnaire]:
    """Every questionnaire of the library, by id."""
    actor.require(Action.LIBRARY_READ)
    return [_read(key) for key in library.ids(KIND)]


def library_questionnaire(*, actor: Actor, key: str) -> Questionnaire:
    """One questionnaire of the library. Raises `NotFound`, and `Invalid` with every fault of the file."""
    actor.require(Action.LIBRARY_READ)
    return _read(key)


def library_body(*, actor: Actor, key: str) -> dict[str, Any]:
    """The plain values of one questionnaire of the library, with the taxonomy's words written out."""
    actor.require(Action.LIBRARY_READ)
    return _body(key)


def _read(key: str) -> Questionnaire:
    return parse_questionnaire(library.load(KIND, key), library.taxonomy())


def _body(key: str) -> dict[str, Any]:
    _read(key)  # a file with faults is never pinned
    body: dict[str, Any] = _written_out(library.load(KIND, key), library.taxonomy())
    return body


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
    """The library's questionnaire as it is now, stored once per contents."""
    body = _body(key)
    digest = canonical.digest(body)
    row = queries.pinned_by_digest(session, digest)
    if row is not None:
        return row
    row = PinnedQuestionnaire(key=key, version=int(body["version"]), digest=digest, body=_keys_as_text(body))
    session.add(row)
    session.flush()
    after = {"key": key, "version": row.version, "digest": digest}
    audit.record(
        session, actor, "questionnaires.questionnaire.pinned", ("questionnaire", row.id), after=after
    )
    return row


def _keys_as_text(value: Any) -> Any:
    """JSON has no whole numbers as keys (the levels of a scale): they travel as text."""
    if isinstance(value, dict):
        return {str(key): _keys_as_text(item) for key, item in value.items()}
    return [_keys_as_text(item) for item in value] if isinstance(value, list) else value


def _levels_as_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {int(key) if key.isdigit() else key: _levels_as_numbers(item) for key, item in value.items()}
    return [_levels_as_numbers(item) for item in value] if isinstance(value, list) else value


def template_of(session: ReadSession, response: QuestionnaireResponse) -> Questionnaire:
    """What this response asks: the pinned questionnaire, or its core."""
    pinned = session.get_one(PinnedQuestionnaire, response.questionnaire_id)
    place = (pinned.digest, response.variant)
    if place not in _parsed:
        whole = parse_questionnaire(_levels_as_numbers(pinned.body), library.taxonomy())
        _parsed[place] = core_subset(whole) if response.variant is Variant.CORE else whole
    return _parsed[place]
