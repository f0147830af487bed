"""Who may do what: one table of roles and actions, global or on an evaluation's panel."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.core.errors import Forbidden


class Role(StrEnum):
    """What a person is for; one person may hold several, in general or on one panel."""

    ADMIN = "admin"
    PROCUREMENT_LEAD = "procurement_lead"
    ML_LEAD = "ml_lead"
    EVALUATOR = "evaluator"
    SECURITY_REVIEWER = "security_reviewer"
    APPROVER = "approver"
    READER = "reader"
    VENDOR_LINK = "vendor_link"


class Action(StrEnum):
    """Every verb that needs a right."""

    ACCOUNT_MANAGE = "account.manage"
    AUDIT_READ = "audit.read"
    STATUS_READ = "status.read"
    JOB_RETRY = "job.retry"
    VENDOR_READ = "vendor.read"
    VENDOR_EDIT = "vendor.edit"
    CERTIFICATE_EDIT = "certificate.edit"
    LIBRARY_READ = "library.read"
    LIBRARY_EDIT = "library.edit"
    EVALUATION_READ = "evaluation.read"
    EVALUATION_CREATE = "evaluation.create"
    EVALUATION_EDIT = "evaluation.edit"
    PANEL_EDIT = "panel.edit"
    CANDIDATE_MOVE = "candidate.move"
    NOTE_WRITE = "note.write"
    FILE_ADD = "file.add"
    ANSWER_WRITE = "answer.write"
    PRICE_READ = "price.read"
    PILOT_EDIT = "pilot.edit"
    RATE = "rating.write"
    SCORECARD_PIN = "scorecard.pin"
    GATE_WAIVE = "gate.waive"
    RESULT_READ = "result.read"
    RECOMMEND = "decision.recommend"
    APPROVE = "decision.approve"
    ONBOARDING_EDIT = "onboarding.edit"


_READ = frozenset(
    {
        Action.VENDOR_READ,
        Action.LIBRARY_READ,
        Action.EVALUATION_READ,
        Action.RESULT_READ,
        Action.STATUS_READ,
    }
)
_WRITE_BESIDE = frozenset({Action.NOTE_WRITE, Action.FILE_ADD})
_LEAD = (
    _READ
    | _WRITE_BESIDE
    | {
        Action.VENDOR_EDIT,
        Action.LIBRARY_EDIT,
        Action.EVALUATION_CREATE,
        Action.EVALUATION_EDIT,
        Action.PANEL_EDIT,
        Action.CANDIDATE_MOVE,
        Action.ANSWER_WRITE,
        Action.RATE,
        Action.SCORECARD_PIN,
        Action.RECOMMEND,
        Action.ONBOARDING_EDIT,
        Action.AUDIT_READ,
    }
)

RIGHTS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Action),
        Role.PROCUREMENT_LEAD: _LEAD | {Action.CERTIFICATE_EDIT, Action.PRICE_READ, Action.PILOT_EDIT},
        Role.ML_LEAD: _LEAD | {Action.PILOT_EDIT},
        Role.EVALUATOR: _READ | _WRITE_BESIDE | {Action.RATE},
        Role.SECURITY_REVIEWER: _READ | _WRITE_BESIDE | {Action.RATE, Action.CERTIFICATE_EDIT},
        Role.APPROVER: _READ
        | {Action.NOTE_WRITE, Action.APPROVE, Action.GATE_WAIVE, Action.PRICE_READ, Action.AUDIT_READ},
        Role.READER: _READ,
        Role.VENDOR_LINK: frozenset({Action.ANSWER_WRITE, Action.FILE_ADD}),
    }
)


def may(roles: Iterable[Role], action: Action) -> bool:
    """Whether any of the roles carries the right; pass general and panel roles together.

    >>> may([Role.READER], Action.VENDOR_READ), may([Role.READER], Action.VENDOR_EDIT)
    (True, False)
    """
    return any(action in RIGHTS[role] for role in roles)


def require(roles: Iterable[Role], action: Action) -> None:
    """Let pass, or raise `Forbidden` naming the roles that could do it."""
    if may(roles, action):
        return
    able = ", ".join(role.value.replace("_", " ") for role in Role if action in RIGHTS[role])
    raise Forbidden(
        "permission.missing", f"This needs one of the roles: {able}. Ask an admin to give it to you."
    )
