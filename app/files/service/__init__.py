"""What other features use of this one: subjects, uploads, attachments, notes, and the panel for their pages."""

from app.files.kinds import Purpose
from app.files.queries import Attached, Written, totals
from app.files.service.files import (
    Upload,
    attach_file,
    attachments_of,
    find_attachment,
    find_file,
    remove_attachment,
    restore_attachment,
    store,
    store_upload,
)
from app.files.service.notes import (
    add_note,
    author_name,
    edit_note,
    find_note,
    notes_of,
    remove_note,
    restore_note,
)
from app.files.service.panel import NotesAndFiles, href, notes_and_files
from app.files.service.receiving import Received, ReceivedAnnotations, ReceivedEvidence, store_received
from app.files.subjects import Subject, may_read, panel_roles, register_subject

__all__ = [
    "Attached",
    "NotesAndFiles",
    "Purpose",
    "Received",
    "ReceivedAnnotations",
    "ReceivedEvidence",
    "Subject",
    "Upload",
    "Written",
    "add_note",
    "attach_file",
    "attachments_of",
    "author_name",
    "edit_note",
    "find_attachment",
    "find_file",
    "find_note",
    "href",
    "may_read",
    "notes_and_files",
    "notes_of",
    "panel_roles",
    "register_subject",
    "remove_attachment",
    "remove_note",
    "restore_attachment",
    "restore_note",
    "store",
    "store_received",
    "store_upload",
    "totals",
]
