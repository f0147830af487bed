"""The cookie that holds a browser's session."""

from fastapi import Request, Response

from app.settings import Settings


def cookie_name(request: Request) -> str:
    """`__Host-assay` over https; browsers refuse that prefix over plain http."""
    return "__Host-assay" if _secure(request) else "assay_session"


def session_cookie(request: Request) -> str:
    """The secret that the browser holds, '' when it holds none."""
    return request.cookies.get(cookie_name(request), "")


def session_days(request: Request) -> int:
    """How long a sign-in lasts."""
    return _settings(request).session_days


def set_cookie(request: Request, response: Response, secret: str) -> Response:
    """Give the browser its session: out of reach for scripts, not sent along by other sites' forms."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=session_days(request) * 86_400,
        httponly=True,
        samesite="lax",
        secure=_secure(request),
        path="/",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def drop_cookie(request: Request, response: Response) -> Response:
    """Take the session from the browser."""
    name = cookie_name(request)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=_secure(request))
    return response


def _settings(request: Request) -> Settings:
    chosen: Settings = request.app.state.settings
    return chosen


def _secure(request: Request) -> bool:
    return request.url.scheme == "https" or _settings(request).public_url.startswith("https://")
