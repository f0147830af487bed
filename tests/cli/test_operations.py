import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.audit import service as audit
from app.cli import main
from app.jobs import service as jobs
from app.jobs.models import Job, JobState
from app.kit import ids, migrate
from app.kit.actors import SYSTEM
from app.kit.db import Database, open_database
from app.kit.mail import Mail
from app.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `assay …` on a store of this test's own: exit code, stdout, stderr."""
    monkeypatch.setenv("ASSAY_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("ASSAY_DATABASE_URL", raising=False)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        shown = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return code, shown.out, shown.err

    return command


@pytest.fixture
def store(settings: Settings) -> Database:
    return open_database(settings.url)


def record(store: Database, count: int) -> None:
    for _ in range(count):
        with store.writing() as session:
            audit.record(session, SYSTEM, "test.thing.made", ("thing", ids.new()))


def test_old_store_is_pending_until_it_is_migrated(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSAY_DATA_DIR", str(tmp_path / "fresh"))
    code, out, _ = run("migrate", "--check")
    assert (code, out[:13]) == (1, "pending: 0001")
    code, _, err = run("audit", "verify")
    assert (code, err) == (
        2,
        "The database is missing or older than this version. Run `assay migrate` first.\n",
    )
    assert json.loads(run("status", "--json")[1])["contents"] is None
    assert run("migrate")[0] == 0
    assert run("migrate", "--check") == (0, "up to date\n", "")


def test_status_counts_what_is_there(run: Run, store: Database) -> None:
    record(store, 2)
    with store.writing() as session:
        jobs.enqueue(session, "a")
        session.get_one(Job, jobs.enqueue(session, "b")).state = JobState.DEAD
    code, out, _ = run("status", "--json")
    found = json.loads(out)
    assert (code, found["schema"], found["pending_migrations"]) == (0, "assay.status/1", [])
    contents = found["contents"]
    assert (contents["jobs_todo"], contents["jobs_dead"], contents["files"]) == (1, 1, 0)
    assert contents["audit_head"].startswith("2:")
    assert found["free_bytes"] > 0
    assert found["warnings"] == ["Jobs given up: 1. Look at their errors, then retry them."]
    code, out, _ = run("status")
    assert code == 0
    assert "1 waiting, 0 running, 1 given up" in out
    assert contents["audit_head"] in out


def test_chain_is_verified_and_a_cut_tail_is_the_answer_no(run: Run, store: Database) -> None:
    record(store, 3)
    with store.reading() as session:
        head = audit.head(session)
    assert run("audit", "verify", "--head", head) == (0, f"verified: 3 events, head {head}\n", "")
    code, out, err = run("audit", "verify", "--head", "4:" + "a" * 64)
    assert (code, err) == (1, "")
    assert "its tail was cut" in out
    code, out, _ = run("audit", "verify", "--head", "4:" + "a" * 64, "--json")
    assert (code, json.loads(out)["verified"]) == (1, False)
    code, out, err = run("audit", "verify", "--head", "latest")
    assert (code, out) == (2, "")
    assert "64 hex digits" in err


@pytest.mark.parametrize("words", [("status",), ("migrate",), ("migrate", "--check"), ("audit", "verify")])
@pytest.mark.parametrize("url", ["postgresql://ada:secret@127.0.0.1:1/assay", "nonsense"])
def test_store_that_is_away_is_one_clear_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], url: str
) -> None:
    monkeypatch.setenv("ASSAY_DATABASE_URL", url)
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Check ASSAY_DATABASE_URL" in err
    assert "secret" not in err


def test_worker_runs_jobs_until_it_is_told_to_stop(settings: Settings, store: Database) -> None:
    with store.writing() as session:
        jobs.enqueue_mail(session, Mail("ada@example.org", "Hello", "Hello"))
    env = {**os.environ, "ASSAY_DATA_DIR": str(settings.data_dir), "ASSAY_DATABASE_URL": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"], env=env, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 120  # it imports the application first
    while not list((settings.data_dir / "outbox").glob("*.eml")) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert list((settings.data_dir / "outbox").glob("*.eml")), "the mail was not sent"
    assert process.returncode == 0
    assert "worker stopped" in err
    with store.reading() as session:
        assert jobs.counts(session).leased == 0


def test_revisions_of_an_empty_store_are_all_lacking(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    current, lacking = migrate.revisions(url)
    assert (current, lacking[0]) == ("", "0001")
    assert len(lacking) == len(set(lacking)) >= 3
