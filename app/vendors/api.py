"""The register for programs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.kit import clock
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Cursor, Limit, Listing, cut, decode_cursor, encode_cursor
from app.kit.requests import Read, Write
from app.vendors import queries, service
from app.vendors.models import Agreement, Certificate, Vendor
from app.vendors.queries import Filters
from app.vendors.schemas import (
    AgreementIn,
    AgreementOut,
    CertificateIn,
    CertificateOut,
    ImportIn,
    ImportOut,
    VendorIn,
    VendorOut,
    VendorStatusIn,
)
from app.vendors.service.evidence import certificate_counts

router = APIRouter(prefix="/api/v1", tags=["vendors"])


def _vendor(vendor: Vendor, capabilities: dict[str, list[str]]) -> VendorOut:
    return VendorOut(**vendor.model_dump(exclude={"created_at"}), capabilities=capabilities)


def _stored(session: ReadSession, vendor: Vendor) -> VendorOut:
    return _vendor(vendor, queries.capabilities(session, [vendor.id])[vendor.id])


def _certificate(row: Certificate, today: date) -> CertificateOut:
    out = CertificateOut.model_validate(row)
    out.until, out.valid_today = service.certificate_until(row), certificate_counts(row, today)
    return out


@router.get("/vendors")
def list_vendors(
    session: Read,
    actor: CurrentActor,
    limit: Limit = 50,
    cursor: Cursor = "",
    q: Annotated[str, Query(max_length=200, description="Words to find.")] = "",
    technique: str = "",
    data_type: str = "",
    language: str = "",
    certificate: str = "",
    country: str = "",
    status: str = "",
) -> Listing[VendorOut]:
    """Vendors, oldest first, narrowed by words and facets."""
    facets = {"technique": technique, "data_type": data_type, "language": language}
    filters = Filters(
        text=q,
        facets={facet: value for facet, value in facets.items() if value},
        certificate=certificate,
        country=country,
        status=status,
    )
    after = decode_cursor(cursor)
    found, capabilities = service.list_after(
        session, actor=actor, filters=filters, after=after, limit=limit + 1
    )
    shown, more = cut(found, limit)
    items = [_vendor(vendor, capabilities[vendor.id]) for vendor in shown]
    return Listing(items=items, next=encode_cursor(shown[-1].id) if more else None)


@router.post("/vendors", status_code=201, response_model=VendorOut)
def add_vendor(request: Request, session: Write, actor: CurrentActor, entry: VendorIn) -> Response:
    """Add a vendor."""
    vendor = service.add_vendor(session, actor=actor, entry=entry)
    return created(request, _stored(session, vendor), f"/api/v1/vendors/{vendor.id}")


@router.post("/vendors/import", status_code=201, response_model=ImportOut)
def import_vendors(request: Request, session: Write, actor: CurrentActor, entry: ImportIn) -> Response:
    """Add every vendor of a CSV text, or none."""
    added = service.import_vendors(session, actor=actor, text=entry.text)
    session.flush()
    return created(
        request, ImportOut(added=[_stored(session, vendor) for vendor in added]), "/api/v1/vendors"
    )


@router.get("/vendors/{vendor_id}")
def get_vendor(response: Response, session: Read, actor: CurrentActor, vendor_id: UUID) -> VendorOut:
    """One vendor; its ETag goes into If-Match of a change."""
    found = service.profile(session, actor=actor, vendor_id=vendor_id)
    response.headers["ETag"] = f'"{found.vendor.version}"'
    return _vendor(found.vendor, {facet: list(values) for facet, values in found.capabilities.items()})


@router.put("/vendors/{vendor_id}", response_model=VendorOut)
def edit_vendor(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, entry: VendorIn, seen: IfMatch
) -> Response:
    """Replace a vendor's profile and capabilities."""
    vendor = service.edit_vendor(session, actor=actor, vendor_id=vendor_id, entry=entry, seen=seen)
    return done(request, _stored(session, vendor))


