"""Reading in a worker of its own: what one file does, the next does not notice."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.kit import child, progress

STRANGE = "tests.kit.strange"


def helper() -> int:
    process = child._HELPER.process
    assert process is not None
    return process.pid


def test_what_one_reading_changes_the_next_does_not_see() -> None:
    assert json.loads(child.run(f"{STRANGE}:note", {"word": "first"})) == ["first"]
    assert json.loads(child.run(f"{STRANGE}:note", {"word": "second"})) == ["second"]


def test_a_reader_knows_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_DATABASE_URL", "postgresql://secret")
    child._HELPER.stop()
    known = json.loads(child.run(f"{STRANGE}:environment", {}))
    assert "PATH" in known
    assert not [name for name in known if name.startswith("ASSAY_")]


def test_a_reader_that_crashes_is_told_and_the_helper_lives_on() -> None:
    child.run(f"{STRANGE}:large", {"size": 1})
    before = helper()
    with pytest.raises(Invalid, match="made its reader stop"):
        child.run(f"{STRANGE}:crash", {})
    assert child.run(f"{STRANGE}:large", {"size": 3_000_000}) == b"x" * 3_000_000
    assert helper() == before


def test_a_fault_of_ours_is_no_fault_of_the_file() -> None:
    for function in ("stumble", "missing"):
        with pytest.raises(RuntimeError, match=f"{function} failed"):
            child.run(f"{STRANGE}:{function}", {})
    with pytest.raises(RuntimeError, match=r"No module named 'tests\.kit\.nowhere'"):
        child.run("tests.kit.nowhere:read", {})


def test_a_helper_that_died_is_started_again() -> None:
    child.run(f"{STRANGE}:large", {"size": 1})
    os.kill(helper(), signal.SIGKILL)
    assert child.run(f"{STRANGE}:large", {"size": 2}) == b"xx"


def test_a_helper_has_one_thread_after_loading_the_readers() -> None:
    with pytest.raises(RuntimeError, match="missing"):
        child.run("app.pilots.reading:missing", {})
    status = Path(f"/proc/{helper()}/status").read_text()
    assert "Threads:\t1\n" in status


def test_threads_share_one_helper() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(child.run, f"{STRANGE}:large", {"size": size}) for size in range(1, 25)]
        assert [len(answer.result()) for answer in answers] == list(range(1, 25))


def test_what_a_reader_tells_of_its_progress_reaches_whoever_asked() -> None:
    told: list[tuple[int, str]] = []
    with progress.telling(lambda percent, note: told.append((percent, note))):
        assert child.run(f"{STRANGE}:step", {"names": ["gold", "deliveries"]}) == b"done"
    assert told == [(0, "gold"), (50, "deliveries")]
    assert child.run(f"{STRANGE}:step", {"names": ["nobody", "listens"]}) == b"done"
    assert len(told) == 2
