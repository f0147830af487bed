"""Printing in the helper process: what a file carries, what a document may not do, nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from app.core.errors import Invalid, Unavailable
from app.kit.pdf import Attachment, Printer, read_attachment, render_pdf

ROOT = Path(__file__).resolve().parents[2]
WHEN = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
RECORD = Attachment("decision.json", json.dumps({"winner": "Š ✓"}).encode(), "application/json")
PAGE = (
    '<!doctype html><html lang="en"><head>'
    '<link rel="stylesheet" href="/static/print/document.css"></head><body>'
    '<h1>Šćepan ✓ → Ωμέγα</h1><table><tr><th scope="col">Name</th></tr><tr><td>a</td></tr></table>'
    '<svg role="img" width="20" height="10"><title>A picture</title><rect width="5" height="5"/></svg>'
    "</body></html>"
)
ENDLESS = "<table>" + "<tr><td>a</td><td>b</td></tr>" * 30_000 + "</table>"


@pytest.fixture
def printer() -> Iterator[Printer]:
    own = Printer(memory=1 << 29)
    yield own
    own.stop()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(PAGE, title="A memo", attachments=(RECORD,), created=WHEN)


def _gone(pid: int, within: float = 30.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":  # dead; whoever adopted it has not looked yet
            return True
        time.sleep(0.05)
    return False


def test_a_document_carries_the_archive_and_accessibility_marks(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        xmp = document.Root.Metadata.read_bytes().decode()
        assert xmp.count("<rdf:RDF") == 1
        assert re.search(r'pdfaid:part="3"', xmp)
        assert re.search(r'pdfaid:conformance="A"', xmp)
        assert re.search(r'pdfuaid:part="1"', xmp)
        assert "PDF/UA identification schema" in xmp
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert document.docinfo["/Title"] == "A memo"
        assert document.docinfo["/CreationDate"] == "D:20261201093000Z"


def test_a_picture_has_its_title_as_alternative_text(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        figures = [
            o for o in document.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        assert [str(f.Alt) for f in figures] == ["A picture"]


def test_an_attachment_is_listed_once_with_its_type_and_reads_back(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        (file,) = document.Root.AF
        assert file.AFRelationship == "/Data"
        assert file.EF.F.Subtype == "/application/json"
    assert read_attachment(pdf, "decision.json") == RECORD.data
    assert read_attachment(pdf, "other.json") is None


def test_what_is_no_pdf_is_refused_with_a_remedy() -> None:
    with pytest.raises(Invalid, match="as it was downloaded"):
        read_attachment(b"PK\x03\x04", "decision.json")


def test_qpdf_finds_no_fault(pdf: bytes, tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []


def test_the_same_arguments_give_the_same_bytes_from_another_helper_and_time_zone(pdf: bytes) -> None:
    other = Printer()
    try:
        elsewhere = WHEN.astimezone(timezone(timedelta(hours=9)))
        assert other.render(PAGE, title="A memo", attachments=(RECORD,), created=elsewhere) == pdf
    finally:
        other.stop()


def test_another_date_gives_other_bytes(pdf: bytes) -> None:
    assert render_pdf(PAGE, title="A memo", attachments=(RECORD,), created=WHEN + timedelta(1)) != pdf


@pytest.mark.parametrize(
    "html",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<img src="data:image/png;base64,AAAA">',
        '<style>@import url("//example.org/x.css");</style>',
        '<p style="background: url(/static/vendor/htmx.min.js)">x',
        '<link rel="stylesheet" href="/static/print/../../settings.py">',
        '<svg width="9" height="9"><image width="9" height="9" href="https://example.org/x.svg"/></svg>',
        "<style>@font-face { font-family: x; src: url(/etc/passwd) } p { font-family: x }</style><p>x",
    ],
)
def test_a_document_that_loads_anything_else_is_refused(html: str) -> None:
    with pytest.raises(Unavailable, match="may not load") as refused:
        render_pdf(html, title="x", created=WHEN)
    assert refused.value.code == "pdf.refused"


def test_a_picture_that_cannot_be_drawn_refuses_the_document_instead_of_vanishing() -> None:
    with pytest.raises(Unavailable, match="Failed to"):
        render_pdf('<svg width="9" height="9"><rect transform="rotate(a)"/></svg>', title="x", created=WHEN)


def test_an_attachment_asked_for_by_the_page_itself_is_left_out() -> None:
    pdf = render_pdf('<link rel="attachment" href="file:///etc/passwd">x', title="x", created=WHEN)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments


def test_an_endless_document_is_stopped_and_the_next_one_prints() -> None:
    hasty = Printer(seconds=4, memory=1 << 29)
    try:
        with pytest.raises(Unavailable, match="within 4 seconds"):
            hasty.render(ENDLESS, title="x", created=WHEN)
        assert hasty.render(PAGE, title="x", created=WHEN).startswith(b"%PDF-1.7")
    finally:
        hasty.stop()


def test_a_document_that_eats_memory_is_refused() -> None:
    small = Printer(seconds=30, memory=1 << 28)
    try:
        with pytest.raises(Unavailable, match="256 MiB"):
            small.render("<p>" + "word " * 4_000_000, title="x", created=WHEN)
        assert small.render("<p>small", title="x", created=WHEN).startswith(b"%PDF")
    finally:
        small.stop()


def test_a_document_nested_without_end_is_refused() -> None:
    with pytest.raises(Unavailable, match="could not be printed"):
        render_pdf("<div>" * 5_000, title="x", created=WHEN)


def test_a_helper_that_died_is_started_again(printer: Printer) -> None:
    first = printer.render(PAGE, title="x", created=WHEN)
    assert printer.helper.process is not None
    os.kill(printer.helper.process.pid, signal.SIGKILL)
    assert printer.render(PAGE, title="x", created=WHEN) == first


def test_threads_share_one_helper(pdf: bytes) -> None:
    with ThreadPoolExecutor(4) as pool:
        prints = [
            pool.submit(render_pdf, PAGE, title="A memo", attachments=(RECORD,), created=WHEN)
            for _ in range(6)
        ]
        assert {p.result() for p in prints} == {pdf}


SCRIPT = """
    import os, sys, time
    from datetime import datetime, UTC
    from app.kit.pdf import printer, render_pdf
    def go():
        return render_pdf("<p>x", title="x", created=datetime(2026, 1, 1, tzinfo=UTC))
    first = go()
