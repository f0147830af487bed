"""Certificates, agreements and facts of a vendor, and what they are worth on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.validity import counts_on, counts_until
from app.kit import clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.vendors import queries
from app.vendors.models import Agreement, AgreementState, Certificate, Standing, VendorFact
from app.vendors.schemas import AgreementIn, CertificateIn
from app.vendors.service.register import vendor_of

Paper = TypeVar("Paper", Certificate, Agreement)


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """What the register knows of one standard or agreement of a vendor on a day.

    `counts` is None when it cannot be told (claimed, or a date is missing); `until` is its last day; the pair
    `kind`, `id` names the row behind it, `version` the state it was read in.
    """

    standard: str
    standing: str
    counts: bool | None
    until: date | None
    kind: str
    id: UUID
    version: int
    note: str


def add_certificate(
    session: WriteSession, *, actor: Actor, vendor_id: UUID, entry: CertificateIn, file_id: UUID | None = None
) -> Certificate:
    """Record a certificate or report of a vendor. Raises `Invalid` at the field at fault."""
    actor.require(Action.CERTIFICATE_EDIT)
    vendor = vendor_of(session, vendor_id)
    _check_certificate(entry, file_id)
    row = Certificate(vendor_id=vendor.id, file_id=file_id, **entry.model_dump())
    session.add(row)
    after = entry.model_dump(exclude={"note"})
    audit.record(
        session,
        actor,
        "vendors.certificate.added",
        ("certificate", row.id),
        label=entry.standard,
        after=after,
    )
    session.flush()
    return row


def edit_certificate(
    session: WriteSession,
    *,
    actor: Actor,
    certificate_id: UUID,
    entry: CertificateIn,
    seen: int | None,
    file_id: UUID | None = None,
) -> Certificate:
    """Change a certificate; a new file replaces the old one as evidence, which itself stays stored."""
    actor.require(Action.CERTIFICATE_EDIT)
    row = paper(session, Certificate, certificate_id)
    unchanged(row, seen, entry.model_dump())
    _check_certificate(entry, file_id or row.file_id)
    before = {name: getattr(row, name) for name in entry.model_dump(exclude={"note"})}
    for name, value in entry.model_dump().items():
        setattr(row, name, value)
    row.file_id = file_id or row.file_id
    old, new = audit.changes(before, entry.model_dump(exclude={"note"}))
    audit.record(
        session,
        actor,
        "vendors.certificate.edited",
        ("certificate", row.id),
        label=row.standard,
        before=old,
        after={**new, "file": row.file_id},
    )
    session.flush()
    return row


def remove_certificate(session: WriteSession, *, actor: Actor, certificate_id: UUID) -> Certificate:
    """Take a certificate off the vendor; `restore_certificate` puts it back."""
    actor.require(Action.CERTIFICATE_EDIT)
    return _remove(session, actor, paper(session, Certificate, certificate_id))


def restore_certificate(session: WriteSession, *, actor: Actor, certificate_id: UUID) -> Certificate:
    """Undo a removal."""
    actor.require(Action.CERTIFICATE_EDIT)
    return _restore(session, actor, paper(session, Certificate, certificate_id, removed=True))


def add_agreement(
    session: WriteSession, *, actor: Actor, vendor_id: UUID, entry: AgreementIn, file_id: UUID | None = None
) -> Agreement:
    """Record an agreement with a vendor. Raises `Invalid` at the field at fault."""
    actor.require(Action.VENDOR_EDIT)
    vendor = vendor_of(session, vendor_id)
    _check_agreement(entry)
    row = Agreement(vendor_id=vendor.id, file_id=file_id, **entry.model_dump())
    session.add(row)
    after = entry.model_dump(exclude={"note"})
    audit.record(
        session, actor, "vendors.agreement.added", ("agreement", row.id), label=entry.kind, after=after
    )
    session.flush()
    return row


def edit_agreement(
    session: WriteSession,
    *,
    actor: Actor,
    agreement_id: UUID,
    entry: AgreementIn,
    seen: int | None,
    file_id: UUID | None = None,
) -> Agreement:
    """Change an agreement: most often its state."""
    actor.require(Action.VENDOR_EDIT)
    row = paper(session, Agreement, agreement_id)
    unchanged(row, seen, entry.model_dump())
    _check_agreement(entry)
    before = {name: getattr(row, name) for name in entry.model_dump(exclude={"note"})}
    for name, value in entry.model_dump().items():
        setattr(row, name, value)
    row.file_id = file_id or row.file_id
    old, new = audit.changes(before, entry.model_dump(exclude={"note"}))
    audit.record(
        session,
        actor,
        "vendors.agreement.edited",
        ("agreement", row.id),
        label=row.kind,
        before=old,
        after={**new, "file": row.file_id},
    )
    session.flush()
    return row


def remove_agreement(session: WriteSession, *, actor: Actor, agreement_id: UUID) -> Agreement:
    """Take an agreement off the vendor; `restore_agreement` puts it back."""
    actor.require(Action.VENDOR_EDIT)
    return _remove(session, actor, paper(session, Agreement, agreement_id))


def restore_agreement(session: WriteSession, *, actor: Actor, agreement_id: UUID) -> Agreement:
    """Undo a removal."""
    actor.require(Action.VENDOR_EDIT)
    return _restore(session, actor, paper(session, Agreement, agreement_id, removed=True))


def certificate_until(row: Certificate) -> date | None:
    """Last day on which a certificate counts; None: no end, or its dates do not say."""
    rule = library.taxonomy().certifications.get(row.standard)
    return counts_until(
        rule.kind if rule else "certificate",
        period_end=row.period_end,
        valid_until=row.valid_until,
        bridge_until=row.bridge_until,
        freshness_months=rule.freshness_months if rule else None,
        bridge_months=rule.bridge_months if rule else 0,
    )


def certificate_counts(row: Certificate, day: date) -> bool:
    """Whether a certificate counts on a day, by its dates alone (who checked it is its standing)."""
    rule = library.taxonomy().certifications.get(row.standard)
    needs_end = rule is None or rule.kind in ("attestation", "certificate")
    return counts_on(day, certificate_until(row), needs_end=needs_end)


def evidence_on(session: ReadSession, vendor_id: UUID, day: date) -> Mapping[str, EvidenceState]:
    """Standard or agreement -> the strongest state the register knows of it on `day`."""
    found: dict[str, EvidenceState] = {}
    states = [_certificate_state(row, day) for row in queries.certificates(session, [vendor_id])]
    states += [_agreement_state(row, day) for row in queries.agreements(session, [vendor_id])]
    for state in states:
        held = found.get(state.standard)
        if held is None or _strength(state) > _strength(held):
            found[state.standard] = state
    return found


def record_fact(
    session: WriteSession,
    *,
    actor: Actor,
    vendor_id: UUID,
    key: str,
    value: object,
    standing: Standing,
    source: tuple[str, UUID | str],
    as_of: date | None = None,
) -> VendorFact:
    """Write down one thing known of a vendor, with its source; older facts stay."""
    vendor = vendor_of(session, vendor_id)
    row = VendorFact(
        vendor_id=vendor.id,
        key=key,
        value=value,
        standing=standing,
        source_kind=source[0],
        source_id=str(source[1]),
        as_of=as_of or clock.now().date(),
    )
    session.add(row)
    audit.record(
        session,
        actor,
        "vendors.fact.recorded",
        ("vendor", vendor.id),
        label=vendor.name,
        after={"key": key, "standing": standing, "source": list(map(str, source))},
    )
    return row


def _certificate_state(row: Certificate, day: date) -> EvidenceState:
    in_time = certificate_counts(row, day)
    counts = in_time if row.standing is not Standing.CLAIMED or not in_time else None
    return EvidenceState(
        row.standard,
        row.standing,
        counts,
        certificate_until(row),
        "certificate",
        row.id,
        row.version,
        row.scope,
    )


def _agreement_state(row: Agreement, day: date) -> EvidenceState:
    signed = row.state is AgreementState.SIGNED and counts_on(day, row.ends_on, needs_end=False)
    return EvidenceState(row.kind, row.state, signed, row.ends_on, "agreement", row.id, row.version, row.note)


def _strength(state: EvidenceState) -> tuple[int, date]:
    return {True: 2, None: 1, False: 0}[state.counts], state.until or date.max


def _check_certificate(entry: CertificateIn, file_id: UUID | None) -> None:
    rules = library.taxonomy().certifications
    problems = []
    rule = rules.get(entry.standard)
    if rule is None or rule.kind == "agreement":
        problems.append(
            Problem("standard", "Choose a standard from the list; agreements are entered below them.")
        )
    elif rule.kind == "attestation" and entry.standing is not Standing.CLAIMED and entry.period_end is None:
        problems.append(Problem("period_end", "Type the end of the period the auditor looked at."))
    elif rule.kind == "certificate" and entry.standing is not Standing.CLAIMED and entry.valid_until is None:
        problems.append(Problem("valid_until", "Type the last valid day printed on the certificate."))
    if entry.standing is Standing.EVIDENCED and file_id is None:
        problems.append(Problem("file", "Attach the document, or choose 'claimed' until it is here."))
    if problems:
        raise Invalid("certificate.invalid", problems)


def _check_agreement(entry: AgreementIn) -> None:
    rule = library.taxonomy().certifications.get(entry.kind)
    problems = []
    if entry.kind != "contract" and (rule is None or rule.kind != "agreement"):
        problems.append(Problem("kind", "Choose an agreement from the list."))
    if entry.state is AgreementState.SIGNED and entry.signed_on is None:
        problems.append(Problem("signed_on", "Type the day it was signed by both sides."))
    if entry.signed_on and entry.ends_on and entry.ends_on < entry.signed_on:
        problems.append(Problem("ends_on", "It ends before it was signed; check both dates."))
    if problems:
        raise Invalid("agreement.invalid", problems)


def paper(session: ReadSession, kind: type[Paper], identifier: UUID, *, removed: bool = False) -> Paper:
    """The certificate or agreement with this id. Raises `NotFound`."""
    row = session.get(kind, identifier)
    if row is None or (row.removed_at is not None) != removed:
        raise NotFound(
            "evidence.not_found", "This entry was removed or never existed; load the vendor again."
        )
    return row


def _remove(session: WriteSession, actor: Actor, row: Paper) -> Paper:
    row.removed_at = clock.now()
    table = str(row.__tablename__)
    audit.record(session, actor, f"vendors.{table}.removed", (table, row.id))
    session.flush()
    return row


def _restore(session: WriteSession, actor: Actor, row: Paper) -> Paper:
    row.removed_at = None
    table = str(row.__tablename__)
    audit.record(session, actor, f"vendors.{table}.restored", (table, row.id))
    session.flush()
    return row