@router.post("/vendors/{vendor_id}/status", response_model=VendorOut)
def set_status(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, entry: VendorStatusIn
) -> Response:
    """Put a vendor on hold, into the archive or back."""
    vendor = service.set_status(session, actor=actor, vendor_id=vendor_id, entry=entry)
    return done(request, _stored(session, vendor))


@router.get("/vendors/{vendor_id}/certificates")
def list_certificates(session: Read, actor: CurrentActor, vendor_id: UUID) -> list[CertificateOut]:
    """A vendor's certificates, with what they are worth today."""
    today = clock.now().date()
    found = service.profile(session, actor=actor, vendor_id=vendor_id)
    return [_certificate(row, today) for row in found.certificates]


@router.post("/vendors/{vendor_id}/certificates", status_code=201, response_model=CertificateOut)
def add_certificate(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, entry: CertificateIn
) -> Response:
    """Record a certificate."""
    row = service.add_certificate(session, actor=actor, vendor_id=vendor_id, entry=entry)
    return created(request, _certificate(row, clock.now().date()), f"/api/v1/certificates/{row.id}")


@router.put("/certificates/{row_id}", response_model=CertificateOut)
def edit_certificate(
    request: Request, session: Write, actor: CurrentActor, row_id: UUID, entry: CertificateIn, seen: IfMatch
) -> Response:
    """Replace a certificate's entries."""
    row = service.edit_certificate(session, actor=actor, certificate_id=row_id, entry=entry, seen=seen)
    return done(request, _certificate(row, clock.now().date()))


@router.delete("/certificates/{row_id}", response_model=CertificateOut)
def remove_certificate(request: Request, session: Write, actor: CurrentActor, row_id: UUID) -> Response:
    """Take a certificate off its vendor."""
    row = service.remove_certificate(session, actor=actor, certificate_id=row_id)
    return done(request, _certificate(row, clock.now().date()))


@router.post("/certificates/{row_id}/restore", response_model=CertificateOut)
def restore_certificate(request: Request, session: Write, actor: CurrentActor, row_id: UUID) -> Response:
    """Undo a removal."""
    row = service.restore_certificate(session, actor=actor, certificate_id=row_id)
    return done(request, _certificate(row, clock.now().date()))


def _agreement(row: Agreement) -> AgreementOut:
    return AgreementOut.model_validate(row)


@router.get("/vendors/{vendor_id}/agreements")
def list_agreements(session: Read, actor: CurrentActor, vendor_id: UUID) -> list[AgreementOut]:
    """Agreements with a vendor."""
    return [_agreement(row) for row in service.profile(session, actor=actor, vendor_id=vendor_id).agreements]


@router.post("/vendors/{vendor_id}/agreements", status_code=201, response_model=AgreementOut)
def add_agreement(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, entry: AgreementIn
) -> Response:
    """Record an agreement."""
    row = service.add_agreement(session, actor=actor, vendor_id=vendor_id, entry=entry)
    return created(request, _agreement(row), f"/api/v1/agreements/{row.id}")


@router.put("/agreements/{row_id}", response_model=AgreementOut)
def edit_agreement(
    request: Request, session: Write, actor: CurrentActor, row_id: UUID, entry: AgreementIn, seen: IfMatch
) -> Response:
    """Replace an agreement's entries."""
    return done(
        request,
        _agreement(service.edit_agreement(session, actor=actor, agreement_id=row_id, entry=entry, seen=seen)),
    )


@router.delete("/agreements/{row_id}", response_model=AgreementOut)
def remove_agreement(request: Request, session: Write, actor: CurrentActor, row_id: UUID) -> Response:
    """Take an agreement off its vendor."""
    return done(request, _agreement(service.remove_agreement(session, actor=actor, agreement_id=row_id)))


@router.post("/agreements/{row_id}/restore", response_model=AgreementOut)
def restore_agreement(request: Request, session: Write, actor: CurrentActor, row_id: UUID) -> Response:
    """Undo a removal."""
    return done(request, _agreement(service.restore_agreement(session, actor=actor, agreement_id=row_id)))
