"""Work on files from outside, in a process of its own with limits on memory and time.

A file that breaks, fills or blocks its reader ends that process and nothing else. The processes are forked from a
helper that has the target's module loaded already; that module must be importable by itself, and may name in
`LOADED_WITH` what it imports only when it is called.
"""

import importlib
import json
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.core.errors import Invalid, Problem
from app.kit import forks, progress

MEMORY = 2 << 30  # bytes of address space: numpy and its libraries map about half a gigabyte unused
SECONDS = 120
_DONE, _REFUSED, _TOO_HEAVY, _FAILED, _UNDER_WAY = b"done", b"refused", b"heavy", b"failed", b"under way"
# One thread: the helper forks, and the libraries behind numpy would reserve address space for each core.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
_HELPER = forks.Helper(forks.module("app.kit.child"), _ENVIRONMENT)


def run(target: str, arguments: Mapping[str, Any], *, memory: int = MEMORY, seconds: int = SECONDS) -> bytes:
    """The bytes that the function `package.module:name` returns for keyword `arguments` (plain JSON values).

    Raises what the function raised as `Invalid`, and `Invalid("file.too_heavy")` with one problem at no field
    when it used more than `memory` bytes or `seconds`, or died. What the function tells of its progress is told on.
    """
    asked = json.dumps([target, dict(arguments), memory, seconds]).encode()
    began = time.monotonic()
    try:
        try:
            verdict, answer = _ask(target, asked, seconds)
        except ConnectionError:
            verdict, answer = _ask(
                target, asked, seconds
            )  # the helper itself had died: once more with a new one
    except (forks.WorkerDied, TimeoutError):
        late = time.monotonic() - began >= seconds
        raise _heavy(
            f"takes longer than {seconds} seconds to read" if late else "made its reader stop"
        ) from None
    if verdict == _DONE:
        return answer
    if verdict == _REFUSED:
        failure = json.loads(answer)
        raise Invalid(failure["code"], [Problem(where, message) for where, message in failure["problems"]])
    if verdict == _TOO_HEAVY:
        raise _heavy(f"needs more than {memory // 2**20} MB of memory to read")
    raise RuntimeError(f"{target} failed: {answer.decode(errors='replace')[-2000:]}")


def _ask(target: str, asked: bytes, seconds: int) -> list[bytes]:
    with _HELPER.worker(target.partition(":")[0]) as pipe:
        pipe.settimeout(seconds + 30)  # the worker ends itself before
        forks.send(pipe, [asked])
        while True:
            verdict, answer = forks.receive(pipe)
            if verdict != _UNDER_WAY:
                return [verdict, answer]
            progress.tell(*json.loads(answer))


def _heavy(what: str) -> Invalid:
    message = f"The file {what}. Check that it is the right one, or split it into smaller files."
    return Invalid("file.too_heavy", [Problem("", message)])


def _prepare(name: str) -> None:
    """In the helper: load the target's module; what is wrong with it the worker tells."""
    with suppress(Exception):
        module = importlib.import_module(name)
        for other in getattr(module, "LOADED_WITH", ()):
            importlib.import_module(other)


def _work(pipe: socket.socket) -> None:
    """In the worker: limits first, then the work."""
    (asked,) = forks.receive(pipe)
    target, arguments, memory, seconds = json.loads(asked)
    signal.alarm(seconds + 5)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def sink(percent: int, note: str) -> None:
        forks.send(pipe, (_UNDER_WAY, json.dumps([percent, note]).encode()))

    with progress.telling(sink):
        answer = _answer(target, arguments)
    forks.send(pipe, answer)


def _answer(target: str, arguments: Mapping[str, Any]) -> tuple[bytes, bytes]:
    module, _, name = target.partition(":")
    try:
        answer: bytes = getattr(importlib.import_module(module), name)(**arguments)
    except Invalid as failure:
        problems = [(problem.where, problem.message) for problem in failure.problems]
        return _REFUSED, json.dumps({"code": failure.code, "problems": problems}).encode()
    except (MemoryError, RecursionError):
        return _TOO_HEAVY, b""
    except Exception:
        return _FAILED, traceback.format_exc().encode(errors="replace")
    return _DONE, answer


if __name__ == "__main__":
    forks.serve(socket.socket(fileno=int(sys.argv[1])), _work, _prepare)
