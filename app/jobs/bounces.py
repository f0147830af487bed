"""Mails that come back: which one it was, and why."""

import re
from email import message_from_string, policy
from email.message import Message
from uuid import UUID

from app.core.errors import NotFound
from app.jobs.models import MailState, OutgoingMail
from app.kit.db import WriteSession

_OURS = re.compile(r"^message-id:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)


def note_bounce(session: WriteSession, report: str) -> OutgoingMail:
    """Mark the mail that a delivery report (RFC 3464) says has failed.

    Raises `NotFound` for a text that is no report of a failure, or names no mail of ours: a delay is none.
    """
    message = message_from_string(report, policy=policy.default)
    diagnosis = next((_failure(part) for part in message.walk() if _failure(part)), "")
    named = _OURS.findall(report)
    row = session.get(OutgoingMail, UUID(named[-1])) if named and diagnosis else None
    if row is None:
        text = "This is no report that one of our mails failed. Send the whole message, with its headers."
        raise NotFound("mail.unknown", text)
    row.state, row.error = MailState.BOUNCED, diagnosis[:500]
    session.add(row)
    return row


def _failure(part: Message) -> str:
    """What the report says about a recipient that failed, '' for other parts."""
    if part.get("Action", "").strip().lower() != "failed":
        return ""
    told = part.get("Diagnostic-Code") or part.get("Status") or "the mail came back"
    return " ".join(str(told).partition(";")[2].split() or str(told).split())
