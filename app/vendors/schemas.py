"""What people and programs send and get about vendors."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.taxonomy import language_tag
from app.kit import library
from app.vendors.models import AgreementState, Standing, VendorKind, VendorStatus

# Facets of the register: name -> list of the taxonomy, which is also the name of the field.
FACETS = {
    "data_type": "data_types",
    "technique": "techniques",
    "industry": "industries",
    "language": "languages",
    "workforce_model": "workforce_models",
    "work_location": "work_locations",
    "service_scope": "service_scopes",
    "pricing_model": "pricing_models",
}


def _address(value: str) -> str:
    if not value:
        return value
    if not re.match(r"https?://", value):
        value = f"https://{value}"
    if not re.fullmatch(r"https?://[^\s/.]+\.[^\s]+", value):
        raise ValueError("Type a web address such as https://vendor.example.")
    return value


def _country(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError("Type the two-letter country code, such as DE or IN.")
    return value.upper()


def _mail(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("Type a mail address such as name@vendor.example.")
    return value


def _known(facet: str) -> AfterValidator:
    """Every value is in the facet's list of the taxonomy; any valid language tag is a language."""

    def check(values: list[str]) -> list[str]:
        terms = library.taxonomy().terms(FACETS[facet])
        for value in values:
            if value not in terms and not (facet == "language" and language_tag(value) == value):
                raise ValueError(f"{value!r} is not in the taxonomy; choose one of the listed entries.")
        return values

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class VendorIn(BaseModel):
    """A vendor as entered: profile and capabilities (ids of the taxonomy)."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Harbor Annotation"])
    kind: VendorKind = VendorKind.VENDOR
    website: Annotated[Text, Field(max_length=300), AfterValidator(_address)] = ""
    country: Annotated[Text, AfterValidator(_country)] = ""
    summary: Annotated[Text, Field(max_length=4000)] = ""
    contact_name: Annotated[Text, Field(max_length=120)] = ""
    contact_email: Annotated[Text, Field(max_length=200), AfterValidator(_mail)] = ""
    data_types: Annotated[list[str], _known("data_type")] = []
    techniques: Annotated[list[str], _known("technique")] = []
    industries: Annotated[list[str], _known("industry")] = []
    languages: Annotated[list[str], _known("language")] = []
    workforce_models: Annotated[list[str], _known("workforce_model")] = []
    work_locations: Annotated[list[str], _known("work_location")] = []
    service_scopes: Annotated[list[str], _known("service_scope")] = []
    pricing_models: Annotated[list[str], _known("pricing_model")] = []

    def capability(self, facet: str) -> list[str]:
        """The values of one facet."""
        found: list[str] = getattr(self, FACETS[facet])
        return found


class VendorStatusIn(BaseModel):
    """Take a vendor off or back on the list, with a reason."""

    model_config = ConfigDict(extra="forbid")

    status: VendorStatus
    reason: Annotated[Text, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _reason_given(self) -> "VendorStatusIn":
        if self.status is not VendorStatus.ACTIVE and not self.reason:
            raise ValueError("Say why, so that the next person knows.")
        return self


class CertificateIn(BaseModel):
    """A certificate, report or status as entered."""

    model_config = ConfigDict(extra="forbid")

    standard: Text = Field(examples=["soc2_type2"])
    standing: Standing = Standing.CLAIMED
    scope: Annotated[Text, Field(max_length=1000)] = ""
    issuer: Annotated[Text, Field(max_length=120)] = ""
    period_end: date | None = None
    valid_until: date | None = None
    bridge_until: date | None = None
    note: Annotated[Text, Field(max_length=1000)] = ""


class AgreementIn(BaseModel):
    """A paper between us and the vendor as entered."""

    model_config = ConfigDict(extra="forbid")

    kind: Text = Field(examples=["dpa"])
    state: AgreementState = AgreementState.REQUESTED
    signed_on: date | None = None
    ends_on: date | None = None
    note: Annotated[Text, Field(max_length=1000)] = ""


class VendorOut(BaseModel):
    """A vendor as the API shows it."""

    id: UUID
    version: int
    name: str
    kind: VendorKind
    status: VendorStatus
    status_reason: str
    website: str
    country: str
    summary: str
    capabilities: dict[str, list[str]] = Field(examples=[{"technique": ["bounding_box"]}])
    is_demo: bool


class CertificateOut(CertificateIn):
    """A certificate as the API shows it, with what it is worth today."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: UUID
    version: int
    vendor_id: UUID
    file_id: UUID | None = None
    until: date | None = Field(default=None, description="Last day it counts; null: no end, or not known.")
    valid_today: bool = False


class AgreementOut(AgreementIn):
    """An agreement as the API shows it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: UUID
    version: int
    vendor_id: UUID
    file_id: UUID | None = None


class ImportIn(BaseModel):
    """A register as CSV text; the first line names the columns."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2_000_000, examples=["name,country\nHarbor Annotation,DE\n"])


class ImportOut(BaseModel):
    """What an import added."""

    added: list[VendorOut]
