"""How much work a scorecard asks of the people who judge."""

from app.core.scoring.spec import Criterion, Levels, Price, Scorecard

MINUTES_A_RATING = 3  # convention: read what stands beside the criterion, choose a level, write a line


def is_rated(criterion: Criterion) -> bool:
    """Whether people judge it: it says so, says no source, or reads certificates into written levels."""
    source = criterion.source
    if isinstance(criterion.scale, Price):
        return False
    return (
        not source or "rating" in source or ("certificates" in source and isinstance(criterion.scale, Levels))
    )


def rated_criteria(scorecard: Scorecard) -> tuple[Criterion, ...]:
    """The criteria that ask every evaluator for a rating of every candidate."""
    return tuple(criterion for criterion in scorecard.criteria if is_rated(criterion))


def short_list(scorecard: Scorecard) -> tuple[str, ...]:
    """The criteria that one person who plays all roles keeps, by id; empty when the scorecard names none."""
    team = scorecard.library.get("small_team")
    return tuple(str(name) for name in team["keep"]) if isinstance(team, dict) else ()
