"""Reading a PDF back: the record a memo carries."""

import threading
from typing import Any

from app.core.errors import Invalid, Problem

_ONE_AT_A_TIME = threading.Lock()  # PDFium keeps global state


def _find(document: Any, name: str) -> bytes | None:
    for index in range(document.count_attachments()):
        attachment = document.get_attachment(index)
        if attachment.get_name() == name:
            return bytes(attachment.get_data())
    return None


def _open(library: Any, pdf: bytes) -> Any:
    try:
        return library.PdfDocument(pdf)
    except library.PdfiumError as error:
        raise Invalid(
            "pdf.unreadable",
            [Problem("file", "is not a readable PDF; give the memo as it was downloaded")],
        ) from error


def read_attachment(pdf: bytes, name: str) -> bytes | None:
    """The file of that name inside a PDF, or None when it carries none. Raises Invalid for what is no PDF."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        document = _open(pypdfium2, pdf)
        try:
            return _find(document, name)
        finally:
            document.close()


def read_text(pdf: bytes) -> str:
    """The text of all pages, in reading order. Raises Invalid for what is no PDF."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        document = _open(pypdfium2, pdf)
        try:
            pages = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
        finally:
            document.close()
    return "\n".join(pages)
