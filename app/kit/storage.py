"""Content by digest in a local folder: written once, fsynced, never changed.

`ab/cd/abcd…` below the root, named by the SHA-256 of the content. The content is on disk before the row that
names it is committed, so a row never points at nothing; the other way round, a rolled back transaction leaves
content without a row, which is harmless and is swept by an operator's tool, not here.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.errors import Invalid, Problem, Unavailable
from app.kit import ids

_CHUNK = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """Content that is safely on disk: its SHA-256 in hexadecimal and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder of contents on this machine's disk."""

    root: Path

    def put(self, stream: BinaryIO, limit: int) -> Stored:
        """Keep what `stream` holds from its position on; the same content twice is stored once.

        Reads in pieces of 1 MB. When this returns, the content survives a power cut. Raises `Invalid` beyond
        `limit` bytes, `Unavailable` when the disk does not take it; nothing is left behind then.
        """
        folder = self.root / "incoming"
        temporary = folder / ids.new().hex
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            stored = _write(temporary, stream, limit)
            self._settle(temporary, stored)
        except OSError as failure:
            message = (
                f"The file could not be stored ({failure.strerror}). Ask the operator to look at the disk."
            )
            raise Unavailable("file.not_stored", message) from failure
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        return stored

    def path(self, digest: str) -> Path:
        """Where the content lies, whether it exists or not. Raises `ValueError` for anything but a digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self.root / digest[:2] / digest[2:4] / digest

    def open(self, digest: str) -> BinaryIO:
        """The content, for reading. Raises `Unavailable` when it is gone from the disk."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            message = "The content of this file is missing on the disk. Ask the operator to restore it from a backup."
            raise Unavailable("file.lost", message) from None

    def _settle(self, temporary: Path, stored: Stored) -> None:
        final = self.path(stored.digest)
        for folder in (final.parent.parent, final.parent):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                _sync_folder(folder.parent)
        # Content that is there already stays untouched; one that a broken disk cut short is healed.
        if not final.exists() or final.stat().st_size != stored.size:
            temporary.rename(final)
        _sync_folder(final.parent)


def _write(path: Path, stream: BinaryIO, limit: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as handle:
        for piece in _pieces(stream):
            size += len(piece)
            if size > limit:
                message = f"The file is larger than {limit / 1_000_000:g} MB. Split it or compress it."
                raise Invalid("file.too_large", [Problem("file", message)])
            digest.update(piece)
            handle.write(piece)
        handle.flush()
        os.fsync(handle.fileno())
    return Stored(digest.hexdigest(), size)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
