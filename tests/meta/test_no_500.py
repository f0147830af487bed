"""No page, form or API verb answers 500 over the demonstration, whoever asks and whatever is sent."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import demo, wiring
from app.core.permissions import Role
from app.kit.db import open_database
from app.main import create_app
from app.settings import ROOT, Settings
from tests.conftest import _copy, sign_in

NONSENSE = {
    "page": "9" * 25,
    "sort": "nonsense",
    "cursor": "\x00garbage",
    "q": "a\x00\"'*(",
    "limit": "-1",
    "stage": "\x00",
    "state": "zzz",
    "after": "0001-01-01",
    "subject_id": "\x00",
}
GARBAGE = ("\x00<script>", "9" * 31, "-1", "0001-01-01", "9999-12-31", "²", "é" * 10_000, "[{")
JSON = {"Content-Type": "application/json"}
# Verbs that end what the others need: they come last.
ENDING = re.compile(
    r"/(erase|deactivate|cancel|close|remove|lock|withdraw|revoke|end|end-others|sign-out|drop|password|undo)$"
)
# The addresses of one route that are opened; the same page of the tenth vendor tells nothing new.
PER_ROUTE = 2


def routes(*methods: str) -> list[tuple[str, str]]:
    """(method, path) of every route that takes one of these methods, endings last."""
    found = [
        (method, route.path)
        for router in wiring.routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods & set(methods))
    ]
    return sorted(found, key=lambda pair: pair[0] == "DELETE" or bool(ENDING.search(pair[1])))


def pattern(path: str) -> re.Pattern[str]:
    """The addresses of a route, with its parameters as groups."""
    return re.compile(re.sub(r"\\{(\w+)(?::\w+)?\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")


PAGES = [(path, pattern(path)) for _, path in routes("GET") if not path.startswith("/api/")]


def route_of(address: str) -> tuple[str, dict[str, str]] | None:
    """The page route that answers an address, and its parameters."""
    for path, shape in PAGES:
        if match := shape.match(address):
            return path, match.groupdict()
    return None


class Page(HTMLParser):
    """The links of a page, and its forms as address and fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, a form, or a field of the last form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        elif tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            self.forms[-1][1].setdefault(given["name"], given.get("value", ""))


class Found:
    """What one walk through all links saw."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.forms: dict[str, tuple[str, dict[str, str]]] = {}
        self.contexts: dict[str, dict[str, str]] = {"": {}}
        self.broken: list[str] = []


def walk(client: TestClient) -> Found:
    """Follow every link from the work queue, a few addresses of each route."""
    found, waiting, seen = Found(), ["/"], {"/"}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        if answer.status_code >= 500:
            found.broken.append(f"GET {address}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = Page(answer.text)
        for link in page.links:
            known = route_of(link.partition("?")[0])
            if known is None or link in seen:
                continue
            seen.add(link)
            if len(listed := found.addresses.setdefault(known[0], [])) < PER_ROUTE:
                listed.append(link)
                waiting.append(link)
                key = known[1].get("evaluation_id", "")
                found.contexts.setdefault(key, {}).update(known[1])
                for name, value in known[1].items():
                    found.contexts[""].setdefault(name, value)
        for action, fields in page.forms:
            target = action or address
            found.forms.setdefault(re.sub(r"[0-9a-f-]{36}", "*", target), (target, fields))
    return found


@pytest.fixture(scope="module")
def shown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The demonstration, served to a person with all roles."""
    folder = tmp_path_factory.mktemp("shown")
    _copy(sqlite_template, folder)
    settings = Settings(data_dir=folder / "data", worker_in_web=False, port=0)
    database = open_database(settings.url)
    demo.load(database, settings, images=20, tickets=20)
    database.close()
    with TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False) as client:
        sign_in(client)
        yield client


@pytest.fixture(scope="module")
def found(shown: TestClient) -> Found:
    """Addresses, forms and parameters of the demonstration."""
    return walk(shown)


def other(shown: TestClient, *roles: Role) -> TestClient:
    """One more browser; without roles nobody is signed in."""
    browser = TestClient(shown.app, follow_redirects=False, raise_server_exceptions=False)
    browser.portal = shown.portal
    if roles:
        sign_in(browser, *roles)
    return browser


def filled(path: str, found: Found) -> str:
    """An address with its parameters in place, for the evaluation of which most was seen."""
    values = found.contexts[""] | max((found.contexts[key] for key in found.contexts if key), key=len)
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: values.get(match[1], "x"), path)


def texts() -> dict[str, str]:
    """Every name a field has in a template, with nothing in it."""
    found: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r'name="(_?[a-z_]+)"', template.read_text()))
    return dict.fromkeys(found - {"_nonce"}, "")


def test_every_link_and_every_page_with_a_nonsense_query_is_answered(shown: TestClient, found: Found) -> None:
    assert found.broken == []
    assert len(found.addresses) > 60
    nobody, reader = other(shown), other(shown, Role.READER)
    broken = []
    for _, path in routes("GET"):
        address = filled(path, found)
        if "pdf" in path or "report" in path or "memo" in path:  # slow, and the walk has opened them
            continue
        for browser in (shown, reader, nobody):
            if browser.get(address, params=NONSENSE).status_code >= 500:
                broken.append(address)
    assert broken == []


def test_every_writing_route_refuses_empty_and_garbage_bodies(shown: TestClient, found: Found) -> None:
    nobody, fields, broken, answers = other(shown), texts(), [], 0
    assert len(found.forms) > 50
    for method, path in routes("POST", "PUT", "PATCH", "DELETE"):
        address = filled(path, found)
        sent: list[dict[str, Any]] = [{}]
        if path.startswith("/api/"):
            sent += [{"content": b'{"a":' * 3000, "headers": JSON}, {"json": {"name": "\x00"}}, {"json": []}]
        else:
            sent += [{"data": dict.fromkeys(fields, garbage)} for garbage in GARBAGE[:2]]
            sent += [{"data": {"_version": "\u00b2"}}, {"files": {"file": ("../x", b"\x89PNG\x00\xff")}}]
        for body in sent:
            for browser in (shown,) if body else (nobody, shown):
                answers += 1
                status = browser.request(method, address, **body).status_code
                if status >= 500:
                    broken.append(f"{method} {path} {str(body)[:60]} {status}")
    assert broken == []
    assert answers > 800


@pytest.mark.parametrize("garbage", ["a\x00b", "²", "9" * 5000])
def test_a_nul_a_version_that_is_no_number_and_a_huge_one_are_refused(
    shown: TestClient, garbage: str
) -> None:
    lead = other(shown, Role.PROCUREMENT_LEAD)
    form = lead.post("/account", data={"name": garbage if "\x00" in garbage else "Lea", "_version": garbage})
    assert form.status_code in (409, 422)
    headers = {"If-Match": f'"{garbage}"'.encode()} if "\x00" not in garbage else {}
    assert lead.patch("/api/v1/me", json={"name": garbage}, headers=headers).status_code == 422
