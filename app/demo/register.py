"""The vendors of the demonstration, invented, with capabilities and evidence."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from app.core.validity import add_months
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.vendors import service as vendors
from app.vendors.models import AgreementState, Standing, Vendor, VendorKind
from app.vendors.schemas import AgreementIn, CertificateIn, VendorIn

_BOXES = ["bounding_box", "polygon", "image_classification"]
_TEXT = ["text_classification", "sentiment", "intent", "named_entity_recognition"]

# Name, country, what they do, techniques, data types, languages, workforce, pricing.
VENDORS: tuple[tuple[str, str, str, list[str], list[str], list[str], list[str], list[str]], ...] = (
    ("Northwind Labels", "NL", "Managed teams for retail and logistics images, own tool.", [*_BOXES, "video_tracking"],
     ["image", "video"], ["en", "nl", "de"], ["employed_full_time"], ["per_label", "per_hour"]),
    ("Harbor Annotation", "PT", "Mid-size centre in Porto, strong in shelves and documents.", [*_BOXES, "layout"],
     ["image", "document"], ["en", "pt-PT", "es"], ["managed_bpo"], ["per_label"]),
    ("Polyline Data", "IN", "Large centre, fast ramp, boxes to point clouds.", [*_BOXES, "cuboid_3d"],
     ["image", "point_cloud"], ["en", "hi"], ["managed_bpo", "dedicated_contractors"], ["per_item", "per_hour"]),
    ("Meridian Crowd", "US", "Screened crowd for text and search.", [*_TEXT, "search_relevance"],
     ["text", "web"], ["en", "es-MX", "fr"], ["curated_crowd"], ["per_task_step"]),
    ("Cedar & Finch", "CA", "Linguists for dialogue and sentiment in twelve languages.", _TEXT,
     ["text", "audio"], ["en", "fr-CA", "de", "it"], ["expert_network"], ["per_item", "per_hour"]),
    ("Lumen Text Works", "PL", "Text teams in Kraków, EU only.", _TEXT,
     ["text", "document"], ["en", "de", "pl", "cs"], ["employed_full_time"], ["per_item"]),
    ("Sierra Vision", "KE", "Impact sourcing in Nairobi, boxes and moderation.", ["bounding_box", "content_moderation"],
     ["image", "text"], ["en", "sw"], ["impact_sourcing"], ["per_label"]),
)  # fmt: skip
INDUSTRIES = {
    "northwind": ["retail", "logistics"], "harbor": ["retail"], "polyline": ["automotive"], "sierra": ["retail"],
    "meridian": ["telecom", "customer_support"], "cedar": ["customer_support", "media"], "lumen": ["fintech"],
}  # fmt: skip
IN_HOUSE = "In-house team (demo)"


def add_vendors(session: WriteSession, actor: Actor, today: date) -> dict[str, UUID]:
    """The demonstration's vendors by first word of their name, with certificates and agreements.

    One that stayed when the demonstration was removed is taken as it is.
    """
    there = {row.name: row.id for row in session.exec(select(Vendor).where(col(Vendor.is_demo)))}
    found: dict[str, UUID] = {}
    added: dict[str, UUID] = {}
    for key, entry in _entries().items():
        found[key] = (
            there.get(entry.name) or vendors.add_vendor(session, actor=actor, entry=entry, is_demo=True).id
        )
        if entry.name not in there:
            added[key] = found[key]
    _add_evidence(session, actor, added, today)
    return found


def _entries() -> dict[str, VendorIn]:
    found = {
        name.split()[0].lower(): VendorIn(
            name=f"{name} (demo)",
            country=country,
            summary=f"{summary} Invented for the demonstration.",
            website=f"https://{name.split()[0].lower()}.example",
            techniques=techniques,
            data_types=data_types,
            languages=languages,
            industries=INDUSTRIES[name.split()[0].lower()],
            workforce_models=workforce,
            pricing_models=pricing,
        )
        for name, country, summary, techniques, data_types, languages, workforce, pricing in VENDORS
    }
    found["in_house"] = VendorIn(
        name=IN_HOUSE, kind=VendorKind.IN_HOUSE, techniques=[*_BOXES, *_TEXT], data_types=["image", "text"]
    )
    return found


def _add_evidence(session: WriteSession, actor: Actor, found: dict[str, UUID], today: date) -> None:
    soc2, iso, verified = "soc2_type2", "iso27001", Standing.VERIFIED
    # Vendor, standard, standing, end of the audited period, last valid day, scope.
    certificates = (
        ("northwind", soc2, verified, add_months(today, -4), None, "Rotterdam and Cluj, tool included"),
        ("harbor", iso, verified, None, add_months(today, 17), "Porto site"),
        ("polyline", soc2, Standing.CLAIMED, add_months(today, -2), None, "report promised"),
        ("polyline", iso, verified, None, add_months(today, 1), "Hyderabad site"),
        ("in_house", iso, verified, None, add_months(today, 9), "our own certificate"),
        ("cedar", soc2, verified, add_months(today, -7), None, "Toronto"),
        ("lumen", iso, verified, None, add_months(today, 26), "Kraków"),
    )
    for key, standard, standing, period_end, valid_until, scope in certificates:
        entry = CertificateIn(
            standard=standard, standing=standing, period_end=period_end, valid_until=valid_until, scope=scope
        )
        if key in found:
            vendors.add_certificate(session, actor=actor, vendor_id=found[key], entry=entry)
    signed, sent = AgreementState.SIGNED, AgreementState.SENT
    agreements = (
        ("northwind", "nda", signed), ("northwind", "dpa", sent), ("harbor", "nda", signed), ("harbor", "dpa", signed),
        ("polyline", "nda", signed), ("polyline", "dpa", signed), ("polyline", "scc", signed),
        ("cedar", "nda", signed), ("lumen", "nda", signed),
        ("in_house", "nda", signed), ("in_house", "dpa", signed),
    )  # fmt: skip
    for key, kind, state in agreements:
        day = today - timedelta(days=60) if state is signed else None
        entry_ = AgreementIn(kind=kind, state=state, signed_on=day)
        if key in found:
            vendors.add_agreement(session, actor=actor, vendor_id=found[key], entry=entry_)
