"""Answers for htmx and for plain browsers, decided once."""

import base64
import json

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.kit.ui import Toast

_COOKIE = "assay_toast"


def is_htmx(request: Request) -> bool:
    """Whether htmx asks, so that a part of the page is wanted."""
    return "hx-request" in request.headers


def redirect(request: Request, url: str, *, toast: Toast | str | None = None) -> Response:
    """Send the browser to `url` (a path of ours) after a write: 303, for htmx 204 with `HX-Redirect`.

    The toast travels in a short cookie, because the next request is a new page.
    """
    request.state.answer_status = 303
    request.state.answer_location = url
    if is_htmx(request):
        response = Response(status_code=204, headers={"HX-Redirect": url})
    else:
        response = RedirectResponse(url, status_code=303)
    if toast is not None:
        message = toast if isinstance(toast, Toast) else Toast(toast)
        spelled = json.dumps([message.text, message.kind, message.undo_url, message.undo_label])
        value = base64.urlsafe_b64encode(spelled.encode()).decode()
        secure = request.url.scheme == "https"
        response.set_cookie(_COOKIE, value, max_age=60, httponly=True, samesite="lax", secure=secure)
    return response


def take_toasts(request: Request) -> tuple[Toast, ...]:
    """The toast left by the request before this one; `drop_toast` removes it from the browser."""
    value = request.cookies.get(_COOKIE)
    if not value:
        return ()
    try:
        text, kind, undo_url, undo_label = json.loads(base64.urlsafe_b64decode(value.encode()))
        toast = Toast(str(text)[:300], str(kind), str(undo_url), str(undo_label)[:40])
    except (ValueError, TypeError):
        return ()
    return (toast,) if not toast.undo_url or is_local(toast.undo_url) else ()


def drop_toast(request: Request, response: Response) -> None:
    """Forget the toast once it was shown."""
    if _COOKIE in request.cookies:
        response.delete_cookie(_COOKIE, httponly=True, samesite="lax")


def is_local(url: str) -> bool:
    """Whether `url` is a path on this server, so that following it leads nowhere else."""
    return url.startswith("/") and not url.startswith(("//", "/\\")) and "\n" not in url and "\r" not in url
