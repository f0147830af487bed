"""The question log of a pilot: threads with each vendor, published answers, whose turn it was and for how long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.schedule.hours import working_hours
from app.evaluations.models import Evaluation
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import service as pilots
from app.pilots.models import Pilot
from app.pilots.service import Listing, PilotAccess, open_pilot
from app.runs import queries
from app.runs.models import PilotMessage, PilotQuestion, QuestionKind
from app.runs.schemas import AdoptIn, OurQuestionIn, PublishAnswerIn, QuestionIn, ReplyIn
from app.runs.service.parts import part_access
from app.runs.service.run import plan_of, run_of, vendors_in

_ABOUT = "pilot_question"
_LABELER = "labeler"
_ADOPTED = {"yes": True, "no": False, "open": None}


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with its turns, about `item` as we call it and `their_item` as the vendor does.

    `hours` are the vendor's own working hours for what we asked, None where we did not
    ask or have no answer; `ours` those that it waited for us. `noticed`: about an item planted as ambiguous."""

    question: PilotQuestion
    messages: tuple[PilotMessage, ...]
    item: str
    their_item: str
    noticed: bool
    hours: float | None
    ours: float

    @property
    def waits_for_us(self) -> bool:
        """Whether the last word is the vendor's, and more than the answer that we asked for."""
        last = self.messages[-2:]
        return not last[-1].by_us and not (self.question.by_us and len(last) > 1 and last[0].by_us)

    @property
    def waits_for_vendor(self) -> bool:
        """Whether we asked and the vendor never answered."""
        return self.question.by_us and all(one.by_us for one in self.messages)

    @property
    def is_undecided(self) -> bool:
        """Whether an edge case or proposal is neither adopted nor turned down."""
        return self.question.kind is not QuestionKind.QUESTION and self.question.adopted is None


@dataclass(frozen=True, slots=True)
class Cooperation:
    """How a vendor worked with us in one pilot. `hours` is the median over what we asked.

    `answered` counts our questions that were answered, `open` those that wait for the vendor."""

    candidate_id: UUID
    questions: int
    answered: int
    open: int
    hours: float | None
    edge_cases: int
    edge_cases_adopted: int
    proposals: int
    proposals_adopted: int
    noticed: int
    planted: int


def turns(messages: Sequence[tuple[bool, datetime]], zone: ZoneInfo) -> tuple[list[float], float]:
    """Working hours of each of the vendor's turns, and the sum of the hours in which it was our turn.

    `messages` are (by us, when), oldest first. A turn runs from the first word that asks for it to the first
    word of the other side, so that a reminder does not start the clock again; what the vendor waits for us is
    ours and never counts against it.
    """
    theirs: list[float] = []
    ours, since = 0.0, messages[0][1]
    for (before, _), (by_us, sent) in pairwise(messages):
        if by_us is before:
            continue
        if by_us:
            ours += working_hours(since, sent, zone)
        else:
            theirs.append(working_hours(since, sent, zone))
        since = sent
    return theirs, ours


def threads_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> list[Thread]:
    """All threads, newest first. Who works blind gets the published ones alone, because words tell who wrote."""
    found = open_pilot(session, actor, pilot_id)
    rows = queries.questions(session, pilot_id)
    if found.is_blind:
        rows = [one for one in rows if one.published_at is not None]
    return _threads(session, found.pilot, rows)


def own_threads(session: ReadSession, *, actor: Actor, part_id: UUID) -> list[Thread]:
    """The threads between us and the vendor whose link this is; for a labeler those that labelers began."""
    found = part_access(session, actor, part_id)
    rows = [
        one
        for one in queries.questions(session, found.pilot.id)
        if one.candidate_id == found.part.candidate_id and (one.link_kind == _LABELER or not found.is_labeler)
    ]
    return _threads(session, found.pilot, rows)


def published(session: ReadSession, pilot_id: UUID) -> list[PilotQuestion]:
    """Questions and answers as every vendor reads them, oldest first."""
    rows = [one for one in queries.questions(session, pilot_id) if one.published_at is not None]
    return sorted(rows, key=lambda one: str(one.published_at))


def _threads(session: ReadSession, pilot: Pilot, rows: Sequence[PilotQuestion]) -> list[Thread]:
    zone = _zone(session, pilot)
    said = queries.messages(session, [one.id for one in rows])
    planted = _planted(session, pilot)
    return [_thread(one, said[one.id], planted, zone) for one in rows]


