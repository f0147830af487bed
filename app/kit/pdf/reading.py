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


def read_attachment(pdf: bytes, name: str) -> bytes | None:
    """The file of that name inside a PDF, or None when it carries none. Raises Invalid for what is no PDF."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise Invalid(
                "pdf.unreadable",
                [Problem("file", "is not a readable PDF; give the memo as it was downloaded")],
            ) from error
        try:
            return _find(document, name)
        finally:
            document.close()
