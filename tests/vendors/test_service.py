from datetime import date
from uuid import uuid4

import pytest

from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.permissions import Role
from app.kit.actors import Actor
from app.kit.db import Database
from app.vendors import service
from app.vendors.models import Standing, VendorStatus
from app.vendors.queries import Filters
from app.vendors.schemas import AgreementIn, CertificateIn, VendorIn, VendorStatusIn

LEAD = Actor(uuid4(), "Lena", frozenset({Role.PROCUREMENT_LEAD}))
READER = Actor(uuid4(), "Rae", frozenset({Role.READER}))
TODAY = date(2026, 12, 1)


def add(db: Database, name: str, **values: object):
    with db.writing() as session:
        return service.add_vendor(session, actor=LEAD, entry=VendorIn(name=name, **values)).id


def found(db: Database, **filters: object) -> list[str]:
    with db.reading() as session:
        rows, _, _ = service.list_page(session, actor=READER, filters=Filters(**filters), page=1, rows=50)
        return [row.name for row in rows]


def test_added_vendor_is_found_by_words_prefix_and_capability(db: Database) -> None:
    add(
        db,
        "Harbor Annotation",
        summary="Küstenbilder, boxes",
        techniques=["bounding_box"],
        languages=["pt-BR"],
    )
    add(db, "Northwind Labels", country="de", techniques=["polygon"])
    assert found(db, text="harbor") == ["Harbor Annotation"]
    assert found(db, text="küst") == ["Harbor Annotation"]
    assert found(db, text="bounding") == ["Harbor Annotation"]
    assert found(db, facets={"technique": "polygon"}) == ["Northwind Labels"]
    assert found(db, country="DE") == ["Northwind Labels"]
    assert found(db) == ["Harbor Annotation", "Northwind Labels"]


@pytest.mark.parametrize("text", ['a"b', "foo AND", "name:x", "*", "' OR 1", "NEAR(", "…"])
def test_search_text_is_never_syntax(db: Database, text: str) -> None:
    add(db, "Harbor Annotation")
    assert found(db, text=text) == []


