"""The application behind a real port, for journeys in Debian's Chromium."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from app.accounts import service as accounts
from app.accounts.models import User
from tests.questionnaires.conftest import Scene, build

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
VIOLATIONS = "axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"


@dataclass(frozen=True, slots=True)
class Site:
    """A served scene: the lead's page, a context maker, and what the browser complained about."""

    scene: Scene
    address: str
    browser: "sync_api.Browser"
    cookie: str

    def page(self, *, signed_in: bool = True, scripts: bool = True) -> "sync_api.Page":
        """A page of a new context."""
        context = self.browser.new_context(base_url=self.address, java_script_enabled=scripts)
        if signed_in:
            context.add_cookies([{"name": "assay_session", "value": self.cookie, "url": self.address}])
        return context.new_page()


@pytest.fixture(scope="module")
def chromium() -> Iterator["sync_api.Browser"]:
    """One browser for all tests of the module, with contexts of their own."""
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(app: FastAPI, chromium: "sync_api.Browser") -> Iterator[Site]:
    """The application behind a real port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    scene = build(app.state.database)
    with scene.db.writing() as session:
        cookie = accounts.start_session(session, session.get_one(User, scene.lead.id))
    yield Site(scene, f"http://127.0.0.1:{port}", chromium, cookie)
    for context in chromium.contexts:
        context.close()
    server.should_exit = True
    thread.join()


def until(met: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until the store says so; a test fails that waits longer."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "the store never came to say so"
        time.sleep(0.02)


def require_fit(site: Site, path: str, *, widths: tuple[int, ...] = (320, 1400)) -> None:
    """The page shows no axe violation in either theme and does not scroll sideways at any width."""
    page = site.page()
    for width in widths:
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.evaluate(AXE.read_text())
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert page.evaluate(VIOLATIONS) == [], f"{path}, {theme}"
    page.context.close()
