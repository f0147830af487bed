"""Add, change, find and match vendors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, NotFound
from app.core.permissions import Action
from app.kit import library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.vendors import queries
from app.vendors.models import (
    Agreement,
    Certificate,
    Vendor,
    VendorCapability,
    VendorFact,
    VendorSearch,
    VendorStatus,
)
from app.vendors.queries import Filters
from app.vendors.schemas import FACETS, VendorIn, VendorStatusIn

_PROFILE = ("name", "kind", "website", "country", "summary", "contact_name", "contact_email")
_PERSONAL = frozenset({"contact_name", "contact_email"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A vendor with everything the register holds of it; capabilities are facet -> values."""

    vendor: Vendor
    capabilities: Mapping[str, Sequence[str]]
    certificates: Sequence[Certificate]
    agreements: Sequence[Agreement]
    facts: Sequence[VendorFact]


def fold(name: str) -> str:
    """The name as compared: case, spacing and full stops do not make another company."""
    return " ".join(name.casefold().replace(".", " ").replace(",", " ").split())


def add_vendor(session: WriteSession, *, actor: Actor, entry: VendorIn, is_demo: bool = False) -> Vendor:
    """Put a vendor into the register. Raises `Conflict` at the field `name` when the name is there already."""
    actor.require(Action.VENDOR_EDIT)
    _free_name(session, entry.name, None)
    vendor = Vendor(name=entry.name, name_key=fold(entry.name), is_demo=is_demo)
    _write_profile(vendor, entry)
    session.add(vendor)
    session.flush()
    _write_capabilities(session, vendor.id, entry)
    _write_search(session, vendor, entry)
    audit.record(
        session,
        actor,
        "vendors.vendor.added",
        ("vendor", vendor.id),
        label=vendor.name,
        after=_audited(entry),
    )
    return vendor


def edit_vendor(
    session: WriteSession, *, actor: Actor, vendor_id: UUID, entry: VendorIn, seen: int | None
) -> Vendor:
    """Change a vendor's profile and capabilities. Raises `Conflict` with both texts when `seen` is outdated."""
    actor.require(Action.VENDOR_EDIT)
    vendor = vendor_of(session, vendor_id)
    unchanged(vendor, seen, {name: getattr(entry, name) for name in _PROFILE})
    _free_name(session, entry.name, vendor.id)
    stored = profile_entry(session, vendor)
    before, after = audit.changes(_audited(stored), _audited(entry))
    _write_profile(vendor, entry)
    session.add(vendor)
    _write_capabilities(session, vendor.id, entry)
    _write_search(session, vendor, entry)
    audit.record(
        session,
        actor,
        "vendors.vendor.edited",
        ("vendor", vendor.id),
        label=vendor.name,
        before=before,
        after=after,
    )
    session.flush()
    return vendor


def set_status(session: WriteSession, *, actor: Actor, vendor_id: UUID, entry: VendorStatusIn) -> Vendor:
    """Put a vendor on hold, into the archive or back, with a reason."""
    actor.require(Action.VENDOR_EDIT)
    vendor = vendor_of(session, vendor_id)
    before = vendor.status
    vendor.status, vendor.status_reason = entry.status, entry.reason
    audit.record(
        session,
        actor,
        "vendors.vendor.status_set",
        ("vendor", vendor.id),
        label=vendor.name,
        before={"status": before},
        after={"status": entry.status},
        reason=entry.reason,
    )
    session.flush()
    return vendor


