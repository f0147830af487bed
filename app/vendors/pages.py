"""The register's pages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.permissions import Action
from app.files import service as files
from app.files.service import Received, ReceivedEvidence, Subject
from app.kit import clock, forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession, WriteSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.paging import ROWS
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_excel
from app.kit.templating import render
from app.kit.ui import Toast
from app.vendors import queries, service, views
from app.vendors.models import Agreement, Certificate
from app.vendors.queries import Filters
from app.vendors.schemas import FACETS, AgreementIn, CertificateIn, VendorIn, VendorStatusIn
from app.vendors.service.evidence import paper
from app.vendors.service.exchange import COLUMNS, export_rows
from app.vendors.service.register import profile_entry

router = APIRouter(include_in_schema=False)
MOST_EXPORTED = 20_000


def _filters(request: Request) -> Filters:
    query = request.query_params
    sort = query.get("sort", "name")
    return Filters(
        text=query.get("q", ""),
        facets={facet: query[facet] for facet in FACETS if query.get(facet)},
        certificate=query.get("certificate", ""),
        country=query.get("country", ""),
        status=query.get("status", ""),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
    )


@router.get("/vendors")
def list_vendors(
    request: Request, session: Read, actor: CurrentActor, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """The register with its filters."""
    filters = _filters(request)
    found, capabilities, total = service.list_page(
        session, actor=actor, filters=filters, page=page, rows=ROWS
    )
    view = views.list_view(
        filters,
        found,
        capabilities,
        total,
        page=page,
        countries=queries.countries(session),
        offered=queries.facet_values(session),
        may_edit=actor.may(Action.VENDOR_EDIT),
    )
    return render(request, view)


@router.get("/vendors.csv")
def export_csv(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The filtered register as CSV."""
    found, capabilities, _ = service.list_page(
        session, actor=actor, filters=_filters(request), page=1, rows=MOST_EXPORTED
    )
    return _download(
        service.export_csv(found, capabilities).encode(), "text/csv; charset=utf-8", "vendors.csv"
    )


