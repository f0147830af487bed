"""Messages between the web process and the PDF helper: counted frames of plain bytes.

They travel over a private socket pair. No pickle: the process that lays out a document reads outside text,
so what it answers is only ever data.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_NUMBER = struct.Struct(">Q")
READY = b"R"
FAILED = b"F"
JOB = b"J"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF; `name` is what a reader shows, `mime` its media type."""

    name: str
    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Job:
    """One document to print, and what its process may use (seconds, bytes)."""

    html: str
    title: str
    language: str
    created: datetime
    attachments: tuple[Attachment, ...]
    seconds: int
    memory: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The PDF, or in words why there is none."""

    pdf: bytes
    failure: str


def _send(pipe: socket.socket, frames: Sequence[bytes]) -> None:
    pipe.sendall(_NUMBER.pack(len(frames)))
    for frame in frames:
        pipe.sendall(_NUMBER.pack(len(frame)))
        pipe.sendall(frame)


def _exactly(pipe: socket.socket, wanted: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < wanted:
        piece = pipe.recv(min(1 << 20, wanted - len(pieces)))
        if not piece:
            raise EOFError("the other end closed")
        pieces += piece
    return bytes(pieces)


def _receive(pipe: socket.socket) -> list[bytes]:
    (count,) = _NUMBER.unpack(_exactly(pipe, _NUMBER.size))
    return [_exactly(pipe, _NUMBER.unpack(_exactly(pipe, _NUMBER.size))[0]) for _ in range(count)]


def send_job(pipe: socket.socket, job: Job) -> None:
    """Write one job."""
    head = {
        "title": job.title,
        "language": job.language,
        "created": job.created.isoformat(),
        "seconds": job.seconds,
        "memory": job.memory,
        "attachments": [[a.name, a.mime] for a in job.attachments],
    }
    _send(pipe, [json.dumps(head).encode(), job.html.encode(), *(a.data for a in job.attachments)])


def receive_job(pipe: socket.socket) -> Job:
    """Read one job. Raises EOFError when the asker is gone."""
    head_frame, html, *files = _receive(pipe)
    head = json.loads(head_frame)
    return Job(
        html=html.decode(),
        title=head["title"],
        language=head["language"],
        created=datetime.fromisoformat(head["created"]),
        attachments=tuple(
            Attachment(name, data, mime)
            for (name, mime), data in zip(head["attachments"], files, strict=True)
        ),
        seconds=head["seconds"],
        memory=head["memory"],
    )


def send_answer(pipe: socket.socket, answer: Answer) -> None:
    """Write one answer."""
    _send(pipe, [answer.failure.encode(), answer.pdf])


def receive_answer(pipe: socket.socket) -> Answer:
    """Read one answer. Raises EOFError when the worker dies first, TimeoutError on its silence."""
    failure, pdf = _receive(pipe)
    return Answer(pdf, failure.decode(errors="replace"))
