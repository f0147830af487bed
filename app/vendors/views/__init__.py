"""What the pages of the register show."""

from app.vendors.views.detail import VendorPage, detail_view
from app.vendors.views.entry import (
    AgreementFormPage,
    CertificateFormPage,
    ImportPage,
    VendorFormPage,
    agreement_view,
    certificate_view,
    form_view,
    import_view,
)
from app.vendors.views.listing import VendorListPage, list_view

__all__ = [
    "AgreementFormPage",
    "CertificateFormPage",
    "ImportPage",
    "VendorFormPage",
    "VendorListPage",
    "VendorPage",
    "agreement_view",
    "certificate_view",
    "detail_view",
    "form_view",
    "import_view",
    "list_view",
]
