"""The words of evaluations as the pages spell them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from zoneinfo import available_timezones

from app.audit.service import Recorded
from app.core.permissions import Role
from app.evaluations.models import Stage
from app.kit import library, wording
from app.kit.ui import Event, Option

GOVERNANCE = (
    Option(
        "solo",
        "Solo",
        "One person, an afternoon. Ten criteria, eighteen questions; no blind codes, no conflict forms, no "
        "standstill.",
    ),
    Option(
        "team",
        "Team",
        "Several people score, blind until they lock; the panel talks about what they saw differently.",
    ),
    Option(
        "formal",
        "Formal",
        "All controls on: known to its panel only, conflict forms, sealed prices, moderation, standstill.",
    ),
)
STAGE_KINDS: Mapping[Stage, str] = {
    Stage.SHORTLIST: "info",
    Stage.PILOT: "info",
    Stage.FINALIST: "info",
    Stage.SELECTED: "ok",
    Stage.RESERVE: "warn",
}
PANEL_ROLES: Mapping[Role, str] = {
    Role.PROCUREMENT_LEAD: "runs the evaluation",
    Role.ML_LEAD: "sets up the pilot and compares",
    Role.EVALUATOR: "scores",
    Role.SECURITY_REVIEWER: "checks certificates and scores security",
    Role.APPROVER: "signs the decision",
    Role.READER: "reads along",
}
_BEFORE = {
    "pilot_data": "before any pilot data leaves",
    "shortlist": "before the shortlist",
    "award": "before the award",
    "kickoff": "before kickoff",
}
_ID = re.compile(r"[a-z]+(?:_[a-z]+)*")
_HAPPENED = {
    "evaluations.evaluation.created": "Evaluation opened",
    "evaluations.evaluation.edited": "Details changed: {changed}",
    "evaluations.need.set": "Need changed: {changed}",
    "evaluations.panel.set": "Panel changed",
    "evaluations.evaluation.state_set": "Now {state}",
    "evaluations.candidate.added": "{label} taken in",
    "evaluations.candidate.moved": "{label} moved to {stage}",
    "evaluations.search.logged": "Search noted",
}


def words(value: str) -> str:
    """An id as people read it: 'procurement_lead' is 'Procurement lead'."""
    return value.replace("_", " ").capitalize()


def stages(which: Iterable[Stage] = Stage) -> tuple[Option, ...]:
    """Stages as choices."""
    return tuple(Option(stage.value, words(stage)) for stage in which)


def channels() -> tuple[Option, ...]:
    """How one comes to know a vendor."""
    return tuple(Option(term.id, term.name) for term in library.taxonomy().search_channels.values())


def channel_name(channel: str) -> str:
    """The name of a channel; what the taxonomy does not list is read aloud."""
    term = library.taxonomy().search_channels.get(channel)
    return term.name if term else words(channel)


def term_names(listed: str, values: Iterable[str]) -> str:
    """Taxonomy values of one list, by name, in a row."""
    terms = library.taxonomy().terms(listed)
    return ", ".join(terms[value].name if value in terms else value for value in values)


def data_classes() -> tuple[Option, ...]:
    """Kinds of data with the agreements each requires."""
    return tuple(
        Option(item.id, item.name, required(item.id)) for item in library.taxonomy().data_classes.values()
    )


def required(data_class: str) -> str:
    """Which agreements a kind of data needs and by when, '' when none."""
    taxonomy = library.taxonomy()
    item = taxonomy.data_classes.get(data_class)
    if item is None or not (item.requires or item.transfer or item.note):
        return ""
    papers = " and ".join(taxonomy.certifications[paper].name for paper in item.requires)
    needs = f"{papers} {_BEFORE.get(item.before, '')}".strip() if papers else ""
    return "; ".join(part for part in (needs, _ID.sub(_named, item.transfer), item.note) if part)


def _named(found: re.Match[str]) -> str:
    term = library.taxonomy().certifications.get(found[0])
    return term.name if term else found[0]


def zones() -> tuple[Option, ...]:
    """Time zones by place, UTC first."""
    places = sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    return tuple(Option(name, name.replace("_", " ")) for name in ("UTC", *places))


def happened(item: Recorded, zone: str) -> Event:
    """A recorded write as a line of the history; actions of other features are read aloud."""
    changed = ", ".join(name.replace("_", " ") for name in item.after) or "nothing"
    pattern = _HAPPENED.get(item.action, "")
    text = (
        pattern.format(
            changed=changed,
            label=item.label or "A candidate",
            state=item.after.get("state", ""),
            stage=item.after.get("stage", ""),
        )
        if pattern
        else words(" ".join(item.action.split(".")[1:]))
    )
    reason = f": {item.reason}" if item.reason else ""
    return Event(
        when=wording.moment(item.at, zone),
        at=item.at.astimezone(UTC).isoformat(),
        text=text + reason,
        who=item.who or "Somebody who was erased",
    )
