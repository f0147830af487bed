"""What can go wrong, by meaning; the web and the command line each translate once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where (a field or a path), what, and what to do about it."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class AssayError(Exception):
    """Base of all failures a user may see; `code` is stable (`area.what`), the message names the remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotFound(AssayError):
    """It does not exist, or the actor may not know that it does."""


class Forbidden(AssayError):
    """The actor may see it but not do this."""


class Conflict(AssayError):
    """The state of things does not allow it now.

    `field` names the input at fault where there is one (a name that is taken); `theirs` and `yours` hold
    field name -> text when two people edited the same row.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str = "",
        theirs: dict[str, str] | None = None,
        yours: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.field = field
        self.theirs = theirs or {}
        self.yours = yours or {}


class Invalid(AssayError):
    """The input is wrong; `problems` lists every fault at once, never only the first."""

    def __init__(self, code: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(code, "; ".join(str(p) for p in self.problems))


class Unavailable(AssayError):
    """Something Assay needs does not answer; trying again later may help."""
