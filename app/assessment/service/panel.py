"""Who rates what: duties from panel roles and the scorecard's `who`, and what each may see before locking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.assessment import queries
from app.assessment.models import ConflictOfInterest, PinnedScorecard, Rating, RatingLock
from app.assessment.service.scorecard import scorecard_of
from app.core.permissions import Action, Role, may
from app.core.scoring import Criterion, Scorecard
from app.core.scoring.effort import rated_criteria
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance, Stage
from app.evaluations.service import CandidateView
from app.kit.db import ReadSession

EVERY_ROLE = frozenset(role for role in Role if role is not Role.VENDOR_LINK)
FAR = frozenset({Stage.SHORTLIST, Stage.PILOT, Stage.FINALIST, Stage.SELECTED, Stage.RESERVE})


@dataclass(frozen=True, slots=True)
class PanelBoard:
    """Everything that people judged in an evaluation, and who is asked for what.

    `duties`: person -> criteria they rate, in the scorecard's order. `candidates`: those that take part.
    `by_cell`: the ratings by candidate and criterion.
    """

    evaluation: Evaluation
    pin: PinnedScorecard
    scorecard: Scorecard
    candidates: tuple[CandidateView, ...]
    duties: Mapping[UUID, tuple[str, ...]]
    ratings: tuple[Rating, ...]
    by_cell: Mapping[tuple[UUID, str], Sequence[Rating]]
    locks: frozenset[tuple[UUID, UUID]]
    conflicts: frozenset[tuple[UUID, UUID]]

    @property
    def is_blind(self) -> bool:
        """Whether ratings are hidden from others until locked, and names from raters."""
        return self.evaluation.governance is not Governance.SOLO

    def counts(self, rating: Rating) -> bool:
        """Whether a rating enters the consensus: locked (or solo), and without a conflict of interest."""
        if (rating.candidate_id, rating.user_id) in self.conflicts:
            return False
        return not self.is_blind or rating.locked_at is not None

    def counted(self, candidate_id: UUID, criterion: str, *, without: UUID | None = None) -> list[Rating]:
        """The ratings that make up a cell; `without` leaves one evaluator out."""
        return [
            row
            for row in self.by_cell.get((candidate_id, criterion), ())
            if row.user_id != without and self.counts(row)
        ]

    def asked(self, user_id: UUID) -> tuple[CandidateView, ...]:
        """The candidates a person is to rate: all that take part but those with a conflict of interest."""
        if not self.duties.get(user_id):
            return ()
        return tuple(view for view in self.candidates if (view.candidate.id, user_id) not in self.conflicts)

    def is_locked(self, candidate_id: UUID, user_id: UUID) -> bool:
        """Whether a person is done with a candidate."""
        return (candidate_id, user_id) in self.locks

    def waiting(self, user_id: UUID) -> tuple[CandidateView, ...]:
        """The candidates a person has still to rate and lock; in solo, to rate in full."""
        if self.is_blind:
            return tuple(v for v in self.asked(user_id) if not self.is_locked(v.candidate.id, user_id))
        done = {(row.candidate_id, row.criterion) for row in self.ratings if row.user_id == user_id}
        return tuple(
            view
            for view in self.asked(user_id)
            if not self.is_locked(view.candidate.id, user_id)
            and any((view.candidate.id, name) not in done for name in self.duties[user_id])
        )

    def may_see_others(self, candidate_id: UUID, user_id: UUID) -> bool:
        """Whether a person may read the others' ratings of a candidate."""
        if not self.is_blind or not self.duties.get(user_id):
            return True
        return self.is_locked(candidate_id, user_id) or (candidate_id, user_id) in self.conflicts

    def may_see_result(self, user_id: UUID) -> bool:
        """Whether a person may read the result: a rater only after the last own lock."""
        return not self.is_blind or not self.waiting(user_id)

    def shown_name(self, view: CandidateView, user_id: UUID) -> str:
        """The vendor's name, or its code while the person rates it blind."""
        blind = self.is_blind and bool(self.duties.get(user_id)) and not view.is_in_house
        hidden = blind and not self.is_locked(view.candidate.id, user_id)
        return f"Candidate {view.candidate.code}" if hidden else view.name


def panel_board(session: ReadSession, evaluation: Evaluation, pin: PinnedScorecard) -> PanelBoard:
    """The judgements of an evaluation as they stand."""
    scorecard = scorecard_of(pin)
    views = scoring_candidates(evaluations.candidates_of(session, evaluation.id))
    ratings = tuple(queries.of_evaluation(session, Rating, evaluation.id))
    by_cell: dict[tuple[UUID, str], list[Rating]] = {}
    for rating in ratings:
        by_cell.setdefault((rating.candidate_id, rating.criterion), []).append(rating)
    return PanelBoard(
        evaluation=evaluation,
        pin=pin,
        scorecard=scorecard,
        candidates=tuple(views),
        duties=_duties(session, evaluation, scorecard),
        ratings=ratings,
        by_cell=by_cell,
        locks=frozenset(
            (row.candidate_id, row.user_id)
            for row in queries.of_evaluation(session, RatingLock, evaluation.id)
        ),
        conflicts=frozenset(
            (row.candidate_id, row.user_id)
            for row in queries.of_evaluation(session, ConflictOfInterest, evaluation.id)
        ),
    )


def scoring_candidates(views: Iterable[CandidateView]) -> list[CandidateView]:
    """Who is scored: everybody in the run from the shortlist on; while nobody is, all who are not out.

    Our own team is always there as the yardstick.
    """
    inside = [view for view in views if not view.is_out]
    far = [view for view in inside if view.candidate.stage in FAR]
    return [view for view in inside if view in far or view.is_in_house] if far else inside


def _duties(
    session: ReadSession, evaluation: Evaluation, scorecard: Scorecard
) -> dict[UUID, tuple[str, ...]]:
    """Person -> criteria to rate.

    Raters are the panel members whose role rates; in solo governance, and where there are none, the person who
    opened the evaluation. A criterion asks those whose role its `who` (or its group's) names, and all raters when
    it names none of them, so that no criterion is left without anybody.
    """
    holders = {
        member.user_id: frozenset(Role(role) for role in member.roles)
        for member in evaluations.panel_of(session, evaluation.id)
    }
    raters = {user: roles for user, roles in holders.items() if may(roles, Action.RATE)}
    if evaluation.governance is Governance.SOLO or not raters:
        raters[evaluation.created_by] = EVERY_ROLE
    found: dict[UUID, list[str]] = {user: [] for user in raters}
    rated = {criterion.id for criterion in rated_criteria(scorecard)}
    for group in scorecard.groups:
        for criterion in group.criteria:
            if criterion.id in rated:
                for user in _asked(raters, criterion, group.docs.get("who")):
                    found[user].append(criterion.id)
    return {user: tuple(names) for user, names in found.items()}


def _asked(raters: Mapping[UUID, frozenset[Role]], criterion: Criterion, of_group: object) -> list[UUID]:
    who = criterion.docs.get("who") or of_group or ()
    named = {str(role) for role in who} if isinstance(who, list | tuple) else set()
    fitting = [user for user, roles in raters.items() if not named or named & {role.value for role in roles}]
    return fitting or list(raters)
