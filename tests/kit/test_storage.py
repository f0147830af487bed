import hashlib
import io
import os
import threading
from pathlib import Path

import pytest

from app.core.errors import Invalid, Unavailable
from app.kit.storage import LocalStore

DATA = b"x" * 3_000_000


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


def files(store: LocalStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_content_lies_under_its_digest_and_is_read_back(store: LocalStore) -> None:
    stored = store.put(io.BytesIO(DATA), len(DATA))
    digest = hashlib.sha256(DATA).hexdigest()
    assert (stored.digest, stored.size) == (digest, len(DATA))
    assert files(store) == [store.root / digest[:2] / digest[2:4] / digest]
    with store.open(digest) as stream:
        assert stream.read() == DATA
    assert store.path(digest).stat().st_mode & 0o777 == 0o400


def test_same_content_again_leaves_the_first_untouched(store: LocalStore) -> None:
    digest = store.put(io.BytesIO(DATA), len(DATA)).digest
    before = store.path(digest).stat()
    assert store.put(io.BytesIO(DATA), len(DATA)).digest == digest
    after = store.path(digest).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(files(store)) == 1


def test_content_cut_short_by_a_broken_disk_is_healed(store: LocalStore) -> None:
    path = store.path(store.put(io.BytesIO(DATA), len(DATA)).digest)
    path.chmod(0o600)
    os.truncate(path, 10)
    store.put(io.BytesIO(DATA), len(DATA))
    assert path.read_bytes() == DATA


def test_too_large_content_is_refused_and_nothing_is_left(store: LocalStore) -> None:
    with pytest.raises(Invalid, match="larger than 2 MB"):
        store.put(io.BytesIO(DATA), 2_000_000)
    assert files(store) == []


def test_stream_that_breaks_leaves_nothing(store: LocalStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(Unavailable, match="Input/output error"):
        store.put(Broken(), 1000)
    assert files(store) == []


def test_content_is_synced_before_and_its_folder_after_the_rename(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real_sync, real_rename = os.fsync, Path.rename

    def sync(descriptor: int) -> None:
        seen.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "content")
        real_sync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        seen.append("rename")
        return real_rename(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    store.put(io.BytesIO(b"small"), 10)
    assert seen[0] == "content"
    assert seen[-2:] == ["rename", "folder"]


def test_many_writers_of_one_content_leave_one_whole_file(store: LocalStore) -> None:
    threads = [threading.Thread(target=store.put, args=(io.BytesIO(DATA), len(DATA))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (path,) = files(store)
    assert path.read_bytes() == DATA


def test_lost_content_names_the_remedy(store: LocalStore) -> None:
    with pytest.raises(Unavailable, match="restore it from a backup"):
        store.open("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_a_digest_is_a_name(store: LocalStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.path(name)