@dataclass(frozen=True, slots=True)
class _Planted:
    """The items planted as ambiguous, by the plan or the item list, and what vendors may call an item."""

    items: frozenset[str]
    listing: Listing | None

    def meant(self, row: PilotQuestion) -> str:
        """The item a thread is about, as we call it."""
        return self.listing.named(row.item) if self.listing is not None else row.item

    def called(self, item: str) -> str:
        """What the vendor calls an item: its code where items leave under codes."""
        if self.listing is None or not self.listing.hides_repeats:
            return item
        return self.listing.codes.get(item, item)


def _planted(session: ReadSession, pilot: Pilot) -> _Planted:
    listing = pilots.listing_of(session, pilot.id)
    listed = listing.planted if listing is not None else frozenset[str]()
    return _Planted(frozenset(plan_of(run_of(session, pilot)).planted) | listed, listing)


def _thread(row: PilotQuestion, said: Sequence[PilotMessage], planted: _Planted, zone: ZoneInfo) -> Thread:
    theirs, ours = turns([(one.by_us, one.sent_at) for one in said], zone)
    item = planted.meant(row)
    noticed = not row.by_us and item in planted.items
    called = planted.called(item)
    return Thread(
        row, tuple(said), item, called, noticed, sum(theirs) if row.by_us and theirs else None, ours
    )


def _zone(session: ReadSession, pilot: Pilot) -> ZoneInfo:
    return ZoneInfo(session.get_one(Evaluation, pilot.evaluation_id).time_zone)


def ask_by_link(session: WriteSession, *, actor: Actor, part_id: UUID, entry: QuestionIn) -> PilotQuestion:
    """A vendor or one of its labelers asks, reports an edge case, or proposes a change."""
    found = part_access(session, actor, part_id, changing=True)
    kind = _LABELER if found.is_labeler else "main"
    return _begin(session, actor, found.pilot.id, found.part.candidate_id, entry, link_kind=kind)


def ask_vendor(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: OurQuestionIn) -> PilotQuestion:
    """We ask one vendor; its answer's working hours are counted."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    if entry.candidate_id not in {view.candidate.id for view in vendors_in(session, found.pilot)}:
        raise Invalid("question.candidate", [Problem("candidate_id", "Choose a vendor that takes part.")])
    return _begin(session, actor, pilot_id, entry.candidate_id, entry, by_us=True)


def _begin(
    session: WriteSession,
    actor: Actor,
    pilot_id: UUID,
    candidate_id: UUID,
    entry: QuestionIn,
    *,
    by_us: bool = False,
    link_kind: str = "",
) -> PilotQuestion:
    row = PilotQuestion(
        pilot_id=pilot_id,
        candidate_id=candidate_id,
        kind=entry.kind,
        item=entry.item,
        by_us=by_us,
        link_kind=link_kind,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot_id, "candidate": candidate_id, "kind": entry.kind, "by_us": by_us}
    audit.record(session, actor, "pilots.question.asked", (_ABOUT, row.id), after=facts)
    _say(session, actor, row, entry.text, by_us=by_us)
    return row


def _say(session: WriteSession, actor: Actor, row: PilotQuestion, text: str, *, by_us: bool) -> None:
    session.add(
        PilotMessage(question_id=row.id, by_us=by_us, text=text, sent_at=clock.now(), author_id=actor.id)
    )
    session.flush()


def reply(session: WriteSession, *, actor: Actor, question_id: UUID, entry: ReplyIn) -> PilotQuestion:
    """Our next turn in a thread."""
    row, _ = question_of(session, actor, question_id, Action.PILOT_EDIT, changing=True)
    _say(session, actor, row, entry.text, by_us=True)
    audit.record(session, actor, "pilots.question.answered", (_ABOUT, row.id), after={"by_us": True})
    return row


def reply_by_link(
    session: WriteSession, *, actor: Actor, part_id: UUID, question_id: UUID, entry: ReplyIn
) -> PilotQuestion:
    """The vendor's next turn in a thread of its own. Raises `NotFound` for any other."""
    found = part_access(session, actor, part_id, changing=True)
    row = session.get(PilotQuestion, question_id)
    own = row is not None and (row.pilot_id, row.candidate_id) == (found.pilot.id, found.part.candidate_id)
    hidden = found.is_labeler and row is not None and row.link_kind != _LABELER
    if row is None or not own or hidden:
        raise NotFound("question.not_found", "There is no such question, or it is not yours.")
    _say(session, actor, row, entry.text, by_us=False)
    audit.record(session, actor, "pilots.question.answered", (_ABOUT, row.id), after={"by_us": False})
    return row


