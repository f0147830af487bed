"""The web process's side of printing: starts the helper when first needed, asks it, and gives up in words."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
from datetime import datetime

from app.core.errors import Unavailable
from app.kit.pdf import wire
from app.kit.pdf.wire import Attachment

_START_SECONDS = 60.0
_HELPER = (sys.executable, "-m", "app.kit.pdf.helper")
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
_KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CACHE_HOME",
)


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
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

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
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = self._hand_over(theirs)
            theirs.close()
            ours.settimeout(job.seconds + 10)
            try:
                wire.send_job(ours, job)
                return wire.receive_answer(ours)
            except TimeoutError as error:
                raise Unavailable("pdf.slow", _too_much(job)) from error
            except (EOFError, ConnectionError) as error:
                if self._died(process):
                    raise ConnectionError("the PDF helper is gone") from error
                raise Unavailable("pdf.limit", _too_much(job)) from error

    def _died(self, process: subprocess.Popen[bytes]) -> bool:
        with self._lock, contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)  # its sockets close a moment before it can be waited for
        return process.poll() is not None

    def _hand_over(self, pipe: socket.socket) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None or self._control is None or self._process.poll() is not None:
                self._stop()
                self._process, self._control = self._start()
            process, control = self._process, self._control
            try:
                socket.send_fds(control, [wire.JOB], [pipe.fileno()])
            except OSError as error:
                self._stop()
                raise ConnectionError("the PDF helper does not listen") from error
            return process

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """A warm helper and its control socket. Raises Unavailable when WeasyPrint cannot be loaded."""
        control, theirs = socket.socketpair()
        with theirs:
            process = _spawn(theirs.fileno())
        control.settimeout(_START_SECONDS)
        try:
            said = control.recv(4096)
        except OSError:
            said = b""
        if said == wire.READY:
            control.settimeout(5)
            return process, control
        _end(process, control)
        if said.startswith(wire.FAILED):
            raise Unavailable(
                "pdf.libraries",
                "Documents cannot be printed: WeasyPrint's system libraries are missing. On Debian:"
                " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
                f" ({said[1:].decode(errors='replace')[:300]})",
            )
        raise ConnectionError("the PDF helper did not start")

    def _stop(self) -> None:
        process, control = self._process, self._control
        self._process = self._control = None
        if process is not None and control is not None:
            _end(process, control)

    def stop(self) -> None:
        """End the helper and its workers; the next document starts a new one."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """In a forked copy of this process: let go of the parent's helper without stopping it."""
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._width)
        process, control = self._process, self._control
        self._process = self._control = None
        if process is not None and control is not None:
            control.close()
            process.returncode = 0  # not our child: never wait for it


def _spawn(fd: int) -> subprocess.Popen[bytes]:
    environment = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*_HELPER, str(fd)],
        pass_fds=(fd,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**environment, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
    )


def _end(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    """Closing its control socket ends the helper; one that does not listen is killed."""
    control.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _too_much(job: wire.Job) -> str:
    return (
        f"The document could not be printed within {job.seconds} seconds and {job.memory // 2**20} MiB."
        " Shorten it, or print fewer candidates at once."
    )


PRINTER = Printer()
atexit.register(PRINTER.stop)
os.register_at_fork(after_in_child=PRINTER.forget)
