"""A mail's words, written once and shown as plain text and as HTML."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit.mail import Mail
from app.kit.templating import Page, render_template


@dataclass(frozen=True, slots=True)
class Letter(Page):
    """What a mail says: `title` is its subject; `lines` stand above the button, `after` below it.

    `facts` are (term, text) pairs; without `url` there is no button.
    """

    template: ClassVar[str] = "emails/letter.html"

    greeting: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    button: str = ""
    url: str = ""
    after: tuple[str, ...] = ()


def mail_of(letter: Letter, to: str, *, calendar: str = "") -> Mail:
    """The letter as a mail to one person."""
    html = render_template(letter.template, {"page": letter})
    return Mail(to=to, subject=letter.title, text=_plain(letter), html=html, calendar=calendar)


def _plain(letter: Letter) -> str:
    facts = "\n".join(f"{term}: {text}" for term, text in letter.facts)
    link = f"{letter.button}:\n{letter.url}" if letter.url else ""
    parts = [letter.greeting, *letter.lines, facts, link, *letter.after]
    return "\n\n".join(part for part in parts if part) + "\n"
