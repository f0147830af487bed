"""How far a comparison has come, and the page of whoever waits for it."""

from dataclasses import dataclass
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.kit.templating import Page


@dataclass(frozen=True, slots=True)
class Standing:
    """A comparison that is not there: `here` is the page that waits, `whole` the results of all items.

    One that failed says so and may be asked for again at `retry`; one that nobody asked for yet is asked for at `ask`,
    by the browser itself unless it `is_scoped` to gold, rounds or items that somebody chose.
    """

    here: str
    whole: str
    percent: int = 0
    note: str = ""
    failure: str = ""
    retry: str = ""
    is_computing: bool = False
    ask: str = ""
    is_scoped: bool = False
    nonce: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether there is anything to wait or ask for."""
        return bool(self.failure or self.is_computing or self.ask)


@dataclass(frozen=True, slots=True)
class WaitingPage(Page):
    """What a page shows that needs the comparison, until that is there."""

    template: ClassVar[str] = "pilots/waiting.html"
    partial: ClassVar[str] = "pilots/_waiting.html"

    frame: EvaluationFrame
    subtitle: str
    standing: Standing