@router.get("/vendors.xlsx")
def export_excel(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The filtered register as a workbook."""
    found, capabilities, _ = service.list_page(
        session, actor=actor, filters=_filters(request), page=1, rows=MOST_EXPORTED
    )
    content = write_excel("Vendors", COLUMNS, export_rows(found, capabilities))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(content, kind, "vendors.xlsx")


@router.get("/vendors/new")
def new_vendor(request: Request, actor: CurrentActor) -> Response:
    """The empty form."""
    actor.require(Action.VENDOR_EDIT)
    return render(request, views.form_view(blank({"kind": "vendor"}), None))


@router.post("/vendors/new")
def add_vendor(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Add what the form says."""
    with rejecting(request, form, lambda state: views.form_view(state, None)):
        vendor = service.add_vendor(session, actor=actor, entry=forms.parse(VendorIn, form))
    return htmx.redirect(request, f"/vendors/{vendor.id}", toast=f"{vendor.name} is in the register.")


@router.get("/vendors/import")
def import_form(request: Request, actor: CurrentActor) -> Response:
    """How to import."""
    actor.require(Action.VENDOR_EDIT)
    return render(request, views.import_view(blank()))


@router.get("/vendors/template.csv")
def import_template(actor: CurrentActor) -> Response:
    """An empty table to fill."""
    actor.require(Action.VENDOR_EDIT)
    return _download(service.csv_template().encode(), "text/csv; charset=utf-8", "vendors-template.csv")


@router.post("/vendors/import")
def import_vendors(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Add every vendor of the table, or none."""
    with rejecting(request, form, views.import_view):
        added = service.import_vendors(session, actor=actor, text=forms.text_of(form, "file", "text"))
    return htmx.redirect(request, "/vendors?sort=-added", toast=f"{len(added)} vendors added.")


@router.get("/vendors/{vendor_id}")
def show_vendor(request: Request, session: Read, actor: CurrentActor, vendor_id: UUID) -> Response:
    """One vendor."""
    return render(request, _detail(session, actor, vendor_id))


@router.get("/vendors/{vendor_id}/edit")
def edit_form(request: Request, session: Read, actor: CurrentActor, vendor_id: UUID) -> Response:
    """The form with what is stored."""
    actor.require(Action.VENDOR_EDIT)
    vendor = service.vendor_of(session, vendor_id)
    stored = blank(profile_entry(session, vendor).model_dump(), version=vendor.version)
    return render(request, views.form_view(stored, vendor))


@router.post("/vendors/{vendor_id}/edit")
def edit_vendor(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, vendor_id: UUID
) -> Response:
    """Save what the form says."""
    vendor = service.vendor_of(session, vendor_id)
    with rejecting(request, form, lambda state: views.form_view(state, vendor)):
        entry = forms.parse(VendorIn, form)
        seen = forms.seen_version(form)
        service.edit_vendor(session, actor=actor, vendor_id=vendor_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Saved.")


@router.post("/vendors/{vendor_id}/status")
def set_status(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, vendor_id: UUID
) -> Response:
    """Put on hold, archive, or back."""
    with rejecting(request, form, lambda state: _detail(session, actor, vendor_id, state)):
        entry = forms.parse(VendorStatusIn, form)
        vendor = service.set_status(session, actor=actor, vendor_id=vendor_id, entry=entry)
    word = vendor.status.value.replace("_", " ")
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast=f"{vendor.name} is now {word}.")


@router.get("/vendors/{vendor_id}/certificates")
def new_certificate(request: Request, session: Read, actor: CurrentActor, vendor_id: UUID) -> Response:
    """The empty form."""
    actor.require(Action.CERTIFICATE_EDIT)
    vendor = service.vendor_of(session, vendor_id)
    return render(request, views.certificate_view(blank({"standing": "claimed"}), vendor, None))


@router.post("/vendors/{vendor_id}/certificates")
def add_certificate(
    request: Request,
    received: ReceivedEvidence,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    vendor_id: UUID,
) -> Response:
    """Add what the form says."""
    vendor = service.vendor_of(session, vendor_id)
    with rejecting(request, form, lambda state: views.certificate_view(state, vendor, None)):
        entry = forms.parse(CertificateIn, form)
        file_id = _document(session, actor, vendor_id, received)
        service.add_certificate(session, actor=actor, vendor_id=vendor_id, entry=entry, file_id=file_id)
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Certificate added.")


@router.get("/vendors/{vendor_id}/certificates/{row_id}")
def certificate_form(
    request: Request, session: Read, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """The form with what is stored."""
    actor.require(Action.CERTIFICATE_EDIT)
    row = paper(session, Certificate, row_id)
    vendor = service.vendor_of(session, vendor_id)
    return render(request, views.certificate_view(blank(row.model_dump(), version=row.version), vendor, row))


@router.post("/vendors/{vendor_id}/certificates/{row_id}")
def edit_certificate(
    request: Request,
    received: ReceivedEvidence,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    vendor_id: UUID,
    row_id: UUID,
) -> Response:
    """Save what the form says."""
    vendor, row = service.vendor_of(session, vendor_id), paper(session, Certificate, row_id)
    with rejecting(request, form, lambda state: views.certificate_view(state, vendor, row)):
        entry, seen = forms.parse(CertificateIn, form), forms.seen_version(form)
        file_id = _document(session, actor, vendor_id, received)
        service.edit_certificate(
            session, actor=actor, certificate_id=row_id, entry=entry, seen=seen, file_id=file_id
        )
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Saved.")


@router.post("/vendors/{vendor_id}/certificates/{row_id}/remove")
def remove_certificate(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """Take it off; the toast offers to undo."""
    service.remove_certificate(session, actor=actor, certificate_id=row_id)
    undo = Toast("Certificate removed.", undo_url=f"/vendors/{vendor_id}/certificates/{row_id}/restore")
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast=undo)


@router.post("/vendors/{vendor_id}/certificates/{row_id}/restore")
def restore_certificate(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """Undo the removal."""
    service.restore_certificate(session, actor=actor, certificate_id=row_id)
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Certificate is back.")


@router.get("/vendors/{vendor_id}/agreements")
def new_agreement(request: Request, session: Read, actor: CurrentActor, vendor_id: UUID) -> Response:
    """The empty form."""
    actor.require(Action.VENDOR_EDIT)
    vendor = service.vendor_of(session, vendor_id)
    return render(request, views.agreement_view(blank({"state": "requested"}), vendor, None))


@router.post("/vendors/{vendor_id}/agreements")
def add_agreement(
    request: Request,
    received: ReceivedEvidence,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    vendor_id: UUID,
) -> Response:
    """Add what the form says."""
    vendor = service.vendor_of(session, vendor_id)
    with rejecting(request, form, lambda state: views.agreement_view(state, vendor, None)):
        entry = forms.parse(AgreementIn, form)
        file_id = _document(session, actor, vendor_id, received)
        service.add_agreement(session, actor=actor, vendor_id=vendor_id, entry=entry, file_id=file_id)
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Agreement added.")


@router.get("/vendors/{vendor_id}/agreements/{row_id}")
def agreement_form(
    request: Request, session: Read, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """The form with what is stored."""
    actor.require(Action.VENDOR_EDIT)
    row = paper(session, Agreement, row_id)
    vendor = service.vendor_of(session, vendor_id)
    return render(request, views.agreement_view(blank(row.model_dump(), version=row.version), vendor, row))


@router.post("/vendors/{vendor_id}/agreements/{row_id}")
def edit_agreement(
    request: Request,
    received: ReceivedEvidence,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    vendor_id: UUID,
    row_id: UUID,
) -> Response:
    """Save what the form says."""
    vendor, row = service.vendor_of(session, vendor_id), paper(session, Agreement, row_id)
    with rejecting(request, form, lambda state: views.agreement_view(state, vendor, row)):
        entry, seen = forms.parse(AgreementIn, form), forms.seen_version(form)
        file_id = _document(session, actor, vendor_id, received)
        service.edit_agreement(
            session, actor=actor, agreement_id=row_id, entry=entry, seen=seen, file_id=file_id
        )
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Saved.")


@router.post("/vendors/{vendor_id}/agreements/{row_id}/remove")
def remove_agreement(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """Take it off; the toast offers to undo."""
    service.remove_agreement(session, actor=actor, agreement_id=row_id)
    undo = Toast("Agreement removed.", undo_url=f"/vendors/{vendor_id}/agreements/{row_id}/restore")
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast=undo)


@router.post("/vendors/{vendor_id}/agreements/{row_id}/restore")
def restore_agreement(
    request: Request, session: Write, actor: CurrentActor, vendor_id: UUID, row_id: UUID
) -> Response:
    """Undo the removal."""
    service.restore_agreement(session, actor=actor, agreement_id=row_id)
    return htmx.redirect(request, f"/vendors/{vendor_id}", toast="Agreement is back.")


def _document(session: WriteSession, actor: Actor, vendor_id: UUID, received: Received) -> UUID | None:
    """The file sent along, kept with the vendor's files."""
    upload = received.maybe("file")
    if upload is None:
        return None
    return files.attach_file(session, actor=actor, subject=Subject("vendor", vendor_id), file=upload).file_id


def _detail(
    session: ReadSession, actor: Actor, vendor_id: UUID, form: FormState | None = None
) -> views.VendorPage:
    found = service.profile(session, actor=actor, vendor_id=vendor_id)
    subject = Subject("vendor", vendor_id)
    attached = files.attachments_of(session, actor=actor, subject=subject)
    return views.detail_view(
        found,
        today=clock.now().date(),
        may_edit=actor.may(Action.VENDOR_EDIT),
        may_certify=actor.may(Action.CERTIFICATE_EDIT),
        form=form,
        documents={item.file.id: files.href(item.file) for item in attached},
        panel=files.notes_and_files(session, actor=actor, subject=subject, return_to=f"/vendors/{vendor_id}"),
    )


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
