"""The PDF helper process: imports WeasyPrint once, then forks one short-lived child per document.

Started by `app.kit.pdf` as `python -m app.kit.pdf.helper FD`. It has one thread, so forking is safe, and it
ends by itself when the control socket closes, however the web process died.
"""

import contextlib
import functools
import logging
import resource
import signal
import socket
import sys
import urllib.parse
from datetime import UTC
from typing import Any

from app.kit import forks
from app.kit.pdf import wire
from app.kit.pdf.assets import BASE_URL, allowed

_WARM_UP = (
    '<html lang="en"><head><link rel="stylesheet" href="/static/print/document.css"></head><body>'
    '<h1>Warm</h1><table><tr><th scope="col">up</th></tr></table><svg role="img" width="9" height="9">'
    '<title>x</title><text x="0" y="8" font-size="8">x</text></svg></body></html>'
)


# WeasyPrint swallows even fatal errors inside an SVG and only logs them; a chart that vanished is a fault.
_FAULTS: list[str] = []


class _Faults(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _FAULTS.append(record.getMessage())


@functools.cache
def _fetcher() -> Any:
    """A WeasyPrint fetcher that knows our assets; any other address ends the render."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    assets = allowed()

    class Fetcher(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, *_: object) -> object:
            known = assets.get(url)
            if known is None:
                _FAULTS.append(f"a document may not load {url[:200]!r}")
                raise FatalURLFetchingError(_FAULTS[-1])
            content, mime = known
            return URLFetcherResponse(url, content, {"Content-Type": mime})

    return Fetcher()


def render(job: wire.Job) -> bytes:
    """The PDF of one job in this process; every date in it is the job's, so equal jobs give equal bytes.

    Raises RuntimeError for the first fault WeasyPrint met, also for those it would have passed over.
    """
    import weasyprint

    from app.kit.pdf.finish import mark_accessible

    fetcher = _fetcher()
    _FAULTS.clear()
    when = job.created.astimezone(UTC).replace(microsecond=0)
    document = weasyprint.HTML(string=job.html, base_url=BASE_URL, url_fetcher=fetcher).render(
        pdf_variant="pdf/a-3a"
    )
    document.metadata.title = job.title
    document.metadata.lang = job.language
    document.metadata.generator = "Assay"
    document.metadata.created = document.metadata.modified = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    document.metadata.attachments = [
        weasyprint.Attachment(
            string=a.data,
            name=a.name,
            created=when,
            modified=when,
            relationship="Data",
            url_fetcher=fetcher,
        )
        for a in job.attachments
    ]
    pdf: bytes = document.write_pdf(pdf_variant="pdf/a-3a", finisher=mark_accessible)
    if _FAULTS:
        raise RuntimeError(_FAULTS[0])
    return pdf


def _answer(job: wire.Job) -> wire.Answer:
    # FatalURLFetchingError is a BaseException: it has to be caught by name.
    from weasyprint.urls import FatalURLFetchingError

    try:
        return wire.Answer(render(job), "")
    except FatalURLFetchingError as error:
        return wire.Answer(b"", str(error))
    except MemoryError:
        return wire.Answer(b"", f"the document needs more than {job.memory // 2**20} MiB")
    except RecursionError:
        return wire.Answer(b"", "the document is nested too deeply")
    except RuntimeError as error:
        return wire.Answer(b"", str(error))
    except Exception as error:
        return wire.Answer(b"", f"{type(error).__name__}: {error}")


def _work(pipe: socket.socket) -> None:
    """The worker: one job from its own socket, under its limits."""
    job = wire.receive_job(pipe)
    signal.alarm(job.seconds)
    resource.setrlimit(resource.RLIMIT_AS, (job.memory, job.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire.send_answer(pipe, _answer(job))


def main(fd: int) -> None:
    """Warm up, say READY or FAILED with the reason, and serve."""
    control = socket.socket(fileno=fd)
    # urljoin resolves relative addresses only for schemes it knows.
    urllib.parse.uses_relative.append("assay")
    urllib.parse.uses_netloc.append("assay")
    try:
        import weasyprint
    except OSError as error:
        control.sendall(forks.FAILED + str(error).encode()[:4000])
        return
    with contextlib.suppress(BaseException):  # a warm-up that fails must not stop documents that would not
        weasyprint.HTML(string=_WARM_UP, base_url=BASE_URL, url_fetcher=_fetcher()).write_pdf(
            pdf_variant="pdf/a-3a"
        )
    log = logging.getLogger("weasyprint")
    log.handlers[:] = [_Faults(logging.ERROR)]
    log.propagate = False
    forks.serve(control, _work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
