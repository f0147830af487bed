"""A real browser on the served application, its worker included."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.core.permissions import Role
from app.kit.actors import SYSTEM, Actor
from app.main import create_app
from app.settings import Settings
from tests.conftest import make_user

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, ConsoleMessage, Page

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (1400, 390)


@dataclass
class Site:
    """The application under its address, and what browsers complained about on it."""

    app: "FastAPI"
    url: str
    browser: "Browser"
    complaints: list[str] = field(default_factory=list)

    def page(self, *, width: int = 1400, scheme: str = "light") -> "Page":
        """A fresh browser window; every console error and page error is remembered."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            accept_downloads=True,
            base_url=self.url,
        )
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _listen(self, message: "ConsoleMessage") -> None:
        # Chromium writes a line for every 4xx answer to a form; anything else is a complaint.
        if message.type == "error" and "status of 422" not in message.text:
            self.complaints.append(message.text)

    def enter(self, page: "Page", actor: Actor) -> None:
        """Sign in through a one-time link, as a person does."""
        with self.app.state.database.writing() as session:
            secret = accounts.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN, user_id=actor.id)
        page.goto(f"/enter/{secret}")
        page.locator("main button").first.click()
        page.wait_for_url(lambda url: "/enter/" not in url)

    def lead(self) -> Actor:
        """Somebody who holds all roles."""
        return make_user(self.app.state.database, *(role for role in Role if role is not Role.VENDOR_LINK))


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium, once for all tests of a module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Settings, chromium: "Browser") -> Iterator[Site]:
    """The application behind uvicorn in this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = create_app(settings.model_copy(update={"worker_in_web": True, "port": port}))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield Site(app, f"http://127.0.0.1:{port}", chromium)
    for context in chromium.contexts:
        context.close()
    server.should_exit = True
    thread.join(20)
    listener.close()


def axe(page: "Page") -> list[str]:
    """Rules of axe that the page breaks."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {item['nodes'][0]['target']}" for item in found["violations"]]
