"""A vendor's link in the browser: its cookie, its headers, and the page for one that does not work."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from app.core.errors import AssayError, NotFound
from app.kit import forms
from app.kit.forms import FormRejected
from app.kit.templating import Page, render_page
from app.settings import Settings

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_OURS = ("-revision", "-flags")  # fields that pages fill in beside those that people type


@dataclass(frozen=True, slots=True)
class RefusedPage(Page):
    """A vendor's link that does not work and what to do about it; `typed` gives back what a form carried."""

    template: ClassVar[str] = "errors/link.html"

    message: str
    typed: tuple[str, ...] = ()


def cookie_name(request: Request, subject_id: UUID) -> str:
    """One cookie per subject, so that a vendor asked twice keeps both open in one browser."""
    prefix = "__Host-assay-link" if _secure(request) else "assay_link"
    return f"{prefix}-{subject_id.hex}"


def held(request: Request, subject_id: UUID) -> str:
    """The secret that this browser holds for a subject, '' for none."""
    return request.cookies.get(cookie_name(request, subject_id), "")


def hold(request: Request, answer: Response, subject_id: UUID, cookie: str, until: datetime) -> Response:
    """Give the browser its cookie: out of reach for scripts, not sent along by other sites' forms."""
    answer.set_cookie(
        cookie_name(request, subject_id),
        cookie,
        expires=until,
        httponly=True,
        samesite="lax",
        secure=_secure(request),
        path="/",
    )
    answer.headers.update({"Cache-Control": "no-store", **PRIVATE})
    return answer


def leave(request: Request, answer: Response, subject_id: UUID) -> Response:
    """Take the cookie from the browser."""
    name = cookie_name(request, subject_id)
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=_secure(request))
    return answer


def refused(failure: AssayError) -> tuple[RefusedPage, int]:
    """The page for a link that does not work, and its status: 404 unknown, 410 over."""
    status = 404 if isinstance(failure, NotFound) else 410
    return RefusedPage("This link does not work", failure.message), status


def rejected(request: Request, form: FormData | None, failure: AssayError) -> FormRejected:
    """What to raise when nobody holds the link: the page, with what a form carried given back."""
    page, status = refused(failure)
    typed = forms.text_values(form) if form is not None else {}
    texts = tuple(
        text
        for name, values in typed.items()
        for text in values
        if text and not name.endswith(_OURS) and not name.startswith("_")
    )
    return FormRejected(render_page(request, RefusedPage(page.title, page.message, texts)), status)


def _secure(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return request.url.scheme == "https" or settings.public_url.startswith("https://")