def test_edited_vendor_is_found_by_its_new_words_only(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation", techniques=["bounding_box"])
    with db.writing() as session:
        entry = VendorIn(name="Harbour Data", techniques=["polygon"])
        service.edit_vendor(session, actor=LEAD, vendor_id=vendor_id, entry=entry, seen=1)
    assert found(db, text="annotation") == []
    assert found(db, text="harbour") == ["Harbour Data"]
    assert found(db, facets={"technique": "bounding_box"}) == []


def test_name_that_differs_by_case_and_spacing_is_taken(db: Database) -> None:
    add(db, "Harbor Annotation")
    with pytest.raises(Conflict, match="in the register already") as caught:
        add(db, "  harbor   ANNOTATION ")
    assert caught.value.field == "name"


def test_edit_from_an_outdated_form_shows_both_texts(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation", country="DE")
    with db.writing() as session:
        entry = VendorIn(name="Harbor Annotation", country="FR")
        service.edit_vendor(session, actor=LEAD, vendor_id=vendor_id, entry=entry, seen=1)
    with pytest.raises(Conflict) as caught, db.writing() as session:
        entry = VendorIn(name="Harbor Annotation", country="IN")
        service.edit_vendor(session, actor=LEAD, vendor_id=vendor_id, entry=entry, seen=1)
    assert (caught.value.theirs, caught.value.yours) == ({"country": "FR"}, {"country": "IN"})


def test_reader_may_not_add(db: Database) -> None:
    with pytest.raises(Forbidden, match="procurement lead"), db.writing() as session:
        service.add_vendor(session, actor=READER, entry=VendorIn(name="X"))


def test_archived_vendor_leaves_the_list_and_needs_a_reason(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation")
    with pytest.raises(ValueError, match="Say why"):
        VendorStatusIn(status=VendorStatus.ARCHIVED)
    with db.writing() as session:
        entry = VendorStatusIn(status=VendorStatus.ARCHIVED, reason="merged")
        service.set_status(session, actor=LEAD, vendor_id=vendor_id, entry=entry)
    assert found(db) == []
    assert found(db, status="archived") == ["Harbor Annotation"]


def test_audit_holds_no_contact_of_a_person(db: Database) -> None:
    add(db, "Harbor Annotation", contact_name="Ada Byron", contact_email="ada@harbor.example")
    with db.reading() as session:
        bodies = [row.body for row in session.exec(audit.select(audit.AuditEvent))]
        assert audit.verify(session).fault == ""
    assert bodies
    assert "Ada" not in str(bodies)
    assert '"contact":true' in bodies[0]


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (CertificateIn(standard="soc2_type2", standing="verified", period_end="2025-12-31"), True),
        (CertificateIn(standard="soc2_type2", standing="verified", period_end="2025-11-30"), False),
        (
            CertificateIn(
                standard="soc2_type2", standing="verified", period_end="2025-11-30", bridge_until="2027-01-31"
            ),
            True,
        ),
        (CertificateIn(standard="soc2_type2", standing="claimed", period_end="2025-12-31"), None),
        (CertificateIn(standard="iso27001", standing="verified", valid_until="2026-12-01"), True),
        (CertificateIn(standard="iso27001", standing="verified", valid_until="2026-11-30"), False),
        (CertificateIn(standard="iso27001", standing="claimed"), False),
    ],
)
def test_certificate_counts_by_its_dates_and_standing(
    db: Database, entry: CertificateIn, counts: bool | None
) -> None:
    vendor_id = add(db, "Harbor Annotation")
    with db.writing() as session:
        service.add_certificate(session, actor=LEAD, vendor_id=vendor_id, entry=entry)
    with db.reading() as session:
        assert service.evidence_on(session, vendor_id, TODAY)[entry.standard].counts is counts


def test_removed_certificate_no_longer_counts_until_restored(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation")
    with db.writing() as session:
        entry = CertificateIn(standard="iso27001", standing="verified", valid_until="2028-01-01")
        row_id = service.add_certificate(session, actor=LEAD, vendor_id=vendor_id, entry=entry).id
    with db.writing() as session:
        service.remove_certificate(session, actor=LEAD, certificate_id=row_id)
    with db.reading() as session:
        assert service.evidence_on(session, vendor_id, TODAY) == {}
    with db.writing() as session:
        service.restore_certificate(session, actor=LEAD, certificate_id=row_id)
    with db.reading() as session:
        assert service.evidence_on(session, vendor_id, TODAY)["iso27001"].counts is True


def test_signed_agreement_needs_its_day_and_then_counts(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation")
    with pytest.raises(Invalid, match="signed_on"), db.writing() as session:
        service.add_agreement(
            session, actor=LEAD, vendor_id=vendor_id, entry=AgreementIn(kind="nda", state="signed")
        )
    with db.writing() as session:
        entry = AgreementIn(kind="nda", state="signed", signed_on="2026-01-05")
        service.add_agreement(session, actor=LEAD, vendor_id=vendor_id, entry=entry)
    with db.reading() as session:
        assert service.evidence_on(session, vendor_id, TODAY)["nda"].counts is True


def test_newest_fact_stands_and_older_ones_stay(db: Database) -> None:
    vendor_id = add(db, "Harbor Annotation")
    for value in (8, 6):
        with db.writing() as session:
            service.record_fact(
                session, actor=LEAD, vendor_id=vendor_id, key="ramp_weeks", value=value,
                standing=Standing.CLAIMED, source=("answer", uuid4()), as_of=TODAY,
            )  # fmt: skip
    with db.reading() as session:
        assert service.facts_of(session, vendor_id)["ramp_weeks"].value == 6
        assert len(service.profile(session, actor=READER, vendor_id=vendor_id).facts) == 2


def test_import_adds_all_lines_by_id_or_name(db: Database) -> None:
    text = "name;country;techniques\nHarbor Annotation;DE;Bounding boxes; \nNorthwind;IN;polygon\n".replace(
        "Bounding boxes; ", "Bounding boxes"
    )
    with db.writing() as session:
        assert len(service.import_vendors(session, actor=LEAD, text=text)) == 2
    assert found(db, facets={"technique": "bounding_box"}) == ["Harbor Annotation"]


def test_import_with_faults_adds_nothing_and_names_every_line(db: Database) -> None:
    add(db, "Harbor Annotation")
    text = (
        "name,country,techniques\nHarbor annotation,DE,\nNew One,Germany,\nOther,DE,flying\nother,IN,\n,IN,\n"
    )
    with pytest.raises(Invalid) as caught, db.writing() as session:
        service.import_vendors(session, actor=LEAD, text=text)
    said = str(caught.value)
    for part in (
        "line 2, name: Harbor annotation",
        "line 3, country",
        "line 4",
        "'flying'",
        "line 5, name",
        "line 6",
    ):
        assert part in said
    assert found(db) == ["Harbor Annotation"]


def test_export_can_be_imported_again(db: Database) -> None:
    add(db, "=HYPERLINK(1)", techniques=["polygon"], languages=["de", "fr"])
    with db.reading() as session:
        rows, capabilities, _ = service.list_page(session, actor=READER, filters=Filters(), page=1, rows=50)
        text = service.export_csv(rows, capabilities)
    assert "'=HYPERLINK" in text
    entries = service.read_vendors(text, {})
    assert (entries[0].techniques, entries[0].languages) == (["polygon"], ["de", "fr"])


def test_need_match_counts_offered_values() -> None:
    assert service.need_match({"technique": ["polygon"]}, {"technique": ["polygon", "keypoints"]}) == (1, 2)
