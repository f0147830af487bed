"""One vendor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.files.service import NotesAndFiles
from app.kit import library, wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Crumb, Fact, Option
from app.vendors import service
from app.vendors.models import (
    Agreement,
    AgreementState,
    Certificate,
    Standing,
    Vendor,
    VendorKind,
    VendorStatus,
)
from app.vendors.schemas import FACETS
from app.vendors.service.evidence import certificate_counts
from app.vendors.views.terms import LABELS, options_of, term_name

SOON_DAYS = 60  # a certificate that ends within this is marked


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A certificate or agreement with what it is worth today."""

    name: str
    standing: str
    standing_kind: str
    until: str
    note: str
    file_href: str
    edit_href: str
    remove_action: str


@dataclass(frozen=True, slots=True)
class VendorPage(Page):
    """Everything the register holds of a vendor."""

    template: ClassVar[str] = "vendors/detail.html"

    crumbs: tuple[Crumb, ...]
    subtitle: str
    hold_note: str
    summary: str
    facts: tuple[Fact, ...]
    capabilities: tuple[Fact, ...]
    certificates: tuple[EvidenceRow, ...]
    agreements: tuple[EvidenceRow, ...]
    known: tuple[Fact, ...]
    is_demo: bool
    may_edit: bool
    may_certify: bool
    base: str
    nonce: str
    form: FormState
    statuses: tuple[Option, ...]
    panel: NotesAndFiles


def detail_view(
    found: service.Profile,
    *,
    today: date,
    may_edit: bool,
    may_certify: bool,
    form: FormState | None,
    documents: Mapping[UUID, str],
    panel: NotesAndFiles,
) -> VendorPage:
    """The page of one vendor; `documents` maps the files kept with it to their addresses."""
    vendor = found.vendor
    base = f"/vendors/{vendor.id}"
    kind = "In-house team" if vendor.kind is VendorKind.IN_HOUSE else "Vendor"
    return VendorPage(
        title=vendor.name,
        crumbs=(Crumb("Vendors", "/vendors"),),
        subtitle=" · ".join(
            part for part in (kind, vendor.country, f"since {wording.day(vendor.created_at)}") if part
        ),
        hold_note=_hold_note(vendor),
        summary=vendor.summary,
        facts=_facts(vendor),
        capabilities=_capabilities(found.capabilities),
        certificates=tuple(_certificate_row(row, today, base, documents) for row in found.certificates),
        agreements=tuple(_agreement_row(row, base, documents) for row in found.agreements),
        known=tuple(
            Fact(fact.key.replace("_", " "), str(fact.value), f"{fact.standing}, {wording.day(fact.as_of)}")
            for fact in found.facts
        ),
        is_demo=vendor.is_demo,
        may_edit=may_edit,
        may_certify=may_certify,
        base=base,
        nonce=panel.form.nonce,
        form=form or blank({"status": vendor.status, "reason": vendor.status_reason}),
        statuses=options_of(VendorStatus),
        panel=panel,
    )


def _capabilities(offered: Mapping[str, Sequence[str]]) -> tuple[Fact, ...]:
    return tuple(
        Fact(LABELS[facet], ", ".join(term_name(facet, value) for value in offered.get(facet, ())))
        for facet in FACETS
    )


def _facts(vendor: Vendor) -> tuple[Fact, ...]:
    mail = f"mailto:{vendor.contact_email}" if vendor.contact_email else ""
    return (
        Fact("Website", vendor.website.removeprefix("https://"), href=vendor.website),
        Fact("Country", vendor.country),
        Fact("Contact", vendor.contact_name),
        Fact("Mail", vendor.contact_email, href=mail),
    )


def _hold_note(vendor: Vendor) -> str:
    if vendor.status is VendorStatus.ACTIVE:
        return ""
    word = "On hold" if vendor.status is VendorStatus.ON_HOLD else "Archived"
    return f"{word}: {vendor.status_reason}"


def _certificate_row(row: Certificate, today: date, base: str, documents: Mapping[UUID, str]) -> EvidenceRow:
    rule = library.taxonomy().certifications.get(row.standard)
    until = service.certificate_until(row)
    if not certificate_counts(row, today):
        word, kind = ("expired", "bad") if until else ("dates missing", "warn")
    elif row.standing is Standing.CLAIMED:
        word, kind = "claimed", "info"
    elif until and (until - today).days <= SOON_DAYS:
        word, kind = f"{row.standing}, ends soon", "warn"
    else:
        word, kind = row.standing.value, "ok"
    return EvidenceRow(
        name=rule.name if rule else row.standard,
        standing=word,
        standing_kind=kind,
        until=wording.day(until),
        note=" · ".join(part for part in (row.issuer, row.scope) if part),
        file_href=documents.get(row.file_id, "") if row.file_id else "",
        edit_href=f"{base}/certificates/{row.id}",
        remove_action=f"{base}/certificates/{row.id}/remove",
    )


def _agreement_row(row: Agreement, base: str, documents: Mapping[UUID, str]) -> EvidenceRow:
    rule = library.taxonomy().certifications.get(row.kind)
    kinds = {AgreementState.SIGNED: "ok", AgreementState.ENDED: "bad"}
    signed = f"signed {wording.day(row.signed_on)}" if row.signed_on else ""
    return EvidenceRow(
        name=rule.name if rule else row.kind.capitalize(),
        standing=row.state.value,
        standing_kind=kinds.get(row.state, "warn"),
        until=wording.day(row.ends_on),
        note=" · ".join(part for part in (signed, row.note) if part),
        file_href=documents.get(row.file_id, "") if row.file_id else "",
        edit_href=f"{base}/agreements/{row.id}",
        remove_action=f"{base}/agreements/{row.id}/remove",
    )
