"""Vendors of the register, what they can do, and what is known of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.kit.columns import Row, Versioned, big_integer, document, enum_text, moment


class VendorKind(StrEnum):
    """A company, or our own team as the yardstick."""

    VENDOR = "vendor"
    IN_HOUSE = "in_house"


class VendorStatus(StrEnum):
    """Whether the vendor may be considered; archived ones stay readable."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    ARCHIVED = "archived"


class Standing(StrEnum):
    """How well something is known: said, backed by a document, or checked by us."""

    CLAIMED = "claimed"
    EVIDENCED = "evidenced"
    VERIFIED = "verified"


class AgreementState(StrEnum):
    """Where a signed paper stands."""

    REQUESTED = "requested"
    DRAFT = "draft"
    SENT = "sent"
    SIGNED = "signed"
    ENDED = "ended"


class Vendor(Versioned, table=True):
    """A company in the register."""

    __tablename__ = "vendor"

    name: str = Field(max_length=120)
    name_key: str = Field(max_length=120, unique=True)  # the name as compared: case and spacing folded
    kind: VendorKind = Field(default=VendorKind.VENDOR, sa_type=enum_text(VendorKind))
    status: VendorStatus = Field(default=VendorStatus.ACTIVE, sa_type=enum_text(VendorStatus))
    status_reason: str = Field(default="", max_length=500)
    website: str = Field(default="", max_length=300)
    country: str = Field(default="", max_length=2)
    summary: str = Field(default="", max_length=4000)
    contact_name: str = Field(default="", max_length=120)
    contact_email: str = Field(default="", max_length=200)
    is_demo: bool = Field(default=False)


class VendorCapability(Row, table=True):
    """One thing a vendor offers: a facet (`technique`) and a value of the taxonomy."""

    __tablename__ = "vendor_capability"
    __owner__: ClassVar[tuple[str, str]] = ("vendor", "vendor_id")
    __table_args__ = (
        sa.UniqueConstraint("vendor_id", "facet", "value"),
        sa.Index("ix_facet_value", "facet", "value"),
    )

    vendor_id: UUID = Field(foreign_key="vendor.id", index=True, ondelete="CASCADE")
    facet: str = Field(max_length=40)
    value: str = Field(max_length=60)


class Certificate(Versioned, table=True):
    """Evidence with standard, scope and validity. What it is worth on a day is computed, never stored."""

    __tablename__ = "certificate"

    vendor_id: UUID = Field(foreign_key="vendor.id", index=True, ondelete="CASCADE")
    standard: str = Field(max_length=40, index=True)
    standing: Standing = Field(default=Standing.CLAIMED, sa_type=enum_text(Standing))
    scope: str = Field(default="", max_length=1000)
    issuer: str = Field(default="", max_length=120)
    period_end: date | None = Field(default=None)  # attestations: the last day the auditor looked at
    valid_until: date | None = Field(default=None)  # certificates: the last valid day
    bridge_until: date | None = Field(default=None)  # a bridge letter's last day
    file_id: UUID | None = Field(default=None)
    note: str = Field(default="", max_length=1000)
    removed_at: datetime | None = moment(default=None)


class Agreement(Versioned, table=True):
    """A paper signed between us and the vendor (NDA, DPA, BAA, contract), with its state."""

    __tablename__ = "agreement"

    vendor_id: UUID = Field(foreign_key="vendor.id", index=True, ondelete="CASCADE")
    kind: str = Field(max_length=40, index=True)
    state: AgreementState = Field(default=AgreementState.REQUESTED, sa_type=enum_text(AgreementState))
    signed_on: date | None = Field(default=None)
    ends_on: date | None = Field(default=None)
    file_id: UUID | None = Field(default=None)
    note: str = Field(default="", max_length=1000)
    removed_at: datetime | None = moment(default=None)


class VendorFact(Row, table=True):
    """One thing known of a vendor, with its source; a newer fact is a newer row, the old one stays."""

    __tablename__ = "vendor_fact"
    __owner__: ClassVar[tuple[str, str]] = ("vendor", "vendor_id")

    vendor_id: UUID = Field(foreign_key="vendor.id", index=True, ondelete="CASCADE")
    key: str = Field(max_length=60, index=True)
    value: Any = document()
    standing: Standing = Field(default=Standing.CLAIMED, sa_type=enum_text(Standing))
    source_kind: str = Field(max_length=40)
    source_id: str = Field(max_length=64)
    as_of: date


class VendorSearch(SQLModel, table=True):
    """The words a vendor is found by; written by the service, indexed by the database's full-text search."""

    __tablename__ = "vendor_search"

    n: int | None = Field(default=None, primary_key=True, sa_type=big_integer())
    vendor_id: UUID = Field(foreign_key="vendor.id", unique=True, ondelete="CASCADE")
    document: str
