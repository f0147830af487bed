"""Printing documents: HTML to an archivable, accessible PDF in a process of its own, and reading one back."""

from datetime import datetime

from app.kit.pdf.printer import PRINTER, Printer
from app.kit.pdf.reading import read_attachment, read_text
from app.kit.pdf.wire import Attachment

__all__ = ["Attachment", "Printer", "read_attachment", "read_text", "render_pdf", "stop"]


def render_pdf(
    html: str,
    *,
    title: str,
    language: str = "en",
    attachments: tuple[Attachment, ...] = (),
    created: datetime,
) -> bytes:
    """A tagged PDF/A-3a file with the PDF/UA-1 mark and the attachments inside.

    The same arguments give the same bytes on one image. `html` is a whole page; it may load
    `/static/print/*.css` and our fonts, and any other address, `data:` included, refuses the document.
    `created` is timezone-aware and becomes every date in the file. Blocks for a second or so: never call it
    inside a write. Raises `Unavailable` when the document is refused or too large, and when printing does not
    work on this machine.
    """
    return PRINTER.render(html, title=title, language=language, attachments=attachments, created=created)


def stop() -> None:
    """End the helper process now; it otherwise ends with this process."""
    PRINTER.stop()
