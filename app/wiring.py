"""The composition root: routers, task table, settings to services. The one place that knows all features."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from app.audit import guard  # noqa: F401 — its session events hold the audit rule
from app.evaluations import models as evaluation_models  # noqa: F401
from app.home import pages as home_pages
from app.kit.db import open_database
from app.settings import Settings
from app.vendors import api as vendors_api
from app.vendors import pages as vendors_pages

VERSION = version("assay")


def models() -> None:
    """Make sure that every table is known to the metadata: importing this module did it."""


def routers() -> list[APIRouter]:
    """Every router, pages and API."""
    return [home_pages.router, vendors_api.router, vendors_pages.router]


@contextmanager
def running(app: FastAPI, settings: Settings) -> Iterator[None]:
    """Everything the application holds while it runs, on `app.state`."""
    settings.prepare()
    database = open_database(settings.url)
    app.state.settings = settings
    app.state.database = database
    try:
        yield
    finally:
        database.close()
