"""Rate one criterion after another across the candidates, and see who is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.assessment.models import ConflictOfInterest
from app.assessment.service import Beside, PanelBoard
from app.assessment.views.words import plain
from app.core.scoring import Criterion, Flag, Levels
from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import CandidateView
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Option
from app.kit.wording import day

GONE = "a person no longer here"


@dataclass(frozen=True, slots=True)
class Level:
    """One level with what it means and its points."""

    label: str
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """Something to read beside a rating."""

    title: str
    text: str
    badge: tuple[str, str]


@dataclass(frozen=True, slots=True)
class RatingCard:
    """One candidate on the criterion at hand; `state` is '', locked or conflict."""

    id: UUID
    name: str
    state: str
    options: tuple[Option, ...]
    value: str
    note: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class CriterionLink:
    """One of my criteria, and how many candidates I have rated on it."""

    name: str
    href: str
    done: str
    current: bool


@dataclass(frozen=True, slots=True)
class LockRow:
    """One candidate: how far I am, and whether I locked it."""

    id: UUID
    name: str
    progress: str
    is_locked: bool
    is_complete: bool


@dataclass(frozen=True, slots=True)
class ScoresPage(Page):
    """My ratings."""

    template: ClassVar[str] = "assessment/scores.html"

    frame: EvaluationFrame
    base: str
    form: FormState
    is_blind: bool
    criterion: str
    name: str
    help: str
    unit: str
    levels: tuple[Level, ...]
    cards: tuple[RatingCard, ...]
    criteria: tuple[CriterionLink, ...]
    next_url: str
    locks: tuple[LockRow, ...]


@dataclass(frozen=True, slots=True)
class RaterRow:
    """An evaluator and how far they are with each candidate."""

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A cell on which the panel lies far apart."""

    candidate: str
    criterion: str
    href: str
    settled: bool


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A conflict of interest on record."""

    id: UUID
    person: str
    candidate: str
    reason: str


@dataclass(frozen=True, slots=True)
class PanelPage(Page):
    """Who has rated what, where the panel disagrees, who does not judge whom."""

    template: ClassVar[str] = "assessment/panel.html"

    frame: EvaluationFrame
    base: str
    form: FormState
    candidates: tuple[str, ...]
    raters: tuple[RaterRow, ...]
    flags: tuple[FlagRow, ...]
    flags_hidden: bool
    conflicts: tuple[ConflictRow, ...]
    may_declare: bool
    may_edit: bool
    options: tuple[Option, ...]
    people: tuple[Option, ...]


def scores_view(
    frame: EvaluationFrame,
    form: FormState,
    board: PanelBoard,
    user: UUID,
    criterion: Criterion,
    evidence: Mapping[UUID, Beside],
) -> ScoresPage:
    """The rating page of one person on one criterion."""
    duties = board.duties[user]
    at = duties.index(criterion.id)
    return ScoresPage(
        title=f"Ratings for {frame.name}",
        frame=frame,
        base=frame.base,
        form=form,
        is_blind=board.is_blind,
        criterion=criterion.id,
        name=criterion.name,
        help=str(criterion.docs.get("description") or criterion.docs.get("note") or ""),
        unit=criterion.unit,
        levels=_levels(criterion),
        cards=tuple(
            _card(board, user, view, criterion, evidence[view.candidate.id]) for view in board.candidates
        ),
        criteria=_criteria(frame.base, board, user, criterion.id),
        next_url=f"{frame.base}/scores?criterion={duties[at + 1]}" if at + 1 < len(duties) else "",
        locks=tuple(
            _lock_row(board, user, view.candidate.id, board.shown_name(view, user))
            for view in board.asked(user)
        ),
    )


def _card(
    board: PanelBoard, user: UUID, view: CandidateView, criterion: Criterion, beside: Beside
) -> RatingCard:
    key = view.candidate.id
    row = next(
        (r for r in board.ratings if (r.candidate_id, r.criterion, r.user_id) == (key, criterion.id, user)),
        None,
    )
    state = "conflict" if (key, user) in board.conflicts else "locked" if board.is_locked(key, user) else ""
    return RatingCard(
        id=key,
        name=board.shown_name(view, user),
        state=state,
        options=_options(criterion),
        value=_typed(row.value) if row else "",
        note=row.note if row else "",
        evidence=_evidence(beside),
    )


def _criteria(base: str, board: PanelBoard, user: UUID, current: str) -> tuple[CriterionLink, ...]:
    done = {(row.candidate_id, row.criterion) for row in board.ratings if row.user_id == user}
    asked = [view.candidate.id for view in board.asked(user)]
    names = {item.id: item.name for item in board.scorecard.criteria}
    return tuple(
        CriterionLink(
            names[name],
            f"{base}/scores?criterion={name}",
            f"{sum((key, name) in done for key in asked)} of {len(asked)}",
            name == current,
        )
        for name in board.duties[user]
    )


def _lock_row(board: PanelBoard, user: UUID, candidate: UUID, name: str) -> LockRow:
    duties = board.duties[user]
    done = sum(row.candidate_id == candidate and row.user_id == user for row in board.ratings)
    return LockRow(
        candidate, name, f"{done} of {len(duties)}", board.is_locked(candidate, user), done == len(duties)
    )


def _typed(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _options(criterion: Criterion) -> tuple[Option, ...]:
    if isinstance(criterion.scale, Levels):
        return tuple(Option(label, plain(label)) for label in criterion.scale.points)
    return (Option("yes", "yes"), Option("no", "no")) if isinstance(criterion.scale, Flag) else ()


def _levels(criterion: Criterion) -> tuple[Level, ...]:
    if not isinstance(criterion.scale, Levels):
        return ()
    texts = criterion.docs.get("level_texts") or {}
    return tuple(
        Level(plain(label), f"{points:g}", str(texts.get(label, "")))
        for label, points in criterion.scale.points.items()
    )


def _evidence(found: Beside) -> tuple[EvidenceLine, ...]:
    answers = [
        EvidenceLine(
            item.question,
            item.text,
            (item.confidence.value, "ok" if item.confidence.value == "evidenced" else ""),
        )
        for item in found.answers
    ]
    papers = [
        EvidenceLine(
            state.standard.replace("_", " "),
            state.note or "no scope on record",
            (
                f"{state.standing}{f', until {day(state.until)}' if state.until else ''}",
                "ok" if state.counts else "",
            ),
        )
        for state in found.papers
    ]
    return (*answers, *papers)


def panel_view(
    frame: EvaluationFrame,
    form: FormState,
    board: PanelBoard,
    user: UUID,
    names: Mapping[UUID, str],
    flags: list[tuple[UUID, str, bool]],
    conflicts: list[ConflictOfInterest],
    *,
    may_declare: bool,
    may_edit: bool,
) -> PanelPage:
    """The panel's overview; `flags` are (candidate, criterion, settled) that this person may see."""
    shown = {view.candidate.id: board.shown_name(view, user) for view in board.candidates}
    raters = [person for person, duties in board.duties.items() if duties]
    return PanelPage(
        title=f"Panel of {frame.name}",
        frame=frame,
        base=frame.base,
        form=form,
        candidates=tuple(shown.values()),
        raters=tuple(
            RaterRow(names.get(person, GONE), tuple(_progress(board, person, key) for key in shown))
            for person in raters
        ),
        flags=_flags(frame.base, board, flags, shown),
        flags_hidden=not all(board.may_see_others(key, user) for key in shown),
        conflicts=_conflicts([row for row in conflicts if may_edit or row.user_id == user], names, shown),
        may_declare=may_declare,
        may_edit=may_edit,
        options=tuple(Option(str(key), name) for key, name in shown.items()),
        people=tuple(Option(str(person), names.get(person, GONE)) for person in raters),
    )


def _flags(
    base: str, board: PanelBoard, flags: list[tuple[UUID, str, bool]], shown: Mapping[UUID, str]
) -> tuple[FlagRow, ...]:
    criteria = {item.id: item.name for item in board.scorecard.criteria}
    return tuple(
        FlagRow(shown[key], criteria[name], f"{base}/cells/{key}/{name}", settled)
        for key, name, settled in flags
        if key in shown
    )


def _conflicts(
    rows: list[ConflictOfInterest], names: Mapping[UUID, str], shown: Mapping[UUID, str]
) -> tuple[ConflictRow, ...]:
    return tuple(
        ConflictRow(
            row.id, names.get(row.user_id, GONE), shown.get(row.candidate_id, "a candidate"), row.reason
        )
        for row in rows
    )


def _progress(board: PanelBoard, person: UUID, candidate: UUID) -> tuple[str, str]:
    if (candidate, person) in board.conflicts:
        return "does not judge", ""
    if board.is_locked(candidate, person):
        return "locked", "ok"
    done = sum(row.candidate_id == candidate and row.user_id == person for row in board.ratings)
    return f"{done} of {len(board.duties[person])}", "warn" if done else ""
