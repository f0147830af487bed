"""What became of a mail, in words and the kind of its badge."""

from app.jobs.models import MailState

MAIL_WORDS = {
    MailState.QUEUED: ("on its way", "info"),
    MailState.SENT: ("delivered to the mail server", "ok"),
    MailState.KEPT: ("not mailed", "warn"),
    MailState.FAILED: ("failed", "bad"),
    MailState.BOUNCED: ("came back", "bad"),
}
