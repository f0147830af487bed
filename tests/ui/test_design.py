"""The gallery in a real browser: strict CSP, three widths, two themes, axe, keyboard."""

import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

sys.path.insert(0, str(Path(__file__).parent))
import gallery  # noqa: E402

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
AXE = gallery.ROOT / "node_modules/axe-core/axe.min.js"
VIOLATIONS = "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])"
PATHS = ("/list", "/form", "/form-errors", "/sign-in", "/error", "/conflict")
WIDTHS = (320, 390, 1400)


class Handler(BaseHTTPRequestHandler):
    """Serves the gallery and the static files, and remembers what was posted."""

    def __init__(self, pages: dict[str, str], posts: list[str], *args: object) -> None:
        self.pages, self.posts = pages, posts
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        static = gallery.ROOT / "app" / path.lstrip("/")
        if path in self.pages:
            self.answer(200, "text/html; charset=utf-8", self.pages[path].encode())
        elif path.startswith("/static/") and static.is_file():
            self.answer(200, TYPES[static.suffix], static.read_bytes())
        else:
            self.answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        self.posts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/swap":
            self.answer(422, "text/html; charset=utf-8", self.pages["/swap"].encode())
        else:
            self.answer(204, "text/plain", b"")

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output quiet."""


@pytest.fixture(scope="module")
def posts() -> list[str]:
    return []


@pytest.fixture(scope="module")
def site(posts: list[str]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, gallery.pages(), posts))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "sync_api.Browser", site: str) -> Iterator["sync_api.Page"]:
    context = browser.new_context(base_url=site, viewport={"width": 1400, "height": 860})
    yield context.new_page()
    context.close()


def watch(page: "sync_api.Page") -> list[str]:
    """Collect what the browser complains about: CSP, scripts, missing files."""
    seen: list[str] = []
    page.on("console", lambda m: seen.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: seen.append(str(e)))
    return seen


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_at_any_width_shows_without_complaints_or_sideways_scroll(
    page: "sync_api.Page", path: str, theme: str
) -> None:
    complaints = watch(page)
    page.emulate_media(color_scheme=theme)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(path)
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('14px Inter'))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} scrolls at {width}"
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_in_either_theme_has_no_axe_violations(page: "sync_api.Page", path: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    for width in (320, 1400):
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(path)
        page.evaluate(AXE.read_text())
        assert page.evaluate(VIOLATIONS) == [], f"{path} at {width}"


@pytest.mark.parametrize(("width", "opener"), [(390, ".menu-button"), (390, ".actions-more"), (1400, ".me")])
def test_an_open_menu_has_no_axe_violations(page: "sync_api.Page", width: int, opener: str) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.goto("/list")
    page.click(opener)
    page.evaluate(AXE.read_text())
    assert page.evaluate(VIOLATIONS) == []


def test_the_chosen_theme_stays_after_a_reload(page: "sync_api.Page") -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/form")
    page.click(".me")
    page.click("[data-theme-set=dark]")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 23, 28)"
    page.click(".me")
    page.click("[data-theme-set=auto]")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_search_rows_and_help(page: "sync_api.Page") -> None:
    page.goto("/list")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Harbor Annotation"
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    assert page.url.endswith("#1")
    page.keyboard.press("?")
    expect(page.locator("#keys").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys").first).to_be_hidden()


def test_a_form_with_faults_focuses_the_first_and_links_to_each(page: "sync_api.Page") -> None:
    page.goto("/form-errors")
    assert page.evaluate("document.activeElement.id") == "field-budget"
    described = page.get_attribute("#field-budget", "aria-describedby")
    assert described == "hint-budget error-budget"
    for link in page.query_selector_all(".error-summary a"):
        assert page.query_selector(str(link.get_attribute("href"))) is not None
    expect(page.locator("#field-about")).to_have_value("\nTwo lines\nkept")


def test_a_form_sent_twice_by_keyboard_is_posted_once(page: "sync_api.Page", posts: list[str]) -> None:
    page.goto("/form")
    page.fill("#field-volume", "1200")
    posts.clear()
    page.focus("#field-volume")
    with page.expect_response(lambda answer: answer.status == 204):
        page.keyboard.press("Control+Enter")
        page.keyboard.press("Control+Enter")
    page.evaluate("fetch('/form').then(answer => answer.text())")  # a second post would have come before it
    assert len(posts) == 1
    assert "_nonce=n-1" in posts[0]
    assert "_version=3" in posts[0]
    assert "volume=1200" in posts[0]


def test_leaving_a_guarded_form_with_unsaved_text_asks_first(page: "sync_api.Page") -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/form")
    page.type("#field-volume", "12")
    page.goto("/error")
    assert asked == ["beforeunload"]


def test_a_long_table_keeps_its_head_in_sight_and_a_wide_one_scrolls(page: "sync_api.Page") -> None:
    page.goto("/list")
    page.evaluate(
        "() => { const t = document.querySelector('[data-rows] tbody');"
        " for (let i = 0; i < 60; i++) t.append(t.rows[0].cloneNode(true)); }"
    )
    page.evaluate("document.querySelector('[data-rows] tbody').rows[40].scrollIntoView({block: 'center'})")
    head, bar = page.locator("[data-rows] th").first.bounding_box(), page.locator(".bar").bounding_box()
    assert head is not None
    assert bar is not None
    assert head["y"] == pytest.approx(bar["height"], abs=1.5)
    page.set_viewport_size({"width": 320, "height": 860})
    page.wait_for_selector(".table-wrap[tabindex='0'][role=region]")
    assert page.get_attribute(".table-wrap", "aria-label", timeout=1000) != ""


def test_narrow_screens_fold_navigation_and_actions_into_menus(page: "sync_api.Page") -> None:
    page.set_viewport_size({"width": 390, "height": 860})
    page.goto("/list")
    expect(page.locator("#nav").first).to_be_hidden()
    expect(page.locator("#more").first).to_be_hidden()
    page.click(".menu-button")
    expect(page.locator("#nav").first).to_be_visible()
    page.keyboard.press("Escape")
    page.click(".actions-more")
    expect(page.locator("#more >> text=Archive").first).to_be_visible()


def test_without_javascript_every_control_that_shows_works(browser: "sync_api.Browser", site: str) -> None:
    context = browser.new_context(
        base_url=site, java_script_enabled=False, viewport={"width": 390, "height": 860}
    )
    page = context.new_page()
    page.goto("/list")
    expect(page.locator("[data-copy]").first).to_be_hidden()
    page.click(".menu-button")
    expect(page.locator("#nav")).to_be_visible()
    context.close()


def test_autosave_says_when_it_saved_and_leaving_then_asks_nothing(page: "sync_api.Page") -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/live")
    page.type("#field-answer", "40 annotators")
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-autosave-status]:has-text('Saved ')")
    page.goto("/error")
    assert asked == []


def test_a_form_refused_over_htmx_shows_its_faults_a_toast_and_can_be_sent_again(
    page: "sync_api.Page", posts: list[str]
) -> None:
    posts.clear()
    page.goto("/live")
    for sent in (1, 2):
        page.click("#live button")
        expect(page.locator(".toast")).to_have_count(2 * sent)
        assert len(posts) == sent
        expect(page.locator("#field-budget")).to_be_focused()
    assert page.locator(".toast button[aria-label='Close message']").count() == 4


def test_lists_in_a_side_column_keep_their_markers(page: "sync_api.Page") -> None:
    page.goto("/list")
    shown = page.evaluate(
        """() => {
            const side = document.querySelector("main").appendChild(document.createElement("aside"));
            side.innerHTML = "<ol><li>one</li></ol><ul><li>two</li></ul><ul class=list><li>three</li></ul>";
            return [...side.querySelectorAll("li")].map((one) => {
                const style = getComputedStyle(one);
                return `${style.display} ${style.listStyleType}`;
            });
        }"""
    )
    assert shown == ["list-item decimal", "list-item square", "flex none"]


def test_an_upload_tells_how_far_it_has_come_until_the_answer_is_there(page: "sync_api.Page") -> None:
    asked: list[str] = []

    def told(route: "sync_api.Route") -> None:
        asked.append(route.request.url.rpartition("/")[2])
        route.fulfill(json={"percent": 34, "note": "Reading the delivery"})

    page.route("**/progress/*", told)
    page.goto("/form")
    # the browser stays on the page as it does while it sends; a test can look at nothing while it really waits
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    field = page.locator("main input[type=file]").first
    form = field.locator("xpath=ancestor::form")
    form.evaluate("each => each.requestSubmit()")
    expect(page.locator("form[data-busy]")).to_have_count(1)
    assert "progress=" not in form.evaluate("each => each.action"), "nothing is sent that takes long"
    form.evaluate("each => { delete each.dataset.busy }")
    field.set_input_files({"name": "labels.csv", "mimeType": "text/csv", "buffer": b"item,label"})
    form.evaluate("each => each.requestSubmit()")
    expect(page.locator(".sending [role=status]")).to_have_text("Reading the delivery")
    expect(page.locator(".sending progress")).to_have_js_property("value", 34)
    page.evaluate(AXE.read_text())
    assert page.evaluate(VIOLATIONS) == []
    assert form.evaluate("each => new URL(each.action).searchParams.get('progress')") == asked[0]
    assert len(asked[0]) == 32
    form.evaluate("each => { delete each.dataset.busy }")  # as the page does when it is shown again
    expect(page.locator(".sending")).to_have_count(0)