def publish_answer(
    session: WriteSession, *, actor: Actor, question_id: UUID, entry: PublishAnswerIn, seen: int | None
) -> PilotQuestion:
    """Let every vendor read question and answer in these words, without who asked.

    Raises `Invalid` where the words name the vendor.
    """
    row, found = question_of(session, actor, question_id, Action.PILOT_EDIT, changing=True)
    unchanged(row, seen, entry.model_dump())
    require_nameless(session, found.pilot, {"question": entry.question, "answer": entry.answer})
    row.public_text, row.public_answer = entry.question, entry.answer
    row.published_at = row.published_at or clock.now()
    session.add(row)
    audit.record(session, actor, "pilots.question.published", (_ABOUT, row.id), after={"published": True})
    session.flush()
    return row


def require_nameless(session: ReadSession, pilot: Pilot, texts: Mapping[str, str]) -> None:
    """Let words pass that every vendor reads, or raise `Invalid` at the fields whose text names a vendor."""
    names = {view.name.casefold(): view.name for view in vendors_in(session, pilot)}
    problems = [
        Problem(field, f"This names {name}; write it without the vendor's name.")
        for field, text in texts.items()
        for folded, name in names.items()
        if folded in text.casefold()
    ]
    if problems:
        raise Invalid("question.names", problems)


def adopt(session: WriteSession, *, actor: Actor, question_id: UUID, entry: AdoptIn) -> PilotQuestion:
    """Say what became of an edge case or a proposal. Raises `Conflict` for a plain question."""
    row, _ = question_of(session, actor, question_id, Action.PILOT_EDIT, changing=True)
    if row.kind is QuestionKind.QUESTION:
        raise Conflict("question.kind", "Only edge cases and proposals are adopted.")
    before, row.adopted = row.adopted, _ADOPTED[entry.adopted]
    session.add(row)
    audit.record(
        session,
        actor,
        "pilots.question.adopted",
        (_ABOUT, row.id),
        before={"adopted": before},
        after={"adopted": row.adopted},
    )
    session.flush()
    return row


def question_of(
    session: ReadSession,
    actor: Actor,
    question_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> tuple[PilotQuestion, PilotAccess]:
    """A thread and the access to its pilot; raises as `open_pilot`."""
    row = session.get(PilotQuestion, question_id)
    if row is None:
        raise NotFound("question.not_found", "There is no such question, or it is not shared with you.")
    return row, open_pilot(session, actor, row.pilot_id, action, changing=changing)


def cooperation_of(session: ReadSession, pilot: Pilot) -> dict[UUID, Cooperation]:
    """Candidate -> how it worked with us, from the log; who has no thread and no part is left out."""
    rows = queries.questions(session, pilot.id)
    planted = _planted(session, pilot)
    zone, said = _zone(session, pilot), queries.messages(session, [one.id for one in rows])
    ids = {one.candidate_id for one in rows} | {one.candidate_id for one in queries.parts(session, pilot.id)}
    return {
        key: _cooperation(key, [one for one in rows if one.candidate_id == key], said, planted, zone)
        for key in ids
    }


def _cooperation(
    key: UUID,
    rows: Sequence[PilotQuestion],
    said: dict[UUID, list[PilotMessage]],
    planted: _Planted,
    zone: ZoneInfo,
) -> Cooperation:
    threads = [_thread(row, said[row.id], planted, zone) for row in rows]
    hours = [one.hours for one in threads if one.hours is not None]
    asked = [row for row in rows if not row.by_us]
    return Cooperation(
        candidate_id=key,
        questions=_count(asked, QuestionKind.QUESTION),
        answered=len(hours),
        open=sum(row.by_us and one.messages[-1].by_us for row, one in zip(rows, threads, strict=True)),
        hours=median(hours) if hours else None,
        edge_cases=_count(asked, QuestionKind.EDGE_CASE),
        edge_cases_adopted=_count([row for row in asked if row.adopted], QuestionKind.EDGE_CASE),
        proposals=_count(asked, QuestionKind.PROPOSAL),
        proposals_adopted=_count([row for row in asked if row.adopted], QuestionKind.PROPOSAL),
        noticed=len({planted.meant(row) for row in asked} & planted.items),
        planted=len(planted.items),
    )


def _count(rows: Iterable[PilotQuestion], kind: QuestionKind) -> int:
    return sum(row.kind is kind for row in rows)
