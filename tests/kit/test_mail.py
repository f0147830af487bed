import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.core.errors import Invalid, Unavailable
from app.jobs import service, tasks
from app.jobs.models import Job, JobState
from app.jobs.worker import Worker
from app.kit.db import Database
from app.kit.mail import Mail, send
from app.settings import Settings

MAIL = Mail("ada@example.org", "Your sign-in link – today", "Open it:\nhttp://localhost/enter/abc\n")


class Inbox:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def settings(tmp_path: Path, smtp_url: str = "") -> Settings:
    return Settings(data_dir=tmp_path, smtp_url=smtp_url, mail_from="assay@example.org")


def read(data: Any) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_mail_reaches_the_server(inbox: tuple[Inbox, int], tmp_path: Path) -> None:
    handler, port = inbox
    send(settings(tmp_path, f"smtp://127.0.0.1:{port}"), MAIL)
    (envelope,) = handler.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("assay@example.org", ["ada@example.org"])
    message = read(envelope.content)
    assert message["Subject"] == MAIL.subject
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_mail_without_a_server_is_kept_as_a_file_for_the_owner(tmp_path: Path) -> None:
    send(settings(tmp_path), MAIL)
    (path,) = (tmp_path / "outbox").glob("*.eml")
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path.read_bytes())["To"] == "ada@example.org"


@pytest.mark.parametrize(
    "mail",
    [
        Mail("ada@example.org\nBcc: eve@example.org", "x", "x"),
        Mail("ada@example.org", "x\r\nBcc: eve@example.org", "x"),
        Mail("ada@example.org, eve@example.org", "x", "x"),
        Mail("nobody", "x", "x"),
        Mail("", "x", "x"),
    ],
)
def test_header_that_smuggles_another_is_refused(tmp_path: Path, mail: Mail) -> None:
    with pytest.raises(Invalid):
        send(settings(tmp_path), mail)
    assert not (tmp_path / "outbox").exists()


def test_password_is_never_sent_in_the_clear(inbox: tuple[Inbox, int], tmp_path: Path) -> None:
    handler, port = inbox
    with pytest.raises(Unavailable, match="ASSAY_SMTP_URL"):
        send(settings(tmp_path, f"smtp://ada:secret@127.0.0.1:{port}"), MAIL)
    assert handler.envelopes == []


def test_server_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="ConnectionRefusedError"):
        send(settings(tmp_path, "smtp://127.0.0.1:1"), MAIL)


def test_mail_job_sends_once_and_forgets_the_text(db: Database, tmp_path: Path) -> None:
    with db.writing() as session:
        job_id = service.enqueue_mail(session, MAIL)
    worker = Worker(db, {"mail.send": tasks.mailing(settings(tmp_path))})
    assert worker.run_once()
    assert not worker.run_once()
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
    with db.reading() as session:
        job = session.get_one(Job, job_id)
    assert (job.state, job.args) == (JobState.DONE, {})
