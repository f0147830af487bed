"""The composition root: routers, task table, settings to services. The one place that knows all features."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from app.audit import guard  # noqa: F401 — its session events hold the audit rule
from app.files import models as file_models  # noqa: F401 — its tables
from app.home import pages as home_pages
from app.jobs import tasks as job_tasks
from app.jobs.worker import Periodic, TaskFunction, TwoPhase, Worker
from app.kit.db import Database, open_database
from app.kit.storage import LocalStore
from app.settings import Settings
from app.vendors import api as vendors_api
from app.vendors import pages as vendors_pages

VERSION = version("assay")
STOP_SECONDS = 20


def models() -> None:
    """Make sure that every table is known to the metadata: importing this module did it."""


def routers() -> list[APIRouter]:
    """Every router, pages and API."""
    return [home_pages.router, vendors_api.router, vendors_pages.router]


PERIODIC = (Periodic("jobs.sweep", timedelta(days=1)),)


def tasks(settings: Settings) -> Mapping[str, TaskFunction | TwoPhase]:
    """The task table: what a job's name stands for."""
    return {
        "jobs.sweep": job_tasks.sweep,
        "mail.send": job_tasks.mailing(settings),
    }


def worker(database: Database, settings: Settings) -> Worker:
    """A worker that knows every task; any number may run side by side."""
    return Worker(database, tasks(settings), periodic=PERIODIC)


@contextmanager
def working(database: Database, settings: Settings) -> Iterator[None]:
    """Run jobs in a thread of this process; the job at hand is finished before the block ends."""
    runner, stop = worker(database, settings), threading.Event()
    thread = threading.Thread(target=runner.run_forever, args=(stop,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        runner.wake.set()
        thread.join(STOP_SECONDS)  # a job that takes longer is done again by the next worker


@contextmanager
def running(app: FastAPI, settings: Settings) -> Iterator[None]:
    """Everything the application holds while it runs, on `app.state`."""
    settings.prepare()
    database = open_database(settings.url)
    app.state.settings = settings
    app.state.database = database
    app.state.contents = LocalStore(settings.files_dir)
    here = database.is_sqlite if settings.worker_in_web is None else settings.worker_in_web
    try:
        with working(database, settings) if here else nullcontext():
            yield
    finally:
        database.close()
