"""Every look into the register's tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.kit.db import ReadSession
from app.vendors.models import (
    Agreement,
    Certificate,
    Vendor,
    VendorCapability,
    VendorFact,
    VendorKind,
    VendorSearch,
    VendorStatus,
)

SORTS = {"name": col(Vendor.name_key), "country": col(Vendor.country), "added": col(Vendor.created_at)}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of vendors is narrowed to; empty means everything that is not archived."""

    text: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    certificate: str = ""
    country: str = ""
    status: str = ""
    sort: str = "name"
    descending: bool = False


def vendors_page(
    session: ReadSession, filters: Filters, *, offset: int, limit: int
) -> tuple[Sequence[Vendor], int]:
    """One page of matching vendors, and how many match in all."""
    wanted = _matching(session, filters)
    total = session.exec(select(sa.func.count()).select_from(wanted.subquery())).one()
    order = SORTS.get(filters.sort, SORTS["name"])
    ordered = wanted.order_by(order.desc() if filters.descending else order.asc(), col(Vendor.id))
    return session.exec(ordered.offset(offset).limit(limit)).all(), total


def vendors_after(
    session: ReadSession, filters: Filters, *, after: UUID | None, limit: int
) -> Sequence[Vendor]:
    """Matching vendors by age, after a cursor."""
    wanted = _matching(session, filters)
    if after is not None:
        wanted = wanted.where(col(Vendor.id) > after)
    return session.exec(wanted.order_by(col(Vendor.id)).limit(limit)).all()


def _matching(session: ReadSession, filters: Filters) -> SelectOfScalar[Vendor]:
    wanted = select(Vendor)
    if filters.status:
        wanted = wanted.where(Vendor.status == filters.status)
    else:
        wanted = wanted.where(Vendor.status != VendorStatus.ARCHIVED)
    for facet, value in filters.facets.items():
        offers = select(VendorCapability.vendor_id).where(
            VendorCapability.facet == facet, VendorCapability.value == value
        )
        wanted = wanted.where(col(Vendor.id).in_(offers))
    if filters.certificate:
        holds = select(Certificate.vendor_id).where(
            Certificate.standard == filters.certificate, col(Certificate.removed_at).is_(None)
        )
        wanted = wanted.where(col(Vendor.id).in_(holds))
    if filters.country:
        wanted = wanted.where(Vendor.country == filters.country.upper())
    if filters.text.strip():
        wanted = wanted.where(col(Vendor.id).in_(_found_by_text(session, filters.text)))
    return wanted


def _found_by_text(session: ReadSession, text: str) -> "sa.Select[UUID]":
    words = re.findall(r"\w+", text, re.UNICODE)[:20]
    if not words:
        return sa.select(col(VendorSearch.vendor_id)).where(sa.false())
    if session.get_bind().dialect.name == "sqlite":
        # User text is not FTS5 syntax: every word is quoted; the last one may be unfinished.
        query = " ".join(f'"{word}"' for word in words) + "*"
        index = sa.table("vendor_fts", sa.column("rowid"), sa.column("vendor_fts"))
        hits = sa.select(index.c.rowid).where(index.c.vendor_fts.op("MATCH")(query))
        return sa.select(col(VendorSearch.vendor_id)).where(col(VendorSearch.n).in_(hits))
    query = " & ".join(f"'{word}'" for word in words) + ":*"
    vector = sa.func.to_tsvector(sa.literal_column("'simple'"), col(VendorSearch.document))
    return sa.select(col(VendorSearch.vendor_id)).where(vector.op("@@")(sa.func.to_tsquery("simple", query)))


def vendor_by_key(session: ReadSession, name_key: str) -> Vendor | None:
    """The vendor of this folded name."""
    return session.exec(select(Vendor).where(Vendor.name_key == name_key)).first()


def vendors_by_key(session: ReadSession, keys: Iterable[str]) -> dict[str, Vendor]:
    """Vendors by folded name."""
    found = session.exec(select(Vendor).where(col(Vendor.name_key).in_(list(keys)))).all()
    return {vendor.name_key: vendor for vendor in found}


def vendors_by_id(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, Vendor]:
    """Vendors by id."""
    found = session.exec(select(Vendor).where(col(Vendor.id).in_(list(ids)))).all()
    return {vendor.id: vendor for vendor in found}


def in_house(session: ReadSession) -> Sequence[Vendor]:
    """Our own teams that may be considered."""
    wanted = select(Vendor).where(Vendor.kind == VendorKind.IN_HOUSE, Vendor.status == VendorStatus.ACTIVE)
    return session.exec(wanted.order_by(Vendor.name_key)).all()


