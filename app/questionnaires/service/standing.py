"""What became of what was sent: links opened, mails delivered or failed, answers waiting."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.models import OneTimeLink
from app.jobs import service as jobs
from app.jobs.models import MailState, OutgoingMail
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires import queries
from app.questionnaires.models import LinkKind
from app.questionnaires.service.access import SUBJECT, response_access


@dataclass(frozen=True, slots=True)
class Handed:
    """A link that was handed out, without its secret; `opened_at` is None until somebody pressed its button."""

    id: UUID
    kind: LinkKind
    section_id: str
    holder: str
    opened_at: datetime | None
    expires_at: datetime
    is_live: bool


@dataclass(frozen=True, slots=True)
class SentState:
    """How far a response came with its vendor: `state` not_sent, made (a link to copy), queued, delivered, opened,
    failed or bounced; `error` is the mail server's word, `at` the moment of the state."""

    state: str
    at: datetime | None = None
    error: str = ""


def links_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> list[Handed]:
    """The links that were handed out, newest first; a vendor sees those of its colleagues."""
    access = response_access(session, actor, response_id)
    now = clock.now()
    found = [
        Handed(
            link.id,
            handed.kind,
            handed.section_id,
            link.holder_name,
            link.used_at,
            link.expires_at,
            is_live=link.revoked_at is None and link.expires_at > now,
        )
        for handed, link in queries.links_of(session, [response_id])
        if not access.only and (not access.is_vendor or handed.kind is LinkKind.DELEGATE)
    ]
    return found[::-1]


def mails_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> Sequence[OutgoingMail]:
    """The mails that Assay sent about a response, newest first, with what became of them; not for vendors."""
    access = response_access(session, actor, response_id)
    return [] if access.is_vendor else jobs.mails_about(session, SUBJECT, [response_id])


def sent_states(session: ReadSession, response_ids: Collection[UUID]) -> Mapping[UUID, SentState]:
    """Response id -> how far it came; the caller checked that the responses may be seen."""
    links: dict[UUID, OneTimeLink] = {}
    opened: dict[UUID, datetime] = {}
    for handed, link in queries.links_of(session, response_ids):
        if handed.kind is LinkKind.DELEGATE or link.revoked_at is not None:
            continue
        links[handed.response_id] = link
        if link.used_at is not None:
            opened.setdefault(handed.response_id, link.used_at)
    mails: dict[UUID, OutgoingMail] = {}
    for row in jobs.mails_about(session, SUBJECT, response_ids):
        if row.subject_id is not None and row.purpose in ("invitation", "reminder"):
            mails.setdefault(row.subject_id, row)
    return {each: _state(links.get(each), opened.get(each), mails.get(each)) for each in response_ids}


def _state(link: OneTimeLink | None, opened: datetime | None, mail: OutgoingMail | None) -> SentState:
    if link is None:
        return SentState("not_sent")
    if mail is not None and mail.created_at >= link.created_at:
        if mail.state in (MailState.FAILED, MailState.BOUNCED):
            return SentState(mail.state.value, mail.created_at, mail.error)
        if opened is None:
            state = "delivered" if mail.state is MailState.SENT else "queued"
            return SentState(state, mail.sent_at or mail.created_at, mail.error)
    return SentState("opened", opened) if opened is not None else SentState("made", link.created_at)
