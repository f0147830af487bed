"""The register at work: a list page of 50 rows out of 10,000, and a search in 20,000 vendors.

The page is asked for over HTTP by somebody signed in. Its peer is the same queries of the rows and the same
template in a bare FastAPI application: no sign-in, no rights, no navigation, the choices of the filters read
once. The peer of the search is sqlite3 alone, asked by hand for the same hits.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from app.kit import library
from app.kit.db import Database, open_database
from app.kit.templating import render_template
from app.kit.ui import Shell
from app.vendors import queries
from app.vendors.models import Vendor, VendorCapability, VendorSearch
from app.vendors.queries import Filters
from app.vendors.schemas import FACETS
from app.vendors.views import list_view
from benchmarks.rows import Figure, Row, Unmeasured, side_by_side, timed
from benchmarks.servers import requests, server, session_cookie, store

LISTED, SEARCHED, SHOWN, REQUESTS = 10_000, 20_000, 50, 40
COUNTRIES = ("DE", "IN", "KE", "PH", "US", "VN")
WORDS = ("alpine", "border", "cedar", "delta", "ember", "fjord", "granite", "harbour", "island", "jasmine")
WANTED = Filters(text="harbour isl", facets={"technique": "image_classification"})
BY_HAND = """
    FROM vendor WHERE status != 'archived'
    AND id IN (SELECT vendor_id FROM vendor_capability WHERE facet = 'technique' AND value = :technique)
    AND id IN (SELECT vendor_id FROM vendor_search WHERE n IN
               (SELECT rowid FROM vendor_fts WHERE vendor_fts MATCH '"harbour" "isl"*'))
"""


def fill(database: Database, count: int) -> None:
    """Seeded vendors with capabilities in every facet and a sentence to find them by.

    Written past the services: a register of this size grows over years, with an event for each vendor.
    """
    dice = np.random.default_rng(0)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    offered = {facet: list(library.taxonomy().terms(name)) for facet, name in FACETS.items()}
    vendors, capabilities, documents = [], [], []
    for i in range(count):
        key, words = uuid4(), " ".join(dice.choice(WORDS, 4))
        name = f"{words.split()[0].title()} Labeling {i}"
        vendors.append(
            {"id": key, "created_at": now, "version": 1, "name": name, "name_key": name.casefold(),
             "country": COUNTRIES[i % len(COUNTRIES)], "summary": words}
        )  # fmt: skip
        for facet, values in offered.items():
            for value in dice.choice(values, 2 if facet == "technique" else 1, replace=False):
                capabilities.append(
                    {"id": uuid4(), "created_at": now, "vendor_id": key, "facet": facet, "value": str(value)}
                )
        documents.append({"vendor_id": key, "document": f"{name}\n{words}"})
    with database.write.begin() as connection:
        for table, rows in ((Vendor, vendors), (VendorCapability, capabilities), (VendorSearch, documents)):
            connection.execute(sa.insert(table), rows)


def bare(folder: Path) -> FastAPI:
    """The peer of the list page."""
    database = open_database(f"sqlite:///{folder / 'assay.db'}")
    shell = Shell(user="", roles="", nav=(), toasts=(), asset_version="0")
    with database.reading() as session:
        countries, offered = queries.countries(session), queries.facet_values(session)
    application = FastAPI()

    @application.get("/", response_class=HTMLResponse)
    def vendors() -> str:
        with database.reading() as session:
            found, total = queries.vendors_page(session, Filters(), offset=0, limit=SHOWN)
            offers = queries.capabilities(session, [vendor.id for vendor in found])
            page = list_view(
                Filters(), found, offers, total, page=1, countries=countries, offered=offered, may_edit=True
            )
        return render_template(page.template, {"page": page, "shell": shell})

    return application


def measure_list() -> Figure:
    """Seconds per request of both servers."""
    with store() as (database, settings):
        fill(database, LISTED)
        cookie = session_cookie(database)
        with server("assay", settings.data_dir) as ours, server("list", settings.data_dir) as peer:
            return side_by_side(
                lambda: requests(ours, "/vendors", REQUESTS, cookie), lambda: requests(peer, "/", REQUESTS)
            )


def measure_search() -> Figure:
    """Number of hits and the first fifty, full text and one facet, by our query and by hand."""
    with store() as (database, _):
        fill(database, SEARCHED)
        asked = {"technique": WANTED.facets["technique"]}
        with database.engine.connect() as opened:
            driver: Any = opened.connection.driver_connection

            def by_hand() -> int:
                (total,) = driver.execute(f"SELECT count(*) {BY_HAND}", asked).fetchone()
                driver.execute(f"SELECT * {BY_HAND} ORDER BY name_key LIMIT {SHOWN}", asked).fetchall()
                return int(total)

            def ours() -> int:
                with database.reading() as session:
                    return queries.vendors_page(session, WANTED, offset=0, limit=SHOWN)[1]

            if not ours() == by_hand() > 0:
                raise Unmeasured(f"{ours()} hits by our query, {by_hand()} by hand")
            return side_by_side(timed(ours), timed(by_hand), rounds=25)


ROWS = (
    Row("list", "a list page of 50 rows out of 10,000", "the same in bare FastAPI", 2, measure_list),
    Row("search", "full text and a facet in 20,000 vendors", "sqlite3 by hand", 2, measure_search),
)
