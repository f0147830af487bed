"""The forms of the register."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit import library
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Option
from app.vendors.models import (
    Agreement,
    AgreementState,
    Certificate,
    Vendor,
)
from app.vendors.schemas import FACETS
from app.vendors.service.exchange import COLUMNS
from app.vendors.views.terms import LABELS, options_of, standards


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """One facet of the form."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class VendorFormPage(Page):
    """Add or change a vendor."""

    template: ClassVar[str] = "vendors/form.html"

    form: FormState
    action: str
    submit: str
    cancel: str
    crumbs: tuple[Crumb, ...]
    kinds: tuple[Option, ...]
    groups: tuple[ChoiceGroup, ...]


@dataclass(frozen=True, slots=True)
class CertificateFormPage(Page):
    """Add or change a certificate."""

    template: ClassVar[str] = "vendors/certificate_form.html"

    form: FormState
    action: str
    cancel: str
    crumbs: tuple[Crumb, ...]
    standards: tuple[Option, ...]
    standings: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class AgreementFormPage(Page):
    """Add or change an agreement."""

    template: ClassVar[str] = "vendors/agreement_form.html"

    form: FormState
    action: str
    cancel: str
    crumbs: tuple[Crumb, ...]
    kinds: tuple[Option, ...]
    states: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ImportPage(Page):
    """Read vendors from CSV, as a file or pasted."""

    template: ClassVar[str] = "vendors/import.html"

    form: FormState
    columns: str
    crumbs: tuple[Crumb, ...]


def form_view(form: FormState, vendor: Vendor | None) -> VendorFormPage:
    """The form for a new vendor, or for `vendor`."""
    here = f"/vendors/{vendor.id}" if vendor else "/vendors"
    crumbs = [Crumb("Vendors", "/vendors")] + ([Crumb(vendor.name, here)] if vendor else [])
    return VendorFormPage(
        title=f"Edit {vendor.name}" if vendor else "Add a vendor",
        form=form,
        action=f"{here}/edit" if vendor else "/vendors/new",
        submit="Save" if vendor else "Add vendor",
        cancel=here,
        crumbs=tuple(crumbs),
        kinds=(
            Option("vendor", "Vendor"),
            Option("in_house", "In-house team", "the yardstick of every comparison"),
        ),
        groups=tuple(_group(facet, form) for facet in FACETS),
    )


def certificate_view(form: FormState, vendor: Vendor, row: Certificate | None) -> CertificateFormPage:
    """The form for a new certificate of `vendor`, or for `row`."""
    base = f"/vendors/{vendor.id}"
    return CertificateFormPage(
        title="Edit certificate" if row else "Add a certificate",
        form=form,
        action=f"{base}/certificates/{row.id}" if row else f"{base}/certificates",
        cancel=base,
        crumbs=(Crumb("Vendors", "/vendors"), Crumb(vendor.name, base)),
        standards=standards(),
        standings=(
            Option("claimed", "Claimed", "they say so"),
            Option("evidenced", "Evidenced", "the document is attached"),
            Option("verified", "Verified", "we read it: dates, scope and exceptions"),
        ),
    )


def agreement_view(form: FormState, vendor: Vendor, row: Agreement | None) -> AgreementFormPage:
    """The form for a new agreement with `vendor`, or for `row`."""
    base = f"/vendors/{vendor.id}"
    kinds = [
        Option(t.id, t.name) for t in library.taxonomy().certifications.values() if t.kind == "agreement"
    ]
    return AgreementFormPage(
        title="Edit agreement" if row else "Add an agreement",
        form=form,
        action=f"{base}/agreements/{row.id}" if row else f"{base}/agreements",
        cancel=base,
        crumbs=(Crumb("Vendors", "/vendors"), Crumb(vendor.name, base)),
        kinds=(*kinds, Option("contract", "Contract")),
        states=options_of(AgreementState),
    )


def import_view(form: FormState) -> ImportPage:
    """The import page."""
    return ImportPage("Import vendors", form, ", ".join(COLUMNS), (Crumb("Vendors", "/vendors"),))


def _group(facet: str, form: FormState) -> ChoiceGroup:
    listed = FACETS[facet]
    terms = library.taxonomy().terms(listed)
    chosen = form.values(listed)
    options = [Option(term.id, term.name, term.hint) for term in terms.values() if not term.retired]
    options += [Option(value, value) for value in chosen if value not in terms]
    return ChoiceGroup(listed, LABELS[facet], tuple(options), len(chosen))
