"""Taxonomy words as the pages spell them."""

from enum import Enum

from app.kit import library
from app.kit.ui import Option
from app.vendors.schemas import FACETS

LABELS = {
    "data_type": "Data",
    "technique": "Technique",
    "industry": "Industry",
    "language": "Language",
    "workforce_model": "Workforce",
    "work_location": "Place of work",
    "service_scope": "Service",
    "pricing_model": "Pricing",
}


def term_name(facet: str, value: str) -> str:
    """The name of a taxonomy value; what it does not know is shown as it is."""
    terms = library.taxonomy().terms(FACETS[facet])
    return terms[value].name if value in terms else value


def options_of(kind: type[Enum]) -> tuple[Option, ...]:
    """Every member of an enumeration as a choice."""
    return tuple(Option(member.value, member.value.replace("_", " ").capitalize()) for member in kind)


def standards() -> tuple[Option, ...]:
    """Every standard a certificate can show."""
    return tuple(
        Option(t.id, t.name) for t in library.taxonomy().certifications.values() if t.kind != "agreement"
    )
