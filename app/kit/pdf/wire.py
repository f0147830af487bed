"""Messages between the web process and the workers of the PDF helper."""

import json
import socket
from dataclasses import dataclass
from datetime import datetime

from app.kit import forks


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
    forks.send(pipe, [json.dumps(head).encode(), job.html.encode(), *(a.data for a in job.attachments)])


def receive_job(pipe: socket.socket) -> Job:
    """Read one job. Raises EOFError when the asker is gone."""
    head_frame, html, *files = forks.receive(pipe)
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
    forks.send(pipe, [answer.failure.encode(), answer.pdf])


def receive_answer(pipe: socket.socket) -> Answer:
    """Read one answer. Raises EOFError when the worker dies first, TimeoutError on its silence."""
    failure, pdf = forks.receive(pipe)
    return Answer(pdf, failure.decode(errors="replace"))