def vendor_of(session: ReadSession, vendor_id: UUID) -> Vendor:
    """The vendor with this id. Raises `NotFound`."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None:
        raise NotFound("vendor.not_found", "This vendor is not in the register.")
    return vendor


def may_read_vendor(session: ReadSession, actor: Actor, vendor_id: UUID) -> bool:
    """Whether the actor may know of a vendor; False too where there is none."""
    return actor.may(Action.VENDOR_READ) and session.get(Vendor, vendor_id) is not None


def profile(session: ReadSession, *, actor: Actor, vendor_id: UUID) -> Profile:
    """Everything the register holds of one vendor."""
    actor.require(Action.VENDOR_READ)
    vendor = vendor_of(session, vendor_id)
    return Profile(
        vendor=vendor,
        capabilities=queries.capabilities(session, [vendor.id])[vendor.id],
        certificates=queries.certificates(session, [vendor.id]),
        agreements=queries.agreements(session, [vendor.id]),
        facts=queries.facts(session, vendor.id),
    )


def profile_entry(session: ReadSession, vendor: Vendor) -> VendorIn:
    """The stored profile as it was entered, for the form and for what changed."""
    stored = queries.capabilities(session, [vendor.id])[vendor.id]
    values: dict[str, Any] = {name: getattr(vendor, name) for name in _PROFILE}
    values |= {FACETS[facet]: stored.get(facet, []) for facet in FACETS}
    return VendorIn.model_construct(None, **values)


def list_page(
    session: ReadSession, *, actor: Actor, filters: Filters, page: int, rows: int
) -> tuple[Sequence[Vendor], dict[UUID, dict[str, list[str]]], int]:
    """One page of the register: vendors, their capabilities, and how many match."""
    actor.require(Action.VENDOR_READ)
    found, total = queries.vendors_page(session, filters, offset=(page - 1) * rows, limit=rows)
    return found, queries.capabilities(session, [vendor.id for vendor in found]), total


def list_after(
    session: ReadSession, *, actor: Actor, filters: Filters, after: UUID | None, limit: int
) -> tuple[Sequence[Vendor], dict[UUID, dict[str, list[str]]]]:
    """Matching vendors after a cursor, oldest first, with their capabilities."""
    actor.require(Action.VENDOR_READ)
    found = queries.vendors_after(session, filters, after=after, limit=limit)
    return found, queries.capabilities(session, [vendor.id for vendor in found])


def match_page(
    session: ReadSession,
    *,
    actor: Actor,
    filters: Filters,
    need: Mapping[str, Sequence[str]],
    without: Iterable[UUID] = (),
    at_least: int = 0,
    page: int,
    rows: int,
) -> tuple[Sequence[tuple[Vendor, dict[str, list[str]]]], int]:
    """One page of active vendors with their capabilities, best match to the need first, and how many there are.

    `need` is facet -> values; `without` are vendors to leave out; `at_least` is how many values must be offered.
    """
    actor.require(Action.VENDOR_READ)
    wanted = [(facet, value) for facet, values in need.items() for value in values]
    found, total = queries.best_matches(
        session,
        replace(filters, status=VendorStatus.ACTIVE),
        wanted,
        without=without,
        at_least=at_least,
        offset=(page - 1) * rows,
        limit=rows,
    )
    offers = queries.capabilities(session, [vendor.id for vendor in found])
    return [(vendor, offers[vendor.id]) for vendor in found], total


def vendors_named(session: ReadSession, names: Iterable[str]) -> dict[str, Vendor]:
    """Vendors of the register by folded name (`fold`), of those names that it knows."""
    return queries.vendors_by_key(session, {fold(name) for name in names})


def vendors_of(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, Vendor]:
    """Several vendors by id."""
    return queries.vendors_by_id(session, ids)


def capabilities_of(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """What several vendors offer: id -> facet -> values."""
    return queries.capabilities(session, ids)


def in_house_teams(session: ReadSession) -> Sequence[Vendor]:
    """Our own teams in the register, by name."""
    return queries.in_house(session)


def vendor_names(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, for lists of other features."""
    return queries.names(session, ids)


def count_vendors(session: ReadSession) -> int:
    """Vendors that are not archived."""
    return queries.count(session)


def facts_of(session: ReadSession, vendor_id: UUID) -> dict[str, VendorFact]:
    """The newest fact of each key."""
    newest: dict[str, VendorFact] = {}
    for fact in queries.facts(session, vendor_id):
        newest.setdefault(fact.key, fact)
    return newest


def need_match(
    capabilities: Mapping[str, Sequence[str]], need: Mapping[str, Sequence[str]]
) -> tuple[int, int]:
    """How many of the needed values (facet -> values) a vendor offers, and how many there are.

    >>> need_match({"technique": ["bounding_box"]}, {"technique": ["bounding_box", "polygon"], "language": ["de"]})
    (1, 3)
    """
    wanted = [(facet, value) for facet, values in need.items() for value in values]
    return sum(value in capabilities.get(facet, ()) for facet, value in wanted), len(wanted)


def _free_name(session: ReadSession, name: str, own: UUID | None) -> None:
    other = queries.vendor_by_key(session, fold(name))
    if other is not None and other.id != own:
        raise Conflict(
            "vendor.name_taken",
            f"{other.name} is in the register already; open that entry instead.",
            field="name",
        )


def _write_profile(vendor: Vendor, entry: VendorIn) -> None:
    for name in _PROFILE:
        setattr(vendor, name, getattr(entry, name))
    vendor.name_key = fold(entry.name)


def _write_capabilities(session: WriteSession, vendor_id: UUID, entry: VendorIn) -> None:
    wanted = {(facet, value) for facet in FACETS for value in entry.capability(facet)}
    for row in queries.capability_rows(session, vendor_id):
        if (row.facet, row.value) not in wanted:
            session.delete(row)
        wanted.discard((row.facet, row.value))
    for facet, value in sorted(wanted):
        session.add(VendorCapability(vendor_id=vendor_id, facet=facet, value=value))


def _write_search(session: WriteSession, vendor: Vendor, entry: VendorIn) -> None:
    taxonomy = library.taxonomy()
    words = [vendor.name, vendor.country, vendor.website, vendor.summary]
    for facet, listed in FACETS.items():
        terms = taxonomy.terms(listed)
        words += [terms[value].name if value in terms else value for value in entry.capability(facet)]
    row = queries.search_row(session, vendor.id) or VendorSearch(vendor_id=vendor.id, document="")
    row.document = "\n".join(word for word in words if word)
    session.add(row)


def _audited(entry: VendorIn) -> dict[str, object]:
    """What enters the chain: no personal data, only whether there is a contact."""
    values: dict[str, object] = {
        name: getattr(entry, name) for name in (*_PROFILE, *FACETS.values()) if name not in _PERSONAL
    }
    return {**values, "contact": bool(entry.contact_name or entry.contact_email)}
