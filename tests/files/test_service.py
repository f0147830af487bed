import io
from uuid import UUID

import pytest
from sqlmodel import select

from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Role
from app.files import service
from app.files.models import File
from app.files.schemas import NoteIn
from app.files.service import Purpose, Subject, Upload
from app.kit import ids
from app.kit.actors import Actor
from app.kit.db import Database
from app.kit.storage import LocalStore
from tests.files.conftest import EVALUATOR, LEAD, OUTSIDER, READER, someone

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def uploaded(contents: LocalStore, data: bytes = PDF, name: str = "report.pdf") -> Upload:
    return service.store_upload(contents, io.BytesIO(data), name, purpose=Purpose.EVIDENCE, limit=1_000_000)


def attach(db: Database, subject: Subject, upload: Upload, actor: Actor = EVALUATOR) -> UUID:
    with db.writing() as session:
        return service.attach_file(session, actor=actor, subject=subject, file=upload).id


def note(db: Database, subject: Subject, text: str = "They answer fast.") -> UUID:
    with db.writing() as session:
        return service.add_note(session, actor=EVALUATOR, subject=subject, entry=NoteIn(text=text)).id


def actions(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.exec(select(AuditEvent.action).order_by(AuditEvent.seq)).all())


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.pdf", b"", "empty.pdf is empty. Choose the file again"),
        ("labels.csv", b"MZ" + bytes(200), "Send PDF, images, office documents"),
        ("page.txt", b"<html><script>alert(1)</script></html>", "text/html"),
        ("logo.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', r"image/svg\+xml"),
        ("large.csv", b"a,b\n" * 300_000, "larger than 1 MB. Split it"),
    ],
)
def test_refused_file_names_the_remedy_and_leaves_nothing_on_disk(
    contents: LocalStore, name: str, data: bytes, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as failure:
        uploaded(contents, data, name)
    assert failure.value.problems[0].where == "file"
    assert [path for path in contents.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("purpose", "data", "taken"),
    [
        (Purpose.ANNOTATIONS, b'{"images": [], "annotations": []}', True),
        (Purpose.ANNOTATIONS, b'{"a": 1}\n{"a": 2}\n', True),
        (Purpose.ANNOTATIONS, b"item,label\n1,cat\n2,dog\n", True),
        (Purpose.ANNOTATIONS, b'<?xml version="1.0"?><annotations/>', True),
        (Purpose.ANNOTATIONS, b"EU NNP B-NP B-ORG\nrejects VBZ B-VP O\n", True),
        (Purpose.ANNOTATIONS, PDF, False),
        (Purpose.EVIDENCE, PDF, True),
        (Purpose.EVIDENCE, b'<?xml version="1.0"?><annotations/>', False),
    ],
)
def test_purpose_decides_what_is_taken(
    contents: LocalStore, purpose: Purpose, data: bytes, taken: bool
) -> None:
    stream = io.BytesIO(data)
    if taken:
        assert service.store_upload(contents, stream, "x", purpose=purpose, limit=1000).size == len(data)
        return
    with pytest.raises(Invalid):
        service.store_upload(contents, stream, "x", purpose=purpose, limit=1000)


def test_attached_file_is_listed_and_its_name_stays_out_of_the_chain(
    db: Database, contents: LocalStore, subject: Subject
) -> None:
    attach(db, subject, uploaded(contents, name="../Ada Lovelace CV.pdf"))
    with db.reading() as session:
        (found,) = service.attachments_of(session, actor=READER, subject=subject)
        bodies = session.exec(select(AuditEvent.body)).all()
    assert (found.file.name, found.file.media_type, found.added_by) == (
        "Ada Lovelace CV.pdf",
        "application/pdf",
        "Ada Lovelace",
    )
    assert not any("Lovelace" in body for body in bodies)
    assert actions(db) == ["files.file.stored", "files.attachment.added"]


def test_same_content_is_stored_once_and_the_same_file_is_attached_once(
    db: Database, contents: LocalStore, subject: Subject
) -> None:
    first = attach(db, subject, uploaded(contents))
    assert attach(db, subject, uploaded(contents)) == first
    assert attach(db, subject, uploaded(contents, name="copy.pdf")) != first
    with db.reading() as session:
        digests = {row.digest for row in session.exec(select(File)).all()}
        assert service.totals(session) == (1, len(PDF))
    assert len(digests) == 1
    assert len([path for path in contents.root.rglob("*") if path.is_file()]) == 1


def test_removed_file_is_gone_until_it_is_restored(
    db: Database, contents: LocalStore, subject: Subject
) -> None:
    attachment = attach(db, subject, uploaded(contents))
    with db.writing() as session:
        row = service.remove_attachment(session, actor=EVALUATOR, attachment_id=attachment)
        file_id = row.file_id
    with db.reading() as session:
        assert service.attachments_of(session, actor=READER, subject=subject) == []
        with pytest.raises(NotFound):
            service.find_file(session, actor=READER, file_id=file_id)
    with db.writing() as session:
        service.restore_attachment(session, actor=EVALUATOR, attachment_id=attachment)
    with db.reading() as session:
        assert service.find_file(session, actor=READER, file_id=file_id).name == "report.pdf"
    assert actions(db)[-2:] == ["files.attachment.removed", "files.attachment.restored"]


def test_file_of_a_hidden_subject_does_not_exist_for_others(
    db: Database, contents: LocalStore, subject: Subject
) -> None:
    attachment = attach(db, subject, uploaded(contents))
    with db.reading() as session:
        file_id = service.find_attachment(session, actor=LEAD, attachment_id=attachment).file.id
        for refused in (OUTSIDER, someone()):
            with pytest.raises(NotFound):
                service.find_file(session, actor=refused, file_id=file_id)
            with pytest.raises(NotFound):
                service.find_attachment(session, actor=refused, attachment_id=attachment)
            with pytest.raises(NotFound):
                service.attachments_of(session, actor=refused, subject=subject)
            with pytest.raises(NotFound):
                service.notes_of(session, actor=refused, subject=Subject("unheard", ids.new()))


def test_reader_may_add_nothing_and_others_remove_only_their_own(
    db: Database, contents: LocalStore, subject: Subject
) -> None:
    with pytest.raises(Forbidden), db.writing() as session:
        service.attach_file(session, actor=READER, subject=subject, file=uploaded(contents))
    with pytest.raises(Forbidden), db.writing() as session:
        service.add_note(session, actor=READER, subject=subject, entry=NoteIn(text="x"))
    attachment, written = attach(db, subject, uploaded(contents)), note(db, subject)
    other = someone(Role.EVALUATOR)
    with pytest.raises(Forbidden), db.writing() as session:
        service.remove_attachment(session, actor=other, attachment_id=attachment)
    with pytest.raises(Forbidden), db.writing() as session:
        service.remove_note(session, actor=other, note_id=written)
    with db.writing() as session:
        service.remove_attachment(session, actor=LEAD, attachment_id=attachment)
        service.remove_note(session, actor=LEAD, note_id=written)


def test_note_is_edited_by_its_author_alone(db: Database, subject: Subject) -> None:
    written = note(db, subject)
    with pytest.raises(Forbidden, match="Add one of your own"), db.writing() as session:
        service.edit_note(session, actor=LEAD, note_id=written, entry=NoteIn(text="x"))
    with db.writing() as session:
        service.edit_note(session, actor=EVALUATOR, note_id=written, entry=NoteIn(text="Slow now."), seen=1)
    with db.reading() as session:
        (found,) = service.notes_of(session, actor=READER, subject=subject)
    assert (found.note.text, found.note.version, found.author) == ("Slow now.", 2, "Ada Lovelace")
    assert found.note.edited_at is not None


def test_stale_edit_of_a_note_shows_both_texts(db: Database, subject: Subject) -> None:
    written = note(db, subject)
    with db.writing() as session:
        service.edit_note(session, actor=EVALUATOR, note_id=written, entry=NoteIn(text="first"), seen=1)
    with pytest.raises(Conflict) as failure, db.writing() as session:
        service.edit_note(session, actor=EVALUATOR, note_id=written, entry=NoteIn(text="second"), seen=1)
    assert (failure.value.theirs, failure.value.yours) == ({"text": "first"}, {"text": "second"})


def test_removed_note_can_be_restored_and_not_edited(db: Database, subject: Subject) -> None:
    written = note(db, subject)
    with db.writing() as session:
        service.remove_note(session, actor=EVALUATOR, note_id=written)
        service.remove_note(session, actor=EVALUATOR, note_id=written)
    with db.reading() as session:
        assert service.notes_of(session, actor=READER, subject=subject) == []
    with pytest.raises(Conflict, match="Restore it first"), db.writing() as session:
        service.edit_note(session, actor=EVALUATOR, note_id=written, entry=NoteIn(text="x"))
    with db.writing() as session:
        service.restore_note(session, actor=EVALUATOR, note_id=written)
    with db.reading() as session:
        assert len(service.notes_of(session, actor=READER, subject=subject)) == 1
    assert actions(db) == ["files.note.added", "files.note.removed", "files.note.restored"]
