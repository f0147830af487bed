"""`assay migrate`, `worker`, `status`, `audit verify`: running an installation."""

import json
import re
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.errors import Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from app.home.status import Status
    from app.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_audit = typer.Typer(help="The record of every write.", no_args_is_help=True)
_HEAD = re.compile(r"\d+:[0-9a-f]{64}")


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(migrate)
    commands.command()(worker)
    commands.command()(status)
    commands.add_typer(_audit, name="audit")


def _settings() -> "Settings":
    from app import wiring
    from app.settings import Settings

    wiring.models()
    settings = Settings()
    settings.prepare()
    return settings


def _current_store() -> "Settings":
    """Settings of a store that has the tables of this version. Raises `Unavailable` for an older one."""
    from app.kit import migrate as migrations

    settings = _settings()
    if migrations.pending(settings.url):
        message = "The database is missing or older than this version. Run `assay migrate` first."
        raise Unavailable("store.old", message)
    return settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when migrations are pending.")
    ] = False,
) -> int:
    """Bring the database to this version."""
    from app.kit import migrate as migrations

    settings = _settings()
    _, lacking = migrations.revisions(settings.url)
    if check:
        print(f"pending: {', '.join(lacking)}" if lacking else "up to date")
        return 1 if lacking else 0
    migrations.upgrade(settings.url)
    print(f"applied: {', '.join(lacking)}" if lacking else "up to date")
    return 0


def worker() -> None:
    """Run jobs until stopped (SIGTERM or Ctrl+C); the job at hand is finished first. Start as many as you like."""
    from app import wiring
    from app.kit import logging
    from app.kit.db import open_database

    settings = _current_store()
    logging.configure(settings.log_format)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the threads start, so that they inherit it
    database = open_database(settings.url)
    try:
        with wiring.working(database, settings):
            logging.logger().info("worker started", store=database.engine.dialect.name)
            signal.sigwait(signals)
    finally:
        database.close()
    logging.logger().info("worker stopped")


def status(as_json: Json = False) -> None:
    """Show version, database, pending migrations, jobs, audit head, files and free disk."""
    from app.home.status import read_status
    from app.kit.db import open_database

    settings = _settings()
    database = open_database(settings.url)
    try:
        found = read_status(database, settings)
    finally:
        database.close()
    if as_json:
        print(json.dumps({"schema": "assay.status/1", **found.facts()}))
        return
    _show(found)


def _show(found: "Status") -> None:
    from rich.console import Console
    from rich.table import Table

    from app.kit import wording

    table = Table(show_header=False, box=None, pad_edge=False)
    lines = [
        ("version", found.version),
        ("store", found.store),
        ("schema", found.schema_revision or "none"),
        ("pending", ", ".join(found.pending_migrations) or "none"),
        ("free disk", wording.size(found.free_bytes)),
    ]
    held = found.contents
    if held is not None:
        lines += [
            ("jobs", f"{held.jobs_todo} waiting, {held.jobs_leased} running, {held.jobs_dead} given up"),
            ("files", f"{held.files}, {wording.size(held.files_bytes)}"),
            ("audit head", held.audit_head),
        ]
    lines += [("warning", text) for text in found.warnings]
    for term, text in lines:
        table.add_row(term, text)
    Console(soft_wrap=True, highlight=False, markup=False).print(table)


@_audit.command("verify")
def verify(
    head: Annotated[
        str, typer.Option(help="SEQ:HASH as printed in a memo or backup; it must lie on the chain.")
    ] = "",
    as_json: Json = False,
) -> int:
    """Recompute the chain of the audit record; exit 1 when it was changed or cut."""
    from app.audit import service as audit
    from app.kit.db import open_database

    if head and not _HEAD.fullmatch(head):
        raise Invalid(
            "audit.head", [Problem("--head", "give it as printed: a number, a colon, 64 hex digits")]
        )
    database = open_database(_current_store().url)
    try:
        with database.reading() as session:
            check = audit.verify(session, expected_head=head)
    finally:
        database.close()
    if as_json:
        out = {"events": check.events, "head": check.head, "fault": check.fault or None}
        print(json.dumps({"schema": "assay.audit-verify/1", "verified": not check.fault, **out}))
    elif check.fault:
        print(f"not verified: {check.fault}")
    else:
        print(f"verified: {check.events} events, head {check.head}")
    return 1 if check.fault else 0
