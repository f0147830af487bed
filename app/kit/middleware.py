"""What happens to every request before and after the routes: id, log line, limits, cross-site check, headers."""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit import ids, metrics
from app.kit.logging import bind_request, logger
from app.kit.progress import BOARD, Board, telling

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics", "/progress/")
_KEY = re.compile("[0-9a-f]{32}")


class TooLarge(Exception):
    """The body went past the limit."""


class Frame:
    """Outermost layer: request id, strict headers, one log line per request, size limit."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identifier = ids.new().hex
        bind_request(identifier)
        scope.setdefault("state", {})["request_id"] = identifier
        started, answer = (
            time.perf_counter(),
            _Answer(send, identifier, secure=scope.get("scheme") == "https"),
        )
        try:
            if int(Headers(scope=scope).get("content-length", "0") or 0) > self.max_bytes:
                raise TooLarge
            await self.app(scope, _limited(receive, self.max_bytes), answer)
        except TooLarge:
            if answer.begun:
                raise
            await refuse(answer, scope, 413, "upload.too_large", self._too_large())
        finally:
            seconds = time.perf_counter() - started
            metrics.observe(scope["method"], getattr(scope.get("route"), "path", ""), answer.status, seconds)
            if not scope["path"].startswith(_QUIET):
                logger().info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=answer.status,
                    milliseconds=round(seconds * 1000, 1),
                )

    def _too_large(self) -> str:
        limit = self.max_bytes // 1_000_000
        return f"The upload is larger than {limit} MB. Split it, or ask the operator to raise ASSAY_MAX_UPLOAD_MB."


class _Answer:
    """`send` that adds the headers every answer has and remembers the status for the log."""

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        self.send, self.request_id, self.secure = send, request_id, secure
        self.status, self.begun = 500, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self.request_id
            if self.secure:
                headers.setdefault("strict-transport-security", "max-age=31536000")
        await self.send(message)


def _limited(receive: Receive, most: int) -> Receive:
    taken = 0

    async def read() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge
        return message

    return read


class SameOrigin:
    """Refuses writes that another site makes the browser send.

    Sec-Fetch-Site decides; where a browser sends none, Origin must name this host. Clients that send neither are
    no browsers and carry no cookies of a victim.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and not from_here(Headers(scope=scope)):
            message = "This came from another site. Open Assay itself and send the form again."
            await refuse(send, scope, 403, "request.cross_site", message)
            return
        await self.app(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET would be answered, without its body: mail scanners ask this way whether a link lives."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        asked = {**scope, "method": "GET"}  # a copy: the server goes by the method of its own
        await self.app(asked, receive, head)
        scope["route"] = asked.get("route")


def from_here(headers: Headers) -> bool:
    """Whether a browser says that one of our own pages sent this."""
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def refuse(send: Send, scope: Scope, status: int, code: str, message: str) -> None:
    """Answer without the routes: problem+json for the API, plain text for pages."""
    if scope["path"].startswith("/api/"):
        kind = "application/problem+json"
        body = json.dumps(
            {"type": "about:blank", "title": message, "status": status, "code": code, "errors": []}
        )
    else:
        kind, body = "text/plain; charset=utf-8", message
    start = {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]}
    await send(start)
    await send({"type": "http.response.body", "body": body.encode()})


class Watched:
    """Puts on the board how much of a body came, and what is told while it is worked on, where a page asks for it."""

    def __init__(self, app: ASGIApp, board: Board = BOARD) -> None:
        self.app, self.board = app, board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        key = _key_of(scope)
        if not key:
            await self.app(scope, receive, send)
            return
        size, came = int(Headers(scope=scope).get("content-length", "0") or 0), 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if message["type"] == "http.request" and message.get("more_body"):
                self.board.put(key, came * 100 // size if size else 0, "Sending")
            return message

        try:
            with telling(lambda percent, note: self.board.put(key, percent, note)):
                await self.app(scope, counted, send)
        finally:
            self.board.drop(key)


def _key_of(scope: Scope) -> str:
    if scope["type"] != "http" or scope["method"] != "POST":
        return ""
    (key, *_) = parse_qs(scope["query_string"].decode("latin-1")).get("progress", [""])
    return key if _KEY.fullmatch(key) else ""
