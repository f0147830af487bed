"""Structured logs with a request id and without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_SECRET = re.compile(r"password|secret|token|authorization|cookie|nonce", re.IGNORECASE)
_LINK = re.compile(r"(/(?:enter|vendor-link|approve)/)[^/\s?\"']+")


def request_id() -> str:
    """The id of the request being served, else an empty text."""
    return _request_id.get()


def bind_request(identifier: str) -> None:
    """Give every log line and audit event of this context the request's id."""
    _request_id.set(identifier)


def _redact(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        if _SECRET.search(key):
            line[key] = "…"
        elif isinstance(value, str):
            line[key] = _LINK.sub(r"\1…", value)
    identifier = _request_id.get()
    if identifier:
        line.setdefault("request_id", identifier)
    return line


def configure(log_format: str) -> None:
    """Send logs to stderr, as text for people or as JSON lines for machines."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # looked up anew: it may be replaced
        cache_logger_on_first_use=False,
    )


def logger() -> Any:
    """The logger of the application."""
    return structlog.get_logger()
