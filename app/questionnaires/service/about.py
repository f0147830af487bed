"""What a vendor reads about a request before it answers: who asks, how much, until when."""

from app.accounts.models import OneTimeLink, User
from app.kit import wording
from app.kit.db import ReadSession
from app.questionnaires.models import QuestionnaireResponse
from app.questionnaires.service.access import ResponseAccess
from app.questionnaires.service.held import hold
from app.vendors import service as vendors


def asker_of(session: ReadSession, row: QuestionnaireResponse) -> str:
    """Who asks, with the address a vendor can check; '' when nothing was sent, or the account is gone."""
    user = session.get(User, row.sent_by) if row.sent_by is not None else None
    return f"{user.name}, {user.email}" if user is not None else ""


def contact_of(session: ReadSession, access: ResponseAccess) -> tuple[str, str]:
    """Name and mail address to send to: of whoever holds the link now, else the vendor's contact in the register."""
    link = session.get(OneTimeLink, access.response.link_id) if access.response.link_id else None
    if link is not None:
        return link.holder_name, link.holder_email
    vendor = vendors.vendor_of(session, access.candidate.vendor_id)
    return vendor.contact_name, vendor.contact_email


def facts_of(session: ReadSession, access: ResponseAccess, organisation: str) -> tuple[tuple[str, str], ...]:
    """(term, text) pairs that stand in mails and in the workbook; what is not known is left out."""
    asked = hold(session, access).progress
    count = asked.sections[access.only][1] if access.only else asked.asked
    due = access.response.due
    facts = (
        ("For", organisation),
        ("Asked by", asker_of(session, access.response)),
        ("Questions", str(count)),
        ("Time needed", f"about {access.minutes} minutes" if access.minutes else ""),
        (
            "Please answer by",
            f"{wording.day(due)}, end of day ({access.evaluation.time_zone})" if due else "",
        ),
        ("Good to have at hand", ", ".join(access.evidence)),
    )
    return tuple(fact for fact in facts if fact[1])
