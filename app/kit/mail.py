"""Mails: sent over SMTP, or kept as files where no server is set."""

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from app.core.errors import Invalid, Problem, Unavailable
from app.kit import clock, ids
from app.kit.logging import logger
from app.settings import Settings

_TIMEOUT = 20  # seconds per step of the conversation


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person: plain text, beside it the same as HTML, and an invitation (iCalendar) if there is one.

    `ident` is the left part of the Message-ID, by which a mail that comes back is known; '' makes a new one.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    ident: str = ""


def compose(settings: Settings, mail: Mail) -> EmailMessage:
    """The message with safe headers. Raises `Invalid` for an address that is none, or a line break in a header."""
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=_one_line(mail.to, "to"))
        message["From"] = Address(settings.organisation or "Assay", addr_spec=settings.mail_from)
    except (ValueError, IndexError):  # the standard library raises both for addresses it cannot read
        fault = f"{mail.to!r} is not a mail address; write it like name@example.org"
        raise Invalid("mail.address", [Problem("to", fault)]) from None
    message["Subject"] = _one_line(mail.subject, "subject")
    message["Date"] = format_datetime(clock.now())
    domain = settings.mail_from.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{mail.ident or ids.new().hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        content = mail.calendar.encode()
        message.add_attachment(content, maintype="text", subtype="calendar", filename="invitation.ics")
    return message


def _one_line(value: str, where: str) -> str:
    if any(not letter.isprintable() for letter in value):
        raise Invalid("mail.header", [Problem(where, "may not hold line breaks or control characters")])
    return value.strip()


def send(settings: Settings, mail: Mail) -> bool:
    """Hand the mail to the server of `settings.smtp_url`; without one it is kept in `outbox/` and printed to the log.

    `smtp://` uses STARTTLS when the server offers it (always, when it sends a password, or with `?tls=required`);
    `smtps://` speaks TLS from the start. Raises `Unavailable` when the server does not take it now, and
    `Invalid("mail.refused")` when it never will. True when a server took it.
    """
    message = compose(settings, mail)
    if not settings.smtp_url:
        path = _keep(settings.data_dir / "outbox", message)
        logger().info(
            f"no mail server is set; kept the mail to {mail.to} as {path}:\n{mail.subject}\n\n{mail.text}"
        )
        return False
    address = urlsplit(settings.smtp_url)
    try:
        with _connect(address) as server:
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as failure:
        raise _refusal(failure) from failure
    except (OSError, smtplib.SMTPException) as failure:
        reason = f"The mail server did not take the mail ({type(failure).__name__}). Check ASSAY_SMTP_URL."
        raise Unavailable("mail.not_sent", reason) from failure
    return True


def _refusal(failure: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> Invalid | Unavailable:
    """A 5xx answer is the server's last word about this mail; anything else may be tried again."""
    answers = (
        list(failure.recipients.values())
        if isinstance(failure, smtplib.SMTPRecipientsRefused)
        else [(failure.smtp_code, failure.smtp_error)]
    )
    code, said = max(answers)
    words = (said.decode(errors="replace") if isinstance(said, bytes) else str(said))[:300]
    text = f"The mail server refused the mail ({code} {words}). Check the address."
    if code >= 500:
        return Invalid("mail.refused", [Problem("to", text)])
    return Unavailable("mail.not_sent", text)


def _connect(address: SplitResult) -> smtplib.SMTP:
    host, context = address.hostname or "localhost", ssl.create_default_context()
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(host, address.port or 465, timeout=_TIMEOUT, context=context)
    server = smtplib.SMTP(host, address.port or 587, timeout=_TIMEOUT)
    try:
        server.ehlo()
        must = bool(address.username) or parse_qs(address.query).get("tls") == ["required"]
        if must or server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server


def _keep(folder: Path, message: EmailMessage) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{clock.now():%Y%m%d-%H%M%S}-{ids.new().hex[-8:]}.eml"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(message.as_bytes())
    return path
