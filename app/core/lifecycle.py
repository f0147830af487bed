"""State machines as data: what may follow what."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Machine:
    """States and the ones that may follow each; `name` is the subject in messages and codes."""

    name: str
    edges: Mapping[str, frozenset[str]]

    def allows(self, now: str, wanted: str) -> bool:
        """Whether `wanted` may follow `now`."""
        return wanted in self.edges.get(now, frozenset())

    def require(self, now: str, wanted: str) -> None:
        """Let pass, or raise `Conflict` naming what may follow."""
        if self.allows(now, wanted):
            return
        follow = ", ".join(sorted(state.replace("_", " ") for state in self.edges.get(now, ()))) or "nothing"
        raise Conflict(
            f"{self.name}.wrong_state",
            f"This {self.name} is {now.replace('_', ' ')}; only {follow} can follow, not {wanted.replace('_', ' ')}.",
        )


def _machine(name: str, text: Mapping[str, str]) -> Machine:
    return Machine(name, {state: frozenset(follow.split()) for state, follow in text.items()})


EVALUATION = _machine(
    "evaluation", {"open": "decided cancelled", "decided": "closed open", "closed": "", "cancelled": "open"}
)

# A candidate may be dropped at any time and taken back to where it was; a stage may be skipped forward.
CANDIDATE = _machine(
    "candidate",
    {
        "longlist": "contacted discovery shortlist pilot declined withdrawn",
        "contacted": "longlist discovery shortlist pilot declined withdrawn",
        "discovery": "contacted shortlist pilot declined withdrawn",
        "shortlist": "discovery pilot finalist declined withdrawn",
        "pilot": "shortlist finalist declined withdrawn",
        "finalist": "pilot selected reserve declined withdrawn",
        "selected": "finalist withdrawn",
        "reserve": "finalist selected declined withdrawn",
        "declined": "longlist contacted discovery shortlist pilot finalist",
        "withdrawn": "longlist contacted discovery shortlist pilot finalist",
    },
)

# A response may be filled without being sent; taking the link back makes a sent one a draft again.
RESPONSE = _machine(
    "response",
    {
        "draft": "sent in_progress submitted closed",
        "sent": "draft in_progress submitted closed",
        "in_progress": "submitted closed",
        "submitted": "in_progress closed",
        "closed": "in_progress",
    },
)

# Whether it is ready is not a state: a waiver that runs out closes the gate again without anybody writing.
ONBOARDING = _machine(
    "onboarding",
    {
        "planned": "started cancelled",
        "started": "done planned cancelled",
        "done": "started",
        "cancelled": "planned",
    },
)
