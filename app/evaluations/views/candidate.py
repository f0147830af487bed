"""One candidate: where it stands, how it came there, what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import ClassVar
from uuid import UUID

from app.core import lifecycle
from app.evaluations.frame import EvaluationFrame
from app.evaluations.models import CandidateMove, Evaluation, Stage
from app.evaluations.service import CandidateView
from app.evaluations.views.match import Match
from app.evaluations.views.terms import STAGE_KINDS, channel_name, stages, words
from app.files.service import NotesAndFiles
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Event, Fact, Option


@dataclass(frozen=True, slots=True)
class CandidatePage(Page):
    """One candidate."""

    template: ClassVar[str] = "evaluations/candidate.html"

    frame: EvaluationFrame
    name: str
    stage: str
    kind: str
    reason: str
    facts: tuple[Fact, ...]
    moves: tuple[Event, ...]
    notes: NotesAndFiles
    form: FormState
    action: str
    stages: tuple[Option, ...]
    is_in_house: bool
    may_move: bool


def candidate_view(
    frame: EvaluationFrame,
    view: CandidateView,
    evaluation: Evaluation,
    *,
    match: Match,
    moves: Sequence[CandidateMove],
    names: Mapping[UUID, str],
    notes: NotesAndFiles,
    form: FormState,
    may_move: bool,
    shows_code: bool,
) -> CandidatePage:
    """The page of one candidate; `names` are of the people who moved it."""
    row, here = view.candidate, f"{frame.base}/candidates/{view.candidate.id}"
    facts = [
        Fact("Vendor", view.name, href=f"/vendors/{view.vendor.id}"),
        Fact("Match with the need", match.text),
        Fact("Came through", channel_name(row.channel)),
        Fact("Taken in", wording.moment(row.created_at, evaluation.time_zone)),
    ]
    if shows_code:
        facts.append(Fact("Blind code", row.code, "stands for the name where people score blind"))
    follow = [stage for stage in Stage if lifecycle.CANDIDATE.allows(row.stage, stage)]
    return CandidatePage(
        title=f"{view.name} · {frame.name}",
        frame=_below(frame),
        name=view.name,
        stage=words(row.stage),
        kind="bad" if view.is_out else STAGE_KINDS.get(row.stage, ""),
        reason=row.stage_reason,
        facts=tuple(facts),
        moves=tuple(_move(move, names, evaluation.time_zone) for move in moves),
        notes=notes,
        form=form,
        action=f"{here}/move",
        stages=stages(follow),
        is_in_house=view.is_in_house,
        may_move=may_move,
    )


def _below(frame: EvaluationFrame) -> EvaluationFrame:
    return replace(frame, crumbs=(*frame.crumbs, Crumb("Candidates", f"{frame.base}/candidates")))


def _move(move: CandidateMove, names: Mapping[UUID, str], zone: str) -> Event:
    shown = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in move.basis.items() if name != "undoes"
    )
    basis = f" (shown then: {shown})" if shown else ""
    return Event(
        when=wording.moment(move.created_at, zone),
        at=move.created_at.astimezone(UTC).isoformat(),
        text=f"{words(move.before)} to {move.after.replace('_', ' ')}: {move.reason}{basis}",
        who=names.get(move.actor_id, ""),
        kind="bad" if move.after in (Stage.DECLINED, Stage.WITHDRAWN) else "",
    )
