"""What a finished response tells the register of vendors."""

from app.core.questionnaire import feeds, to_plain
from app.kit.db import WriteSession
from app.questionnaires import queries
from app.questionnaires.service.access import ResponseAccess
from app.questionnaires.service.held import answers_from
from app.vendors import service as vendors
from app.vendors.models import Standing

_PREFIX = "vendor."
_STANDINGS = {"claimed": Standing.CLAIMED, "evidenced": Standing.EVIDENCED}


def record_facts(session: WriteSession, access: ResponseAccess) -> None:
    """Write every answer that feeds `vendor.…` down as a fact with the answer as its source.

    Sealed answers are no facts: the register is open to more people. A fact that stands already is left.
    """
    rows = queries.answers_of(session, [access.response.id])[access.response.id]
    found = feeds(access.template, access.profile, answers_from(access.template, rows))
    known = vendors.facts_of(session, access.candidate.vendor_id)
    for target, entries in found.items():
        key = target.removeprefix(_PREFIX)
        for fed in entries:
            standing = _STANDINGS.get(fed.status)
            if key == target or standing is None or fed.sealed:
                continue
            row, value, old = rows[fed.question], to_plain(fed.value), known.get(key)
            if old is not None and (old.value, old.standing, old.source_id) == (value, standing, str(row.id)):
                continue
            vendors.record_fact(
                session,
                actor=access.actor,
                vendor_id=access.candidate.vendor_id,
                key=key,
                value=value,
                standing=standing,
                source=("answer", row.id),
            )
    session.flush()
