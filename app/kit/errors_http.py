"""Failures to HTTP, in one table: problem+json under /api/, a page or a toast elsewhere."""

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.core.errors import AssayError, Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable
from app.kit import forms, htmx
from app.kit.actors import Unauthenticated
from app.kit.forms import FormRejected
from app.kit.idempotency import AlreadyDone
from app.kit.logging import logger
from app.kit.templating import Page, render
from app.kit.ui import ConflictRow

STATUS: dict[type[AssayError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
    Unauthenticated: 401,
}
TITLES = {
    400: "That request could not be read",
    401: "Sign in first",
    403: "That is not yours to do",
    404: "Not found",
    405: "That is not done here",
    409: "That does not fit how things stand now",
    413: "Too large",
    422: "Some entries need another look",
    500: "Something went wrong on our side",
    503: "Not available right now",
}


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """What went wrong and what to do now."""

    template: ClassVar[str] = "errors/error.html"

    status: int
    message: str
    remedy: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ConflictPage(Page):
    """Two people edited the same thing: both texts."""

    template: ClassVar[str] = "errors/conflict.html"

    message: str
    rows: tuple[ConflictRow, ...]
    back_url: str


@dataclass(frozen=True, slots=True)
class ErrorToast(Page):
    """A failure of an htmx request, shown beside the page that stays."""

    template: ClassVar[str] = "errors/_toast.html"

    message: str


def install(app: FastAPI) -> None:
    """Register every handler on the application."""
    for kind in (
        AssayError,
        RequestValidationError,
        ValidationError,
        HTTPException,
        DataError,
        IntegrityError,
        OperationalError,
        StaleDataError,
    ):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _unexpected)
    app.add_exception_handler(FormRejected, _form)
    app.add_exception_handler(AlreadyDone, _again)


def is_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith("/api/")


def problem_json(
    request: Request, status: int, code: str, message: str, problems: tuple[Problem, ...]
) -> Response:
    """RFC 9457: `title`, `status`, `detail`, our `code` and every fault in `errors`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, message),
        "status": status,
        "detail": message,
        "code": code,
        "errors": [{"field": item.where, "message": item.message} for item in problems],
        "request_id": request.state.request_id,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def _answer(request: Request, failure: Exception) -> Response:
    status, code, message, problems = _meaning(failure)
    if is_api(request):
        return problem_json(request, status, code, message, problems)
    if status == 401:
        return _to_sign_in(request)
    if htmx.is_htmx(request):
        return _toast(request, message, status)
    if isinstance(failure, Conflict) and failure.theirs:
        return _conflict(request, failure)
    listed = "; ".join(f"{item.where}: {item.message}" if item.where else item.message for item in problems)
    page = ErrorPage(
        title=TITLES.get(status, "Not possible"),
        status=status,
        message=listed or message,
        remedy="Go back, or start from the work queue.",
        request_id=request.state.request_id,
    )
    return render(request, page, status=status)


def _meaning(failure: Exception) -> tuple[int, str, str, tuple[Problem, ...]]:
    match failure:
        case Invalid():
            return 422, failure.code, failure.message, failure.problems
        case Conflict() if failure.theirs:
            both = tuple(
                Problem(
                    name, f"Stored now: {theirs or 'nothing'}. Yours: {failure.yours.get(name) or 'nothing'}."
                )
                for name, theirs in failure.theirs.items()
            )
            return 409, failure.code, failure.message, both
        case AssayError():
            status = next(STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS)
            field = getattr(failure, "field", "")
            return status, failure.code, failure.message, (Problem(field, failure.message),) if field else ()
        case RequestValidationError():
            faults = tuple(
                Problem(forms.where(tuple(item["loc"][1:])), forms.wording(item)) for item in failure.errors()
            )
            missing = all(item["loc"][0] == "path" for item in failure.errors())
            if missing:
                return 404, "page.not_found", "There is nothing at this address.", ()
            return 422, "request.invalid", "Some entries are not valid.", faults
        case ValidationError():
            return 422, "request.invalid", "Some entries are not valid.", forms.problems(failure)
        case HTTPException():
            return failure.status_code, "request.refused", _http_message(failure), ()
        case DataError():
            message = "A value is too large, or holds a character that cannot be stored. Correct it and send it again."
            return 422, "request.not_storable", message, ()
        case IntegrityError() | StaleDataError():  # the second of two at once
            return (
                409,
                "row.conflict",
                "This clashes with something that was stored a moment ago. Load it again.",
                (),
            )
    logger().error("database did not answer", exc_info=failure)
    return 503, "database.busy", "The database is busy. Nothing was stored; send it again in a moment.", ()


def _http_message(failure: HTTPException) -> str:
    if failure.status_code == 404:
        return "There is nothing at this address."
    return str(failure.detail)


def _conflict(request: Request, failure: Conflict) -> Response:
    rows = tuple(
        ConflictRow(name.replace("_", " "), theirs, failure.yours.get(name, ""))
        for name, theirs in failure.theirs.items()
    )
    page = ConflictPage(title=TITLES[409], message=failure.message, rows=rows, back_url=request.url.path)
    return render(request, page, status=409)


def _toast(request: Request, message: str, status: int) -> Response:
    response = render(request, ErrorToast(title="", message=message), status=status)
    response.headers["HX-Reswap"] = "none"
    return response


def _to_sign_in(request: Request) -> Response:
    wanted = request.url.path if request.method == "GET" else "/"
    if request.url.query and request.method == "GET":
        wanted += "?" + request.url.query
    target = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted)}"
    if htmx.is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def _unexpected(request: Request, failure: Exception) -> Response:
    logger().error("unexpected failure", path=request.url.path, exc_info=failure)
    message = "Nothing was stored. The operator finds the cause in the log under the number below."
    if is_api(request):
        return problem_json(request, 500, "server.error", message, ())
    page = ErrorPage(
        TITLES[500], 500, message, "Try again, or start from the work queue.", request.state.request_id
    )
    return render(request, page, status=500)


def _form(_request: Request, rejected: Exception) -> Response:
    assert isinstance(rejected, FormRejected)  # noqa: S101 — registered for this class alone
    return HTMLResponse(
        rejected.html, rejected.status, headers={"Vary": "HX-Request", "Cache-Control": "no-store"}
    )


def _again(_request: Request, done: Exception) -> Response:
    assert isinstance(done, AlreadyDone)  # noqa: S101 — registered for this class alone
    return done.answer()
