"""The decision memo of the demonstration as a PDF, against WeasyPrint alone on the same HTML.

Ours prints in a process forked for each document, archivable and accessible, with the decision's record attached.
The peer stays warm in this process and writes the same PDF variant from the same assets in memory, without
attachment and marks. Asked for again with unchanged inputs, the memo is a stored file: the second row fetches it.
"""

import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from app import demo, wiring
from app.decisions.models import Memo
from app.decisions.service import Frozen, frozen_by_id
from app.decisions.views.memo import memo_html, memo_pdf
from app.kit import pdf
from app.kit.db import Database
from app.kit.pdf.assets import BASE_URL, allowed
from app.settings import Settings
from benchmarks.rows import Figure, Row, library, side_by_side, timed
from benchmarks.servers import requests, server, session_cookie, store


@dataclass(frozen=True, slots=True)
class Printed:
    """A memo of a small demonstration, printed and stored, in an open store."""

    database: Database
    settings: Settings
    memo_id: UUID
    frozen: Frozen


@contextmanager
def memo() -> Iterator[Printed]:
    """The demonstration's decision."""
    wiring.models()
    with store() as (database, settings):
        demo.load(database, settings, images=30, tickets=60)
        with database.reading() as session:
            stored = select(Memo).where(col(Memo.file_id).is_not(None)).order_by(col(Memo.created_at).desc())
            found = session.exec(stored.limit(1)).one()
            yield Printed(database, settings, found.id, frozen_by_id(session, found.id))
        pdf.stop()


def ours(given: Printed) -> Callable[[], float]:
    """Seconds from the record to the finished PDF."""
    frozen = given.frozen
    return timed(lambda: memo_pdf(frozen.record, frozen.standing, frozen.memo.created_at))


def alone(given: Printed) -> Callable[[], float]:
    """Seconds of WeasyPrint from the HTML to the PDF."""
    weasyprint, urls = library("weasyprint"), library("weasyprint.urls")
    for known in (urllib.parse.uses_relative, urllib.parse.uses_netloc):
        known.append("assay")
    html, assets = memo_html(given.frozen.record, given.frozen.standing), allowed()

    def fetch(_self: object, url: str, *_: object) -> object:
        content, kind = assets[url]
        return urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    fetcher = type("Fetcher", (urls.URLFetcher,), {"fetch": fetch})()
    return timed(
        lambda: weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher).write_pdf(
            pdf_variant="pdf/a-3a"
        )
    )


def measure_print() -> Figure:
    """A new document."""
    with memo() as given:
        return side_by_side(ours(given), alone(given))


def measure_again() -> Figure:
    """The stored document, by somebody signed in."""
    with memo() as given:
        cookie = session_cookie(given.database)
        with server("assay", given.settings.data_dir) as port:
            path = f"/memos/{given.memo_id}.pdf"
            return side_by_side(lambda: requests(port, path, 10, cookie), alone(given))


PEER = "WeasyPrint alone on the same HTML"
ROWS = (
    Row("memo", "memo PDF", PEER, 1.15, measure_print),
    Row("memo-again", "memo PDF with unchanged inputs: no render", PEER, 0.25, measure_again),
)
