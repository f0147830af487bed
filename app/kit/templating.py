"""Typed pages: one frozen dataclass per page, one template, nothing else reaches it.

Part pages: a page that htmx refreshes names its inner template in `partial`; the full template includes it, so
that both show the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.kit import htmx, wording
from app.kit.ui import Shell

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Page:
    """Base of all pages: what the template reads, already formatted or plain numbers."""

    template: ClassVar[str]
    partial: ClassVar[str] = ""

    title: str


@cache
def environment() -> Environment:
    """The one Jinja environment: every suffix escaped, every unknown name an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(wording.FILTERS)
    return env


def render_template(name: str, values: Mapping[str, Any]) -> str:
    """The text of one template."""
    return environment().get_template(name).render(values)


def render_page(request: Request, page: Page) -> str:
    """The HTML of a page, or of its part when htmx asks for it."""
    name = page.partial if page.partial and htmx.is_htmx(request) else page.template
    shell: Shell = request.app.state.shell(request)
    return render_template(name, {"page": page, "shell": shell})


def render(request: Request, page: Page, *, status: int = 200) -> Response:
    """The response that shows a page."""
    response = HTMLResponse(render_page(request, page), status_code=status)
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "no-store"
    if not htmx.is_htmx(request):
        htmx.drop_toast(request, response)
    return response
