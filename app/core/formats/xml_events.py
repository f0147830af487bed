"""XML from outside, read as a stream of elements: no entities, no depth, no tree in memory."""

from collections.abc import Mapping
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml import DefusedXmlException

from app.core.errors import Invalid
from app.core.formats.faults import refuse

MAX_DEPTH = 40
MAX_TEXT = 10_000


class Elements(ContentHandler):
    """Calls `opened` and `closed` per element with its path from the root and its attributes or its text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.path: list[str] = []
        self._text: list[str] = []
        self._at: Locator | None = None
        self._size = 0

    @property
    def line(self) -> str:
        """The line of the file that is being read, for people."""
        return f"line {self._at.getLineNumber()}" if self._at else ""

    def setDocumentLocator(self, locator: Locator | None) -> None:  # noqa: N802
        self._at = locator

    def opened(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; `path` ends with it."""

    def closed(self, tag: str, text: str) -> None:
        """An element ends; `path` still ends with it, `text` is what stood directly in it."""

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:  # noqa: N802
        self.path.append(name)
        if len(self.path) > MAX_DEPTH:
            message = "nested too deeply; no labeling tool writes this, export the file again"
            raise refuse("file.nested", f"{self.name}, {self.line}", message)
        self._text, self._size = [], 0
        self.opened(name, dict(attrs.items()))

    def characters(self, content: str) -> None:
        if self._size < MAX_TEXT:
            self._text.append(content)
            self._size += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        self.closed(name, "".join(self._text).strip())
        self._text, self._size = [], 0
        self.path.pop()


def walk(data: bytes, elements: Elements) -> None:
    """Feed a whole document to `elements`; raises `Invalid` for broken XML and for entities."""
    parser = defusedxml.sax.make_parser()
    parser.setContentHandler(elements)
    elements.setDocumentLocator(parser)
    try:
        # At once: expat before 2.6 reads a long token again for every chunk, which takes hours for a hostile one.
        parser.feed(data)
        parser.close()
    except Invalid:
        raise
    except DefusedXmlException:
        message = "declares entities or an outside document type, which are never read; export the file without them"
        raise refuse("file.entities", elements.name, message) from None
    except (SAXException, ValueError, LookupError) as failure:
        line = getattr(failure, "getLineNumber", lambda: None)()
        where = f"{elements.name}, line {line}" if line else elements.name
        words = failure.getMessage() if isinstance(failure, SAXException) else str(failure)
        raise refuse("file.broken_xml", where, f"not valid XML ({words}); the file may be cut off") from None
    finally:
        elements.setDocumentLocator(
            None
        )  # parser and handler know each other; nothing may wait for the collector
