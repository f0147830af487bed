"""What the pages of accounts show."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit.forms import FormState
from app.kit.templating import Page


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """The way in with a password."""

    template: ClassVar[str] = "accounts/sign_in.html"

    form: FormState
    next_url: str


@dataclass(frozen=True, slots=True)
class EnterPage(Page):
    """A link was opened: one button to use it, with a new password when the link is for that."""

    template: ClassVar[str] = "accounts/enter.html"

    form: FormState
    name: str
    action: str
    sets_password: bool


@dataclass(frozen=True, slots=True)
class LinkRefusedPage(Page):
    """A link that does not work, and what to do."""

    template: ClassVar[str] = "accounts/link_refused.html"

    message: str