def best_matches(
    session: ReadSession,
    filters: Filters,
    wanted: Sequence[tuple[str, str]],
    *,
    without: Iterable[UUID],
    at_least: int,
    offset: int,
    limit: int,
) -> tuple[Sequence[Vendor], int]:
    """Active vendors by how many of the `wanted` (facet, value) pairs they offer, most first, and how many.

    `without` leaves out those that are in already, `at_least` those that offer fewer.
    """
    pairs = [
        sa.and_(col(VendorCapability.facet) == facet, col(VendorCapability.value) == value)
        for facet, value in wanted
    ]
    offered = (
        sa.select(sa.func.count())
        .select_from(VendorCapability)
        .where(col(VendorCapability.vendor_id) == col(Vendor.id), sa.or_(sa.false(), *pairs))
        .correlate(Vendor)
        .scalar_subquery()
    )
    found = _matching(session, filters).where(
        Vendor.kind == VendorKind.VENDOR, col(Vendor.id).not_in(list(without))
    )
    if at_least:
        found = found.where(offered >= at_least)
    total = session.exec(select(sa.func.count()).select_from(found.subquery())).one()
    ordered = found.order_by(offered.desc(), col(Vendor.name_key))
    return session.exec(ordered.offset(offset).limit(limit)).all(), total


def names(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return dict(session.exec(select(Vendor.id, Vendor.name).where(col(Vendor.id).in_(list(ids)))).all())


def all_names(session: ReadSession) -> dict[str, str]:
    """Every name by its folded form, for finding doubles."""
    return dict(session.exec(select(Vendor.name_key, Vendor.name)).all())


def capabilities(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """Facet -> values of several vendors at once."""
    found: dict[UUID, dict[str, list[str]]] = {identifier: {} for identifier in ids}
    rows = session.exec(
        select(VendorCapability.vendor_id, VendorCapability.facet, VendorCapability.value)
        .where(col(VendorCapability.vendor_id).in_(list(found)))
        .order_by(VendorCapability.facet, VendorCapability.value)
    )
    for vendor_id, facet, value in rows:
        found[vendor_id].setdefault(facet, []).append(value)
    return found


def capability_rows(session: ReadSession, vendor_id: UUID) -> Sequence[VendorCapability]:
    """The stored capabilities of one vendor."""
    return session.exec(select(VendorCapability).where(VendorCapability.vendor_id == vendor_id)).all()


def certificates(session: ReadSession, ids: Iterable[UUID]) -> Sequence[Certificate]:
    """Certificates of several vendors that were not removed."""
    wanted = select(Certificate).where(
        col(Certificate.vendor_id).in_(list(ids)), col(Certificate.removed_at).is_(None)
    )
    return session.exec(wanted.order_by(Certificate.standard, col(Certificate.created_at))).all()


def agreements(session: ReadSession, ids: Iterable[UUID]) -> Sequence[Agreement]:
    """Agreements with several vendors that were not removed."""
    wanted = select(Agreement).where(
        col(Agreement.vendor_id).in_(list(ids)), col(Agreement.removed_at).is_(None)
    )
    return session.exec(wanted.order_by(Agreement.kind, col(Agreement.created_at))).all()


def facts(session: ReadSession, vendor_id: UUID) -> Sequence[VendorFact]:
    """Everything known of a vendor, newest first."""
    wanted = select(VendorFact).where(VendorFact.vendor_id == vendor_id)
    return session.exec(wanted.order_by(col(VendorFact.id).desc())).all()


def search_row(session: ReadSession, vendor_id: UUID) -> VendorSearch | None:
    """The search document of a vendor."""
    return session.exec(select(VendorSearch).where(VendorSearch.vendor_id == vendor_id)).first()


def facet_values(session: ReadSession) -> dict[str, list[str]]:
    """Facet -> values that at least one vendor offers, for the filters."""
    found: dict[str, list[str]] = {}
    rows = session.exec(
        select(VendorCapability.facet, VendorCapability.value).distinct().order_by(VendorCapability.facet)
    )
    for facet, value in rows:
        found.setdefault(facet, []).append(value)
    return found


def countries(session: ReadSession) -> Sequence[str]:
    """Countries that occur."""
    wanted = select(Vendor.country).where(Vendor.country != "").distinct().order_by(Vendor.country)
    return session.exec(wanted).all()


def count(session: ReadSession) -> int:
    """Vendors that are not archived."""
    return session.exec(select(sa.func.count()).where(Vendor.status != VendorStatus.ARCHIVED)).one()