"""


def _run(tail: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(SCRIPT) + textwrap.dedent(tail)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("end", ["", "time.sleep(60)"], ids=["ends", "is killed"])
def test_no_helper_is_left_when_its_process(end: str) -> None:
    with _run(f"print(printer.PRINTER.helper.process.pid, flush=True)\n{end}") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        pid = int(process.stdout.readline())
        if end:
            process.kill()
        process.wait(10)
        assert process.stderr.read() == ""
    assert _gone(pid)


def test_a_forked_copy_of_the_process_prints_with_a_helper_of_its_own() -> None:
    tail = """
        child = os.fork()
        same = go() == first
        if child == 0:
            printer.PRINTER.stop()
            os._exit(0 if same else 1)
        print(same, os.waitpid(child, 0)[1], go() == first)
    """
    with _run(tail) as process:
        out, error = process.communicate(timeout=60)
    assert (out.split(), error) == (["True", "0", "True"], "")


def test_missing_system_libraries_are_named_with_the_command_to_install_them(tmp_path: Path) -> None:
    broken = tmp_path / "weasyprint"
    broken.mkdir()
    (broken / "__init__.py").write_text('raise OSError("cannot load library libpango-1.0-0")\n')
    tail = f"""
        import sys
        printer.PRINTER.stop()
        printer.PRINTER.helper.command = (sys.executable, "-c", "import sys; sys.path.insert(0, {str(tmp_path)!r});"
            " import runpy; runpy.run_module('app.kit.pdf.helper', run_name='__main__')")
        try:
            go()
        except Exception as error:
            print(type(error).__name__, error.code, error)
    """
    with _run(tail) as process:
        out, error = process.communicate(timeout=60)
    assert error == ""
    assert out.startswith("Unavailable pdf.libraries")
    assert "apt-get install libpango" in out
    assert "cannot load library" in out
