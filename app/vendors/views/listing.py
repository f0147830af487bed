"""The register as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kit.paging import link, pager
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager
from app.vendors.models import (
    Vendor,
    VendorKind,
    VendorStatus,
)
from app.vendors.queries import Filters
from app.vendors.views.terms import LABELS, options_of, standards, term_name

FILTER_FACETS = ("data_type", "technique", "language", "workforce_model")


@dataclass(frozen=True, slots=True)
class VendorRow:
    """A line of the register."""

    name: str
    href: str
    country: str
    techniques: str
    data_types: str
    badges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """A select of the filter bar."""

    name: str
    label: str
    options: tuple[Option, ...]
    selected: str


@dataclass(frozen=True, slots=True)
class VendorListPage(Page):
    """The register with its filters."""

    template: ClassVar[str] = "vendors/list.html"

    text: str
    filters: tuple[FacetFilter, ...]
    sort: str
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[VendorRow, ...]
    pager: Pager
    csv_url: str
    excel_url: str
    may_edit: bool
    is_filtered: bool


def list_view(
    filters: Filters,
    found: Sequence[Vendor],
    capabilities: Mapping[UUID, Mapping[str, Sequence[str]]],
    total: int,
    *,
    page: int,
    countries: Sequence[str],
    offered: Mapping[str, Sequence[str]],
    may_edit: bool,
) -> VendorListPage:
    """The register page of one query."""
    sort = f"-{filters.sort}" if filters.descending else filters.sort
    query: dict[str, object] = {
        "q": filters.text,
        **filters.facets,
        "certificate": filters.certificate,
        "country": filters.country,
        "status": filters.status,
        "sort": "" if sort == "name" else sort,
    }
    selects = [_facet_filter(facet, filters, offered) for facet in FILTER_FACETS]
    selects.append(FacetFilter("certificate", "Certificate", standards(), filters.certificate))
    places = tuple(Option(code, code) for code in countries)
    selects.append(FacetFilter("country", "Country", places, filters.country))
    selects.append(FacetFilter("status", "Status", options_of(VendorStatus), filters.status))
    return VendorListPage(
        title="Vendors",
        text=filters.text,
        filters=tuple(selects),
        sort="" if sort == "name" else sort,
        chips=_chips(query, selects),
        columns=_columns(query, filters),
        rows=tuple(_row(vendor, capabilities[vendor.id]) for vendor in found),
        pager=pager("/vendors", query, page=page, total=total),
        csv_url=link("/vendors.csv", query),
        excel_url=link("/vendors.xlsx", query),
        may_edit=may_edit,
        is_filtered=any(value for name, value in query.items() if name != "sort"),
    )


def _facet_filter(facet: str, filters: Filters, offered: Mapping[str, Sequence[str]]) -> FacetFilter:
    selected = filters.facets.get(facet, "")
    values = [*offered.get(facet, ())]
    if selected and selected not in values:
        values.append(selected)
    options = sorted(
        (Option(value, term_name(facet, value)) for value in values), key=lambda option: option.label
    )
    return FacetFilter(facet, LABELS[facet], tuple(options), selected)


def _chips(query: Mapping[str, object], selects: Sequence[FacetFilter]) -> tuple[Chip, ...]:
    chips = [Chip(f"“{query['q']}”", link("/vendors", query, q=""))] if query["q"] else []
    for item in selects:
        if item.selected:
            label = next(
                (option.label for option in item.options if option.value == item.selected), item.selected
            )
            chips.append(Chip(f"{item.label}: {label}", link("/vendors", query, **{item.name: ""})))
    return tuple(chips)


def _columns(query: Mapping[str, object], filters: Filters) -> tuple[Column, ...]:
    def column(label: str, key: str) -> Column:
        now = "" if filters.sort != key else "descending" if filters.descending else "ascending"
        wanted = f"-{key}" if now == "ascending" else key
        return Column(label, link("/vendors", query, sort=wanted), now)

    return (
        column("Vendor", "name"),
        column("Country", "country"),
        Column("Techniques"),
        Column("Data"),
        Column("Marks"),
    )


def _row(vendor: Vendor, capabilities: Mapping[str, Sequence[str]]) -> VendorRow:
    badges = []
    if vendor.kind is VendorKind.IN_HOUSE:
        badges.append(("yardstick", ""))
    if vendor.status is not VendorStatus.ACTIVE:
        badges.append((vendor.status.value.replace("_", " "), "warn"))
    if vendor.is_demo:
        badges.append(("demo", "info"))
    return VendorRow(
        name=vendor.name,
        href=f"/vendors/{vendor.id}",
        country=vendor.country,
        techniques=_short("technique", capabilities),
        data_types=_short("data_type", capabilities),
        badges=tuple(badges),
    )


def _short(facet: str, capabilities: Mapping[str, Sequence[str]], most: int = 3) -> str:
    names = [term_name(facet, value) for value in capabilities.get(facet, ())]
    more = f" +{len(names) - most}" if len(names) > most else ""
    return ", ".join(names[:most]) + more
