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

    def plain(self) -> str:
        """The words as plain text."""
        facts = "\n".join(f"{term}: {text}" for term, text in self.facts)
        link = f"{self.button}:\n{self.url}" if self.url else ""
        parts = [self.greeting, *self.lines, facts, link, *self.after]
        return "\n\n".join(part for part in parts if part) + "\n"


def mail_of(letter: Letter, to: str, *, calendar: str = "") -> Mail:
    """The letter as a mail to one person."""
    html = render_template(letter.template, {"page": letter})
    return Mail(to=to, subject=letter.title, text=letter.plain(), html=html, calendar=calendar)
