"""Which controls an evaluation applied, for the foot of the memo."""

from app.evaluations.models import Governance

# In the reader's order. A control stands here when the code enforces it in the profiles named.
_TEAM = frozenset({Governance.TEAM, Governance.FORMAL})
_FORMAL = frozenset({Governance.FORMAL})
CONTROLS: tuple[tuple[str, frozenset[Governance]], ...] = (
    ("every write on the audit chain", frozenset(Governance)),
    ("recommender does not approve", _TEAM),
    ("evaluation known to its panel alone", _FORMAL),
    ("standstill before signature", frozenset()),
)


def controls_of(profile: Governance) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Controls that were on and off under a profile."""
    on = tuple(name for name, profiles in CONTROLS if profile in profiles)
    return on, tuple(name for name, _ in CONTROLS if name not in on)


def may_approve_own(profile: Governance) -> bool:
    """Whether the one who recommends may also approve: alone, there is nobody else."""
    return profile is Governance.SOLO
