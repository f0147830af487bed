"""One cell with everything behind it, and the figures typed in by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.assessment.models import ManualValue
from app.assessment.service import CellShown, Found, PanelBoard
from app.assessment.views.words import STATUS, natural_text, plain, points_text, share, tenths
from app.core.scoring import (
    Criterion,
    Flag,
    Levels,
    Linear,
    Piecewise,
    Price,
    Scorecard,
    value_of,
    weights_of,
)
from app.core.scoring.spec import EvidenceRef
from app.evaluations.frame import EvaluationFrame
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option

# Kinds of evidence with a page of their own: kind -> what to call it; the rest is named without a link.
KINDS = {
    "answer": "answer",
    "rating": "rating",
    "consensus": "consensus",
    "pilot_result": "pilot result",
    "pilot_review": "blind review",
    "certificate": "certificate",
    "agreement": "agreement",
    "value": "figure typed in",
    "fact": "vendor fact",
    "vendor": "vendor profile",
}


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One rating behind the cell."""

    who: str
    value: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class CellPage(Page):
    """A cell: value with range, status, source, ratings, the way to points in words."""

    template: ClassVar[str] = "assessment/cell.html"

    frame: EvaluationFrame
    base: str
    action: str
    form: FormState
    candidate: str
    criterion: str
    is_hidden: bool
    is_rated: bool
    facts: tuple[Fact, ...]
    formula: tuple[str, ...]
    ratings: tuple[RatingLine, ...]
    may_settle: bool
    options: tuple[Option, ...]
    values_url: str


@dataclass(frozen=True, slots=True)
class ValueCard:
    """One candidate's figure for the chosen subject."""

    id: UUID
    name: str
    now: str
    badge: tuple[str, str]
    form: FormState
    typed_id: str
    removable: bool


@dataclass(frozen=True, slots=True)
class ValuesPage(Page):
    """Figures, documents and answers that no source holds, for every candidate."""

    template: ClassVar[str] = "assessment/values.html"

    frame: EvaluationFrame
    base: str
    form: FormState
    subject: str
    name: str
    unit: str
    kind: str
    subjects: tuple[Option, ...]
    options: tuple[Option, ...]
    cards: tuple[ValueCard, ...]
    may_edit: bool


def cell_view(frame: EvaluationFrame, form: FormState, shown: CellShown, *, may_settle: bool) -> CellPage:
    """The page of one cell."""
    criterion = shown.criterion
    return CellPage(
        title=f"{criterion.name}: {shown.shown_name}",
        frame=frame,
        base=frame.base,
        action=f"{frame.base}/cells/{shown.view.candidate.id}/{criterion.id}",
        form=form,
        candidate=shown.shown_name,
        criterion=criterion.name,
        is_hidden=shown.found is None,
        is_rated=shown.is_rated,
        facts=_facts(shown, shown.found, frame.base) if shown.found else (),
        formula=_formula(shown, shown.found) if shown.found else (),
        ratings=tuple(
            RatingLine(name, plain(row.value), row.note, "locked" if row.locked_at else "draft")
            for name, row in shown.ratings
        ),
        may_settle=may_settle and shown.is_rated and shown.found is not None and bool(shown.ratings),
        options=level_options(criterion),
        values_url=f"{frame.base}/values?subject={criterion.id}",
    )


def level_options(criterion: Criterion) -> tuple[Option, ...]:
    """The choices of a level or flag criterion; none for numbers."""
    if isinstance(criterion.scale, Levels):
        return tuple(Option(name, plain(name)) for name in criterion.scale.points)
    return (Option("yes", "yes"), Option("no", "no")) if isinstance(criterion.scale, Flag) else ()


def _facts(shown: CellShown, found: Found, base: str) -> tuple[Fact, ...]:
    cell = found.cell
    facts = [
        Fact("Value", natural_text(shown.criterion, cell), found.reason),
        Fact("Status", STATUS[cell.status][0]),
        Fact("Comes from", found.source or "nowhere yet"),
    ]
    facts += [_reference(shown, ref, base) for ref in cell.evidence]
    if shown.consensus is not None:
        facts.append(Fact("Why the panel settled on it", shown.consensus.reason))
    facts += [Fact(answer.question, answer.text, answer.confidence.value) for answer in shown.beside.answers]
    return tuple(facts)


def _reference(shown: CellShown, ref: EvidenceRef, base: str) -> Fact:
    pages = {
        "answer": f"{base}/discovery",
        "pilot_result": f"{base}/pilot",
        "pilot_review": f"{base}/pilot",
        "value": f"{base}/values?subject={shown.criterion.id}",
    }
    vendor = f"/vendors/{shown.view.vendor.id}"
    pages |= dict.fromkeys(("certificate", "agreement", "fact", "vendor"), vendor)
    return Fact(
        "Evidence",
        f"{KINDS.get(ref.kind, ref.kind)}, revision {ref.revision}",
        ref.id[-12:],
        pages.get(ref.kind, ""),
    )


