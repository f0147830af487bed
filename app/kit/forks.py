"""A helper process that is warm: it imports once and then forks one short-lived worker per piece of work.

This side starts the helper when it is first needed and again when it died; `serve` is the helper's side. Both talk
over private socket pairs in counted frames of plain bytes. No pickle: a worker reads outside text, so what it
answers is only ever data.
"""

import atexit
import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

READY = b"R"
FAILED = b"F"
_ROOT = Path(__file__).resolve().parents[2]  # not from the settings: a helper starts without them
_START_SECONDS = 60.0
_NUMBER = struct.Struct(">Q")
_TOPIC = 200  # bytes of every message of the control socket, so that one is never read as two
# What the helper keeps of our environment: nothing secret, it reads files from outside.
_KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CACHE_HOME",
    "TMPDIR",
)


class HelperFailed(Exception):
    """The helper ran and said why it cannot work."""


class WorkerDied(Exception):
    """The worker ended without an answer; the helper lives on."""


class Helper:
    """A helper process run by `command` with the number of its control socket; safe to use from many threads.

    It ends with this process, however that ends. A forked copy of this process gets a helper of its own.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.command = tuple(command)
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = environment
        self._control: socket.socket | None = None
        self._lock = threading.Lock()
        atexit.register(self.stop)
        os.register_at_fork(after_in_child=self._forget)

    @contextlib.contextmanager
    def worker(self, topic: str = "") -> Iterator[socket.socket]:
        """The socket of a fresh worker; `topic` tells the helper what to prepare before it forks.

        Raises WorkerDied when the worker closes it early, ConnectionError when the helper itself is gone (asking
        again starts another), and HelperFailed when it cannot work at all.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = self._hand_over(theirs, topic)
            theirs.close()
            try:
                yield ours
            except (EOFError, ConnectionError) as error:
                if self._died(process):
                    raise ConnectionError("the helper is gone") from error
                raise WorkerDied from error

    def stop(self) -> None:
        """End the helper and its workers; the next piece of work starts a new one."""
        with self._lock:
            self._stop()

    def _died(self, process: subprocess.Popen[bytes]) -> bool:
        with self._lock, contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)  # its sockets close a moment before it can be waited for
        return process.poll() is not None

    def _hand_over(self, pipe: socket.socket, topic: str) -> subprocess.Popen[bytes]:
        with self._lock:
            if self.process is None or self._control is None or self.process.poll() is not None:
                self._stop()
                self.process, self._control = self._start()
            process, control = self.process, self._control
            try:
                socket.send_fds(control, [topic.encode().ljust(_TOPIC)], [pipe.fileno()])
            except OSError as error:
                self._stop()
                raise ConnectionError("the helper does not listen") from error
            return process

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        control, theirs = socket.socketpair()
        with theirs:
            process = self._spawn(theirs.fileno())
        control.settimeout(_START_SECONDS)
        try:
            said = control.recv(4096)
        except OSError:
            said = b""
        if said == READY:
            control.settimeout(5)
            return process, control
        _end(process, control)
        if said.startswith(FAILED):
            raise HelperFailed(said[1:].decode(errors="replace"))
        raise ConnectionError("the helper did not start")

    def _spawn(self, fd: int) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*self.command, str(fd)],
            pass_fds=(fd,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={**kept, "LANG": "C.UTF-8", **self._environment},
        )

    def _stop(self) -> None:
        process, control = self.process, self._control
        self.process = self._control = None
        if process is not None and control is not None:
            _end(process, control)

    def _forget(self) -> None:
        """In a forked copy of this process: let go of the parent's helper without stopping it."""
        self._lock = threading.Lock()
        process, control = self.process, self._control
        self.process = self._control = None
        if process is not None and control is not None:
            control.close()
            process.returncode = 0  # not our child: never wait for it


def module(name: str) -> tuple[str, ...]:
    """The command that runs one of our modules."""
    return (sys.executable, "-m", name)


def _end(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    """Closing its control socket ends the helper; one that does not listen is killed."""
    control.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(
    control: socket.socket,
    work: Callable[[socket.socket], None],
    prepare: Callable[[str], None] | None = None,
) -> None:
    """In the helper: say that it is ready, then do `work` in a forked worker for every socket that arrives.

    `prepare(topic)` runs before the fork. Returns when the other end of `control` closes. The helper must have one
    thread, and a worker leaves without the helper's clean-up.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started us; its end is ours
    control.sendall(READY)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([control], [], [], 5.0)
        _reap(children)
        if not ready:
            continue
        message, fds, _, _ = socket.recv_fds(control, _TOPIC, 1)
        if not message:
            break
        if prepare:
            prepare(message.decode().strip())
        pid = os.fork()
        if pid == 0:
            control.close()
            _work(work, socket.socket(fileno=fds[0]))
        os.close(fds[0])
        children.add(pid)
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _work(work: Callable[[socket.socket], None], pipe: socket.socket) -> NoReturn:
    code = 1
    try:
        signal.alarm(10)  # the work itself must arrive soon; who receives it sets the next alarm
        work(pipe)
        code = 0
    except (OSError, EOFError, MemoryError):
        pass  # the asker is gone, or there is no room left even to say so: it sees the socket close
    finally:
        os._exit(code)


def _reap(children: set[int]) -> None:
    for pid in tuple(children):
        if os.waitpid(pid, os.WNOHANG)[0]:
            children.discard(pid)


def send(pipe: socket.socket, frames: Sequence[bytes]) -> None:
    """Write one message of several frames."""
    pipe.sendall(_NUMBER.pack(len(frames)))
    for frame in frames:
        pipe.sendall(_NUMBER.pack(len(frame)))
        pipe.sendall(frame)


def receive(pipe: socket.socket) -> list[bytes]:
    """Read one message. Raises EOFError when the other end closed first, TimeoutError on its silence."""
    (count,) = _NUMBER.unpack(_exactly(pipe, _NUMBER.size))
    return [_exactly(pipe, _NUMBER.unpack(_exactly(pipe, _NUMBER.size))[0]) for _ in range(count)]


def _exactly(pipe: socket.socket, wanted: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < wanted:
        piece = pipe.recv(min(1 << 20, wanted - len(pieces)))
        if not piece:
            raise EOFError("the other end closed")
        pieces += piece
    return bytes(pieces)
