"""Documents on screen, in a real browser under the strict policy: no complaints, no sideways scroll, no axe fault."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.decisions.views import MemoDocument
from app.kit.pdf.parts import Fact, Head

sync_api = pytest.importorskip("playwright.sync_api")

sys.path.insert(0, str(Path(__file__).parent))
import test_comparison as comparison  # noqa: E402
import test_pilot_report as pilot_report  # noqa: E402

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'"
TYPES = {".css": "text/css", ".woff2": "font/woff2"}
AXE = ROOT / "node_modules/axe-core/axe.min.js"
VIOLATIONS = "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])"


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def documents(
    memo: MemoDocument,
    crowded_memo: MemoDocument,
    rendered: Callable[[str, object], str],
    document_head: Callable[[str, str, tuple[Fact, ...]], Head],
) -> dict[str, str]:
    """HTML by path."""
    return {
        "/memo": rendered("memo.html", memo),
        "/crowded": rendered("memo.html", crowded_memo),
        "/comparison": rendered("comparison.html", comparison.example(document_head)),
        "/pilot": rendered("pilot_report.html", pilot_report.example(document_head)),
    }


@pytest.mark.parametrize("path", ["/memo", "/crowded", "/comparison", "/pilot"])
def test_a_document_reads_well_on_screen_at_any_width(
    browser: "sync_api.Browser", documents: dict[str, str], path: str
) -> None:
    def answer(route: "sync_api.Route") -> None:
        asked = route.request.url.removeprefix("http://assay.test")
        file = ROOT / "app" / asked.lstrip("/")
        if asked in documents:
            route.fulfill(
                body=documents[asked],
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )
        elif asked.startswith("/static/") and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(status=204)

    context = browser.new_context()
    try:
        page = context.new_page()
        page.route("**/*", answer)
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text))
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 860})
            page.goto(f"http://assay.test{path}")
            assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('14px Inter'))")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert complaints == []
            page.evaluate(AXE.read_text())
            assert page.evaluate(VIOLATIONS) == []
            complaints.clear()  # axe itself trips over the policy
    finally:
        context.close()
