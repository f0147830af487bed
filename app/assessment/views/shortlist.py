"""Must-haves of every candidate on the decision day, with a proposal."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.assessment.service import Shortlist, ShortlistLine
from app.assessment.views.words import GATE
from app.core import lifecycle
from app.evaluations.frame import EvaluationFrame
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Option
from app.kit.wording import day


@dataclass(frozen=True, slots=True)
class GateRow:
    """One must-have of one candidate."""

    name: str
    reason: str
    badge: tuple[str, str]


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver that stands."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class ShortlistCard:
    """One candidate with its gates and what is proposed."""

    id: UUID
    name: str
    stage: str
    vendor_url: str
    keep: bool
    reason: str
    hidden: int
    gates: tuple[GateRow, ...]
    waivers: tuple[WaiverRow, ...]
    waivable: tuple[Option, ...]
    stages: tuple[Option, ...]
    proposed: str


@dataclass(frozen=True, slots=True)
class ShortlistPage(Page):
    """Who goes on, by the must-haves."""

    template: ClassVar[str] = "assessment/shortlist.html"

    frame: EvaluationFrame
    base: str
    form: FormState
    day: str
    cards: tuple[ShortlistCard, ...]
    may_move: bool
    may_waive: bool


def shortlist_view(
    frame: EvaluationFrame, form: FormState, found: Shortlist, *, may_move: bool, may_waive: bool
) -> ShortlistPage:
    """The page."""
    return ShortlistPage(
        title=f"Shortlist of {frame.name}",
        frame=frame,
        base=frame.base,
        form=form,
        day=day(found.day),
        cards=tuple(_card(line) for line in found.lines),
        may_move=may_move,
        may_waive=may_waive,
    )


def _card(line: ShortlistLine) -> ShortlistCard:
    candidate = line.view.candidate
    follow = sorted(lifecycle.CANDIDATE.edges[candidate.stage])
    waivable = [gate for gate in line.gates if gate.state in ("fail", "unknown")]
    proposed = "shortlist" if line.keep else "declined"
    return ShortlistCard(
        id=candidate.id,
        name=line.view.name,
        stage=candidate.stage.value,
        vendor_url=f"/vendors/{line.view.vendor.id}",
        keep=line.keep,
        reason=line.reason,
        hidden=line.hidden,
        gates=tuple(GateRow(gate.name, gate.reason, GATE[gate.state]) for gate in line.gates),
        waivers=tuple(
            WaiverRow(
                row.id,
                f"{row.requirement}: {row.reason}" + (f", until {day(row.until)}" if row.until else ""),
            )
            for row in line.waivers
        ),
        waivable=tuple(Option(gate.id, gate.name) for gate in waivable),
        stages=tuple(Option(stage, stage) for stage in follow),
        proposed=proposed if proposed in follow else "",
    )
