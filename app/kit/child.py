"""Work on files from outside, in a process of its own with limits on memory and time.

A file that breaks, fills or blocks its reader ends that process and nothing else. A new Python per file costs
about half a second, which an upload can bear; the module named by the target must be importable by itself.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from app.core.errors import Invalid, Problem
from app.settings import ROOT

MEMORY = 2 << 30  # bytes of address space: numpy and its libraries map about half a gigabyte unused
SECONDS = 120
_TOO_HEAVY = 3
# One thread: the libraries behind numpy would otherwise reserve address space for each core.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}


def run(target: str, arguments: Mapping[str, Any], *, memory: int = MEMORY, seconds: int = SECONDS) -> bytes:
    """The bytes that the function `package.module:name` returns for keyword `arguments` (plain JSON values).

    Raises what the function raised as `Invalid`, and `Invalid("file.too_heavy")` with one problem at no field
    when it used more than `memory` bytes or `seconds`, or died.
    """
    try:
        done = subprocess.run(  # noqa: S603 — our own interpreter and module
            [sys.executable, "-m", "app.kit.child", target, str(memory), str(seconds)],
            input=json.dumps(arguments).encode(),
            capture_output=True,
            timeout=seconds + 5,
            cwd=ROOT,
            env={**os.environ, **_ENVIRONMENT},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _heavy(f"takes longer than {seconds} seconds to read") from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == 1 and done.stdout.startswith(b"{"):
        failure = json.loads(done.stdout)
        raise Invalid(failure["code"], [Problem(where, message) for where, message in failure["problems"]])
    if done.returncode < 0:
        raise _heavy("made its reader stop")
    if done.returncode == _TOO_HEAVY:
        raise _heavy(f"needs more than {memory // 2**20} MB of memory to read")
    raise RuntimeError(f"{target} failed: {done.stderr.decode(errors='replace')[-2000:]}")


def _heavy(what: str) -> Invalid:
    message = f"The file {what}. Check that it is the right one, or split it into smaller files."
    return Invalid("file.too_heavy", [Problem("", message)])


def _main(target: str, memory: int, seconds: int) -> int:
    """The child: limits first, then the work; the answer goes to the standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    arguments = json.load(sys.stdin)
    module, _, name = target.partition(":")
    try:
        answer: bytes = getattr(import_module(module), name)(**arguments)
    except Invalid as failure:
        told = {
            "code": failure.code,
            "problems": [(problem.where, problem.message) for problem in failure.problems],
        }
        sys.stdout.write(json.dumps(told))
        return 1
    except (MemoryError, RecursionError):
        return _TOO_HEAVY
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
