"""`assay memo`, `assay report comparison`, `assay verify`: documents in and out."""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.core.errors import Invalid, NotFound, Problem, Unavailable

if TYPE_CHECKING:
    from app.decisions.service import MemoCheck
    from app.evaluations.models import Evaluation
    from app.kit.db import ReadSession
    from app.settings import Settings

_report = typer.Typer(help="Reports of an evaluation.", no_args_is_help=True)
_LABEL = re.compile(r"(?:EV-?)?0*([0-9]{1,9})", re.IGNORECASE)
_MOST = 200_000_000  # bytes of a file to verify


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(memo)
    commands.command()(verify)
    _report.command("comparison")(comparison)
    commands.add_typer(_report, name="report")


EvaluationName = Annotated[str, typer.Argument(metavar="EVALUATION", help="EV-0007, or the id.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="The file to write.")]


@contextlib.contextmanager
def _store() -> Iterator[tuple["ReadSession", "Settings"]]:
    """The installation's store, for reading; the commands act for whoever may read its files."""
    from app import wiring
    from app.kit import migrate
    from app.kit.db import open_database
    from app.settings import Settings

    wiring.models()
    settings = Settings()
    settings.prepare()
    if migrate.pending(settings.url):
        message = "The database is missing or older than this version. Run `assay migrate` first."
        raise Unavailable("store.old", message)
    database = open_database(settings.url)
    try:
        with database.reading() as session:
            yield session, settings
    finally:
        database.close()


def _evaluation(session: "ReadSession", name: str) -> "Evaluation":
    from sqlmodel import select

    from app.evaluations.models import Evaluation

    row = None
    if found := _LABEL.fullmatch(name.strip()):
        row = session.exec(select(Evaluation).where(Evaluation.number == int(found[1]))).first()
    else:
        with contextlib.suppress(ValueError):
            row = session.get(Evaluation, UUID(name))
    if row is None:
        raise NotFound("evaluation.not_found", f"There is no evaluation {name}. Name it like EV-0007.")
    return row


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as failure:
        message = f"cannot be written ({failure.strerror}); choose another place"
        raise Invalid("report.unwritable", [Problem(str(out), message)]) from None
    print(out)


def memo(evaluation: EvaluationName, out: Out) -> None:
    """Write the decision memo as PDF: the newest frozen one, or the draft, which is marked as such."""
    from app.decisions.pages.memos import current_memo_pdf
    from app.kit.actors import SYSTEM
    from app.kit.storage import LocalStore

    with _store() as (session, settings):
        row = _evaluation(session, evaluation)
        pdf, _ = current_memo_pdf(session, SYSTEM, row.id, LocalStore(settings.files_dir))
    _write(out, pdf)


def comparison(evaluation: EvaluationName, out: Out) -> None:
    """Write the comparison report: PDF or Excel, by the ending of the file."""
    from app.kit import clock
    from app.kit.actors import SYSTEM
    from app.reports.pages import comparison_excel, comparison_pdf

    kind = out.suffix.lower()
    if kind not in (".pdf", ".xlsx"):
        raise Invalid("report.format", [Problem("--out", "the file must end in .pdf or .xlsx")])
    with _store() as (session, _):
        row = _evaluation(session, evaluation)
        make = comparison_pdf if kind == ".pdf" else comparison_excel
        content = make(session, SYSTEM, row.id, clock.now())
    _write(out, content)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A memo as it was downloaded.")],
    offline: Annotated[bool, typer.Option("--offline", help="Check the file alone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Check a memo: its attached record against the printed digest; with the store also against what was frozen,
    the printed file and the audit chain. Exit 1 when something does not agree."""
    from app.decisions.service.verifying import check_memo

    try:
        with file.open("rb") as stream:
            pdf = stream.read(_MOST)
    except OSError as failure:
        message = f"cannot be read ({failure.strerror}); check the path"
        raise Invalid("memo.unreadable", [Problem(str(file), message)]) from None
    if offline:
        checked = check_memo(pdf, None)
    else:
        check_memo(pdf, None)  # what is no memo is told before the store is opened
        with _store() as (session, _):
            checked = check_memo(pdf, session)
    _tell(checked, offline=offline, as_json=as_json)
    return 1 if checked.faults else 0


def _tell(checked: "MemoCheck", *, offline: bool, as_json: bool) -> None:
    if as_json:
        document = {
            "schema": "assay.verify/1",
            "verified": not checked.faults,
            "offline": offline,
            "evaluation": checked.label,
            "version": checked.version,
            "digest": checked.digest,
            "printed": checked.printed or None,
            "audit_head": checked.audit_head,
            "known": checked.known,
            "faults": list(checked.faults),
        }
        print(json.dumps(document))
        return
    what = f"memo of {checked.label}, " + (f"version {checked.version}" if checked.version else "draft")
    if checked.faults:
        print(f"not verified: {what}")
        for fault in checked.faults:
            print(f"  {fault}")
        return
    against = "the printed digest" if offline else "the printed digest, the store and the audit chain"
    if not offline and checked.known is None:
        against = "the printed digest and the audit chain; a draft is not in the store"
    print(f"verified: {what}, digest {checked.digest}, against {against}")
