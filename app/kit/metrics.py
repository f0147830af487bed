"""Counters of this process for a metrics collector."""

from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
_REGISTRY = CollectorRegistry()
_REQUESTS = Counter("assay_requests", "Requests answered.", ("method", "route", "status"), registry=_REGISTRY)
_SECONDS = Histogram(
    "assay_request_seconds", "Seconds until the answer was sent.", ("method", "route"), registry=_REGISTRY
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; `route` is the template of the address ('' when none fits), never the address itself."""
    known, place = method if method in _METHODS else "other", route or "none"
    _REQUESTS.labels(known, place, str(status)).inc()
    _SECONDS.labels(known, place).observe(seconds)


def exposition(jobs: Mapping[str, int]) -> bytes:
    """Everything counted so far in Prometheus text, with the number of jobs by state as given."""
    now = CollectorRegistry()
    gauge = Gauge("assay_jobs", "Jobs by state.", ("state",), registry=now)
    for state, count in jobs.items():
        gauge.labels(state).set(count)
    return generate_latest(_REGISTRY) + generate_latest(now)