def _formula(shown: CellShown, found: Found) -> tuple[str, ...]:
    criterion, board = shown.criterion, shown.ground.board
    said = [scale_words(criterion)]
    is_relative = isinstance(criterion.scale, Price) and criterion.scale.method != "absolute_linear"
    unset = isinstance(criterion.scale, Price) and criterion.scale.cap is None
    if is_relative or unset:
        return tuple(said)
    value = value_of(criterion, found.cell)
    if found.cell.status == "claimed" and found.cell.low is None:
        said.append("A claim without a range counts three quarters of its points, and may be worth nothing.")
    if found.cell.status in ("open", "conflict"):
        said.append("What is not known may be worth anything from 0 to 100 points.")
    criteria = [item.id for item in board.scorecard.criteria]
    weight = weights_of(board.scorecard).share(criteria.index(criterion.id))
    points = tenths(round(value.mid * weight))
    said.append(
        f"{points_text(value)} points of 100 at a weight of {share(weight)} are {points} points of the total."
    )
    return tuple(said)


def scale_words(criterion: Criterion) -> str:
    """How a value of this criterion becomes points, in one sentence."""
    scale = criterion.scale
    unit = f" ({criterion.unit})" if criterion.unit else ""
    match scale:
        case Linear(worst, best):
            return f"{worst:g} or worse earns 0 points, {best:g} or better 100, in a straight line between{unit}."
        case Piecewise(knots):
            listed = ", ".join(f"{x:g} earns {y:g}" for x, y in knots)
            return f"{listed}, in straight lines between{unit}."
        case Levels(points):
            return ", ".join(f"{plain(name)} earns {worth:g}" for name, worth in points.items()) + "."
        case Flag():
            return "Yes earns 100 points, no none."
        case Price(method="absolute_linear", target=target, cap=cap) if (
            target is not None and cap is not None
        ):
            money = f" {scale.currency}" if scale.currency else ""
            return f"{target:g}{money} or less earns 100 points, {cap:g}{money} or more none, in a straight line."
    method = scale.method.replace("_", " ") if isinstance(scale, Price) else ""
    return f"Scored by {method}; target and cap are not needed or not set yet."


def values_view(
    frame: EvaluationFrame,
    form: FormState,
    board: PanelBoard,
    subjects: Sequence[str],
    subject: str,
    cards: Sequence[ValueCard],
    *,
    may_edit: bool,
) -> ValuesPage:
    """Figures of one subject for every candidate."""
    criterion = next((item for item in board.scorecard.criteria if item.id == subject), None)
    kind = subject.partition(":")[0] if criterion is None else "number"
    return ValuesPage(
        title=f"Figures of {frame.name}",
        frame=frame,
        base=frame.base,
        form=form,
        subject=subject,
        name=subject_name(board.scorecard, subject),
        unit=criterion.unit if criterion else "",
        kind="choice" if criterion is not None and level_options(criterion) else kind,
        subjects=tuple(Option(name, subject_name(board.scorecard, name)) for name in subjects),
        options=level_options(criterion) if criterion else (),
        cards=tuple(cards),
        may_edit=may_edit,
    )


def subject_name(scorecard: Scorecard, subject: str) -> str:
    """A subject as people call it."""
    for criterion in scorecard.criteria:
        if criterion.id == subject:
            return criterion.name
    kind, _, name = subject.partition(":")
    return f"{kind.capitalize()}: {name.replace('_', ' ')}"


def value_card(
    board: PanelBoard, user: UUID, candidate: UUID, subject: str, found: Found | None, typed: ManualValue | None,
    rejected: FormState | None,
) -> ValueCard:  # fmt: skip
    """One candidate's card; `rejected` is the form that came back with errors, if it is this candidate's."""
    view = next(view for view in board.candidates if view.candidate.id == candidate)
    criterion = next((item for item in board.scorecard.criteria if item.id == subject), None)
    now, badge = ("nothing on record", ("open", ""))
    if found is not None and criterion is not None:
        now, badge = (
            f"{natural_text(criterion, found.cell)}, {found.source or found.reason}",
            STATUS[found.cell.status],
        )
    elif typed is not None:
        now, badge = f"{plain(typed.mid)}, {typed.source}", STATUS.get(typed.status, ("open", ""))
    stored = {} if typed is None else {
        "low": typed.low, "mid": typed.mid, "high": typed.high, "status": typed.status,
        "until": typed.until, "source": typed.source,
    }  # fmt: skip
    raw = {name: (str(value),) for name, value in stored.items() if value is not None and value is not True}
    if typed is not None and typed.mid is True:
        raw["mid"] = ("yes",)
    form = rejected or FormState(raw=raw, version=str(typed.version) if typed else "")
    return ValueCard(
        candidate,
        board.shown_name(view, user),
        now,
        badge,
        form,
        str(typed.id) if typed else "",
        typed is not None,
    )
