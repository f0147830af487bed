"""The web process's side of printing: starts the helper when first needed, asks it, and gives up in words."""

import os
import threading
from datetime import datetime

from app.core.errors import Unavailable
from app.kit import forks
from app.kit.pdf import wire
from app.kit.pdf.wire import Attachment


class Printer:
    """Prints documents in a helper process, at most `width` at a time; safe to use from many threads.

    A document may take `seconds` and `memory` bytes; beyond that it is refused with `Unavailable`, and the
    helper lives on. A helper that died is started again once per document.
    """

    def __init__(self, *, seconds: int = 60, memory: int = 1 << 30, width: int = 2) -> None:
        self._seconds = seconds
        self._memory = memory
        self._width = width
        self._slots = threading.BoundedSemaphore(width)
        self.helper = forks.Helper(forks.module("app.kit.pdf.helper"), {"PYTHONHASHSEED": "0"})
        os.register_at_fork(after_in_child=self._forget)

    def render(
        self,
        html: str,
        *,
        title: str,
        language: str = "en",
        attachments: tuple[Attachment, ...] = (),
        created: datetime,
    ) -> bytes:
        """See `app.kit.pdf.render_pdf`."""
        job = wire.Job(html, title, language, created, attachments, self._seconds, self._memory)
        if not self._slots.acquire(timeout=self._seconds):
            raise Unavailable("pdf.busy", "Too many documents are being printed. Try again in a minute.")
        try:
            try:
                answer = self._ask(job)
            except ConnectionError:
                answer = self._ask(job)  # the helper itself had died: once more with a new one
        except ConnectionError as error:
            raise Unavailable(
                "pdf.helper", "The PDF helper does not stay alive. See `assay status`; try again later."
            ) from error
        finally:
            self._slots.release()
        if answer.failure:
            raise Unavailable("pdf.refused", f"The document could not be printed: {answer.failure}.")
        return answer.pdf

    def _ask(self, job: wire.Job) -> wire.Answer:
        """Hand one job to a worker. Raises ConnectionError when the helper, not the worker, is gone."""
        try:
            with self.helper.worker() as pipe:
                pipe.settimeout(job.seconds + 10)
                wire.send_job(pipe, job)
                return wire.receive_answer(pipe)
        except (TimeoutError, forks.WorkerDied) as error:
            raise Unavailable("pdf.limit", _too_much(job)) from error
        except forks.HelperFailed as failure:
            raise Unavailable(
                "pdf.libraries",
                "Documents cannot be printed: WeasyPrint's system libraries are missing. On Debian:"
                " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
                f" ({str(failure)[:300]})",
            ) from failure

    def stop(self) -> None:
        """End the helper and its workers; the next document starts a new one."""
        self.helper.stop()

    def _forget(self) -> None:
        """In a forked copy of this process nobody is printing."""
        self._slots = threading.BoundedSemaphore(self._width)


def _too_much(job: wire.Job) -> str:
    return (
        f"The document could not be printed within {job.seconds} seconds and {job.memory // 2**20} MiB."
        " Shorten it, or print fewer candidates at once."
    )


PRINTER = Printer()
