"""The composition root: routers, task table, settings to services. The one place that knows all features."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from importlib.metadata import version
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request

from app.accounts import api as account_api
from app.accounts import pages as account_pages
from app.accounts import service as accounts
from app.accounts.cookies import session_cookie
from app.accounts.schemas import role_names
from app.assessment import api as assessment_api
from app.assessment import pages as assessment_pages
from app.audit import api as audit_api
from app.audit import guard  # noqa: F401 — its session events hold the audit rule
from app.audit import pages as audit_pages
from app.audit import service as audit
from app.core.permissions import Action
from app.decisions import api as decisions_api
from app.decisions import models as decision_models  # noqa: F401
from app.decisions import pages as decision_pages
from app.decisions import service as decisions
from app.decisions import tasks as decision_tasks
from app.decisions.views.memo import memo_name, memo_pdf
from app.evaluations import api as evaluations_api
from app.evaluations import pages as evaluations_pages
from app.evaluations import service as evaluations
from app.files import api as files_api
from app.files import pages as files_pages
from app.files import service as files
from app.home import api as home_api
from app.home import pages as home_pages
from app.home import queue_pages, status_pages
from app.home import service as home
from app.jobs import tasks as job_tasks
from app.jobs.worker import Periodic, TaskFunction, TwoPhase, Worker
from app.kit import clock, htmx
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, open_database
from app.kit.storage import LocalStore
from app.kit.ui import NavItem, Shell
from app.onboarding import api as onboarding_api
from app.onboarding import models as onboarding_models  # noqa: F401
from app.onboarding import pages as onboarding_pages
from app.onboarding import service as onboarding
from app.pilots import api_gold as pilot_apis
from app.pilots import pages as pilot_pages
from app.pilots import service as pilots
from app.pilots import tasks as pilot_tasks
from app.questionnaires import apis as questionnaires_apis
from app.questionnaires import pages as questionnaire_pages
from app.questionnaires import service as questionnaires
from app.questionnaires import tasks as questionnaire_tasks
from app.reports import api as reports_api
from app.reports import pages as reports_pages
from app.reviews import api as reviews_api
from app.reviews import pages as reviews_pages
from app.reviews import service as reviews
from app.runs import api as runs_api
from app.runs import link_api as runs_link_api
from app.runs import pages as runs_pages
from app.runs import service as runs
from app.runs import tasks as run_tasks
from app.runs import telling_api as runs_telling_api
from app.scorecards import api as scorecards_api
from app.scorecards import pages as scorecards_pages
from app.settings import ROOT, Settings
from app.vendors import api as vendors_api
from app.vendors import pages as vendors_pages
from app.vendors import service as vendors

VERSION = version("assay")
STOP_SECONDS = 20


def models() -> None:
    """Make sure that every table is known to the metadata: importing this module did it."""


def routers() -> list[APIRouter]:
    """Every router, pages and API."""
    return [
        account_api.router,
        *account_pages.routers,
        assessment_api.router,
        *assessment_pages.routers,
        audit_api.router,
        audit_pages.router,
        decisions_api.router,
        *decision_pages.routers,
        evaluations_api.router,
        *evaluations_pages.routers,
        files_api.router,
        files_pages.router,
        home_api.router,
        home_pages.router,
        queue_pages.router,
        onboarding_api.router,
        *onboarding_pages.routers,
        *pilot_apis.routers,
        *pilot_pages.routers,
        reviews_api.router,
        *reviews_pages.routers,
        runs_api.router,
        runs_link_api.router,
        runs_telling_api.router,
        *runs_pages.routers,
        *questionnaires_apis.routers,
        *questionnaire_pages.routers,
        scorecards_api.router,
        scorecards_pages.router,
        reports_api.router,
        reports_pages.router,
        status_pages.api,
        status_pages.router,
        vendors_api.router,
        vendors_pages.router,
    ]


# Label, address, section, and the right that shows the entry (None: everybody who is signed in).
_NAV: tuple[tuple[str, str, str, Action | None], ...] = (
    ("Work queue", "/", "", None),
    ("Vendors", "/vendors", "", Action.VENDOR_READ),
    ("Evaluations", "/evaluations", "", Action.EVALUATION_READ),
    ("Onboarding", "/onboarding", "", Action.EVALUATION_READ),
    ("Scorecards", "/scorecards", "Library", Action.LIBRARY_READ),
    ("Questionnaires", "/questionnaires", "Library", Action.LIBRARY_READ),
    ("Checklists", "/checklists", "Library", Action.LIBRARY_READ),
    ("Audit log", "/audit", "Record", Action.AUDIT_READ),
    ("Status", "/status", "Record", Action.STATUS_READ),
    ("People", "/people", "Record", Action.ACCOUNT_MANAGE),
)


_MOST_COUNTED = 1000  # people whose figures are kept


def identify(request: Request) -> Actor | None:
    """Who asks, by bearer token or session cookie; refuses a reading token that wants to write.

    "Last seen" is written at most hourly: for a browser only beside a write, so that reading pages never waits
    for a writer; for a token also when it reads, because programs often do nothing else.
    """
    database: Database = request.app.state.database
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    with database.reading() as session:
        found = accounts.identify(
            session, session_cookie(request), bearer.strip() if scheme.lower() == "bearer" else ""
        )
        # counted in this short session, because a page may not hold a second connection while its route runs
        if found is not None and not request.url.path.startswith("/api/"):
            request.state.counts = _counted(request, session, found.actor)
    if found is None:
        return None
    accounts.require_scope(found.actor, request.method)
    if found.due_token or (found.due_sign_in and request.method not in accounts.SAFE_METHODS):
        with database.writing() as writing:
            accounts.note_seen(writing, found)
    return found.actor


def _counted(request: Request, session: ReadSession, actor: Actor) -> home.Counts:
    """The navigation's figures, which read the whole queue: kept until the record grows, which every write makes it
    do, and at most for the minute, because some things wait from a moment on."""
    kept: dict[UUID, tuple[object, home.Counts]] = request.app.state.counts
    standing = (audit.head(session), int(clock.now().timestamp() // 60), actor.roles)
    seen, found = kept.get(actor.id, (None, None))
    if found is None or seen != standing:
        found = home.counts(session, actor)
        if len(kept) >= _MOST_COUNTED:
            kept.clear()
        kept[actor.id] = (standing, found)
    return found


def shell(request: Request) -> Shell:
    """What stands around a page: the navigation that the actor may use, who is signed in, toasts."""
    actor: Actor | None = getattr(request.state, "actor", None)
    return Shell(
        user=actor.name if actor else "",
        roles=role_names(actor.roles) if actor else "",
        nav=_nav(request, actor) if actor else (),
        toasts=htmx.take_toasts(request),
        asset_version=request.app.state.asset_version,
        organisation=request.app.state.settings.organisation,
    )


def _nav(request: Request, actor: Actor) -> tuple[NavItem, ...]:
    path, counts = request.url.path, getattr(request.state, "counts", None)
    waiting = (
        {"/": counts.work, "/vendors": counts.vendors, "/evaluations": counts.evaluations} if counts else {}
    )
    return tuple(
        NavItem(
            label,
            href,
            section,
            current=path == href or (href != "/" and path.startswith(f"{href}/")),
            count=waiting.get(href),
        )
        for label, href, section, action in _NAV
        if action is None or actor.may(action)
    )


def _asset_version() -> str:
    """A digest of our own assets, so that a changed one is fetched anew."""
    found = hashlib.sha256(VERSION.encode())
    for path in sorted((ROOT / "app" / "static").glob("*.*")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


PERIODIC = (
    Periodic("jobs.sweep", timedelta(days=1)),
    Periodic(pilot_tasks.CATCH_UP, timedelta(hours=1), of=pilot_tasks.ENGINE),
    Periodic(questionnaire_tasks.REMIND, timedelta(hours=1)),
    Periodic(run_tasks.STATUS, timedelta(hours=1)),
    Periodic(questionnaire_tasks.SWEEP, timedelta(days=1)),
)


def tasks(settings: Settings) -> Mapping[str, TaskFunction | TwoPhase]:
    """The task table: what a job's name stands for."""
    return {
        decision_tasks.PRINT_MEMO: decision_tasks.printing(settings, memo_pdf, memo_name),
        "jobs.sweep": job_tasks.sweep,
        "mail.send": job_tasks.mailing(settings),
        pilot_tasks.CATCH_UP: pilot_tasks.catch_up,
        pilot_tasks.COMPARE: pilot_tasks.comparing(settings),
        questionnaire_tasks.REMIND: questionnaire_tasks.reminding(settings),
        run_tasks.STATUS: run_tasks.telling(settings),
        questionnaire_tasks.SWEEP: questionnaire_tasks.sweep,
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


def subjects() -> None:
    """Tell the files who may see what hangs on which subject, the pilots who knows of reviews and last days."""
    onboarding.register_subjects()
    files.register_subject("decision", decisions.may_read, panel=decisions.panel_roles)
    files.register_subject("vendor", vendors.may_read_vendor)
    files.register_subject(
        "evaluation", evaluations.may_read_evaluation, panel=evaluations.roles_in_evaluation
    )
    files.register_subject("candidate", evaluations.may_read_candidate, panel=evaluations.roles_on_candidate)
    files.register_subject(questionnaires.SUBJECT, questionnaires.may_read, panel=questionnaires.panel_roles)
    files.register_subject(
        questionnaires.SEALED_SUBJECT, questionnaires.may_read_sealed, panel=questionnaires.panel_roles
    )
    files.register_subject("pilot", pilots.may_read, panel=pilots.panel_roles)
    pilots.register_last_day(runs.last_day_of)
    pilots.register_reviewed(reviews.first_pass_in)


@contextmanager
def running(app: FastAPI, settings: Settings) -> Iterator[None]:
    """Everything the application holds while it runs, on `app.state`."""
    settings.prepare()
    subjects()
    database = open_database(settings.url)
    app.state.settings = settings
    app.state.database = database
    app.state.asset_version = _asset_version()
    app.state.counts = {}
    app.state.identify = identify
    app.state.shell = shell
    app.state.contents = LocalStore(settings.files_dir)
    here = database.is_sqlite if settings.worker_in_web is None else settings.worker_in_web
    try:
        with working(database, settings) if here else nullcontext():
            yield
    finally:
        database.close()
