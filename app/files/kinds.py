"""The closed lists of this feature."""

from enum import StrEnum


class NoteKind(StrEnum):
    """What a note reports: a thought, a call, a mail."""

    NOTE = "note"
    CALL = "call"
    MAIL = "mail"


class Purpose(StrEnum):
    """What a file is for, which decides what it may be."""

    EVIDENCE = "evidence"
    ANNOTATIONS = "annotations"
