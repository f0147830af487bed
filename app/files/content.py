"""What an upload is: type by content, families of types, a name that is safe to show."""

import re
import unicodedata
from typing import BinaryIO

import magic

from app.files.kinds import Purpose

_LOOK = 1 << 18  # bytes that libmagic sees: office files declare themselves some way in
_NAME = 150
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_OFFICE = (
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/vnd.ms-",
)
_EXACT = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/json": "json",
    "application/x-ndjson": "json",
    "application/csv": "csv",
    "application/msword": "office",
    "application/cdfv2": "office",
    "application/x-ole-storage": "office",
    "text/rtf": "office",
    "text/csv": "csv",
    "text/xml": "xml",
    "application/xml": "xml",
    "text/html": "",
    "text/x-shellscript": "",
    "text/x-msdos-batch": "",
    "message/rfc822": "mail",
}
_IMAGES = frozenset({"png", "jpeg", "gif", "webp", "tiff", "heic", "heif", "avif", "bmp"})


# Plain text stands in both: libmagic calls short CSV, CoNLL and broken JSON so, and the reader judges them.
FAMILIES: dict[Purpose, frozenset[str]] = {
    Purpose.EVIDENCE: frozenset({"pdf", "image", "office", "text", "csv", "json", "mail", "zip"}),
    Purpose.ANNOTATIONS: frozenset({"json", "csv", "text", "xml", "zip"}),
}
ACCEPTED: dict[Purpose, str] = {
    Purpose.EVIDENCE: "PDF, images, office documents, text, CSV, JSON, saved mails or ZIP",
    Purpose.ANNOTATIONS: "JSON, JSON Lines, CSV, text, XML or ZIP",
}


def media_type(stream: BinaryIO) -> str:
    """The type of what `stream` holds, judged by its first 256 KB; the position is put back to the start."""
    stream.seek(0)
    data = stream.read(_LOOK)
    stream.seek(0)
    found = str(magic.from_buffer(data, mime=True)).lower()
    # libmagic calls a truncated program text; real text has no zero bytes unless it is UTF-16 with its mark.
    if found.startswith("text/") and b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "application/octet-stream"
    return found


def family(kind: str) -> str:
    """The family of a media type (pdf, image, office, text, csv, json, xml, mail, zip), '' for all others.

    >>> family("image/png"), family("image/svg+xml"), family("text/x-c"), family("application/x-dosexec")
    ('image', '', 'text', '')
    """
    if kind in _EXACT:
        return _EXACT[kind]
    if kind.startswith(_OFFICE):
        return "office"
    major, _, minor = kind.partition("/")
    if major == "image":
        return "image" if minor in _IMAGES else ""
    return "text" if major == "text" else ""


def refusal(kind: str, purpose: Purpose) -> str:
    """Why a file of this type is not taken for the purpose, with the remedy; '' when it is."""
    if family(kind) in FAMILIES[purpose]:
        return ""
    if kind == "application/octet-stream":
        return (
            "Its content is of no known kind, so it is not taken here; it may be damaged or cut off. "
            f"Make it again, and send {ACCEPTED[purpose]}."
        )
    return f"This is {kind} by its content, which is not taken here. Send {ACCEPTED[purpose]}."


def display_name(sent: str) -> str:
    """The last part of the sender's file name without control and direction marks, at most 150 characters.

    >>> display_name("C:\\\\evil\\\\..\\\\report .pdf"), display_name("../.."), display_name("a\\u202efdp.exe")
    ('report .pdf', 'file', 'afdp.exe')
    """
    last = unicodedata.normalize("NFC", sent).replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in _HIDDEN.sub("", last)
    )
    clean = " ".join(shown.split()).lstrip(". ")
    if len(clean) > _NAME:
        stem, dot, suffix = clean.rpartition(".")
        keep = len(dot + suffix) if stem and len(suffix) <= 10 else 0
        clean = clean[: _NAME - keep] + (clean[-keep:] if keep else "")
    return clean or "file"
