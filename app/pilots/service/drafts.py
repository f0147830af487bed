"""Gold made here: two to five label sets of our own, their disputes decided one by one, frozen as a gold version."""

import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.formats.typed import settled
from app.core.permissions import Action
from app.files import service as files
from app.files.service import Upload
from app.kit import canonical, child, clock
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, WriteSession, unchanged
from app.kit.storage import LocalStore
from app.pilots import queries
from app.pilots.gold_schemas import ChoiceIn
from app.pilots.models import ChoiceKind, DraftState, GoldChoice, GoldDraft, GoldSet, GoldVersion, Pilot
from app.pilots.reading_sets import FIELDS
from app.pilots.service.access import PilotAccess, open_pilot
from app.pilots.service.checking import CheckedGold, check_gold
from app.pilots.service.children import read_in_child
from app.pilots.service.computing import handed_of
from app.pilots.service.deliveries import upload_gold
from app.pilots.service.items import require_figures

SIDES = tuple(f"set {letter}" for letter in "ABCDE")
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class CheckedSets:
    """Label sets that can be held against each other, set A first, and what they say."""

    uploads: tuple[Upload, ...]
    items_digest: str
    iou: int
    plain_texts: bool
    accepts_repairs: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedFreeze:
    """The gold of a draft, made from exactly these choices."""

    gold: CheckedGold
    choices: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its disputes, and what is decided about them by item."""

    row: GoldDraft
    sets: Sequence[GoldSet]
    facts: Mapping[str, Any]
    choices: Mapping[str, GoldChoice]

    @property
    def disputes(self) -> Sequence[Mapping[str, Any]]:
        """The disputed items in order, each as `reading_sets.compare_own` tells."""
        found: Sequence[Mapping[str, Any]] = self.facts["disputes"]
        return found

    @property
    def open(self) -> list[int]:
        """Places of the disputes that nobody decided yet."""
        return [at for at, one in enumerate(self.disputes) if one["item"] not in self.choices]


def check_sets(
    store: Database,
    contents: LocalStore,
    *,
    actor: Actor,
    pilot_id: UUID,
    uploads: Mapping[str, Upload],
    plain_texts: bool = False,
    accept: bool = False,
) -> CheckedSets:
    """Read two to five label sets (by field of `reading_sets.FIELDS`) in a child process, and hold each against all.

    Takes no write session. Raises `Invalid` at the fields, and as `open_pilot`.
    """
    _require_different(uploads)
    given = [uploads[field] for field in FIELDS if field in uploads]
    with store.reading() as session:
        pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
        require_figures(pilot.task)
        items, iou, task = queries.items_file(session, pilot_id), pilot.iou, pilot.task
        handed, digest = handed_of(contents, items), items.digest if items else ""
    way = {
        "files": [{"path": str(contents.path(one.digest)), "name": one.name} for one in given],
        "iou": iou / 10_000,
        "plain_texts": plain_texts,
        "accept": accept,
        "handed": handed,
    }
    facts = read_in_child("reading_sets:compare_own", FIELDS[0], task=task.value, way=way)
    return CheckedSets(tuple(given), digest, iou, plain_texts, accept, facts)


def _require_different(uploads: Mapping[str, Upload]) -> None:
    """The first two sets are there, none is missing in between, and no file stands twice."""
    wanted = FIELDS[: max(2, 1 + max((FIELDS.index(field) for field in uploads), default=0))]
    problems = [
        Problem(field, f"Choose the file of {SIDES[FIELDS.index(field)]}.")
        for field in wanted
        if field not in uploads
    ]
    seen: dict[str, str] = {}
    for field, one in sorted(uploads.items(), key=lambda given: FIELDS.index(given[0])):
        first = seen.setdefault(one.digest, field)
        if first != field:
            name = SIDES[FIELDS.index(first)]
            problems.append(
                Problem(field, f"This is the file of {name} again; choose what another person labelled.")
            )
    if problems:
        raise Invalid("sets.files", problems)


def start_draft(session: WriteSession, *, actor: Actor, pilot_id: UUID, checked: CheckedSets) -> GoldDraft:
    """Begin to make gold of these sets. Raises `Conflict` while another draft is open: finish or drop it first."""
    open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    if any(one.state is DraftState.OPEN for one in queries.drafts(session, pilot_id)):
        message = "Gold is being made already. Finish it, or drop it first."
        raise Conflict("draft.open", message, field="first")
    row = GoldDraft(
        pilot_id=pilot_id,
        items_digest=checked.items_digest,
        iou=checked.iou,
        plain_texts=checked.plain_texts,
        accepts_repairs=checked.accepts_repairs,
        agreed=checked.facts["agreed"],
        disputed=len(checked.facts["disputes"]),
        agreement=checked.facts["agreement"],
        content=zlib.compress(orjson.dumps(checked.facts), 6),
        added_by=actor.id,
    )
    session.add(row)
    session.flush()
    for place, one in enumerate(checked.uploads):
        file = files.store(session, actor=actor, upload=one)
        session.add(GoldSet(draft_id=row.id, place=place, file_id=file.id, digest=one.digest, name=one.name))
    facts = {"pilot": pilot_id, "sets": [one.digest for one in checked.uploads], "agreed": row.agreed}
    after = {**facts, "disputed": row.disputed}
    audit.record(session, actor, "pilots.gold_draft.started", ("gold_draft", row.id), after=after)
    return row


def draft_of(
    session: ReadSession,
    *,
    actor: Actor,
    draft_id: UUID,
    changing: bool = False,
) -> tuple[Draft, PilotAccess]:
    """A draft, for whoever sets pilots up. Raises `NotFound`; with `changing` `Conflict` once it is done."""
    row = session.get(GoldDraft, draft_id)
    if row is None:
        raise NotFound("draft.not_found", "There is no such draft, or it is not shared with you.")
    found = open_pilot(session, actor, row.pilot_id, Action.PILOT_EDIT, changing=changing)
    if changing and row.state is not DraftState.OPEN:
        word = f"frozen as gold version {row.gold_number}" if row.gold_number else "dropped"
        raise Conflict("draft.done", f"This draft is {word}; begin a new one to change anything.")
    facts = orjson.loads(zlib.decompress(row.content))
    sets = queries.sets(session, draft_id)
    return Draft(row, sets, facts, {one.item: one for one in queries.choices(session, draft_id)}), found


def decide_dispute(
    session: WriteSession, *, actor: Actor, draft_id: UUID, entry: ChoiceIn, seen: int | None = None
) -> GoldChoice:
    """Decide about a disputed item, or change the decision.

    Raises `NotFound` for an item that is not in dispute, `Invalid` at `marks` for an answer of our own that cannot be,
    at `kind` for one that nobody gave, and `Conflict` when somebody decided meanwhile.
    """
    draft, found = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
    dispute = next((one for one in draft.disputes if one["item"] == entry.item), None)
    if dispute is None:
        raise NotFound("draft.no_dispute", "This item is not in dispute; open it from the list again.")
    if entry.kind is ChoiceKind.TAKE:
        _require_answer(dispute["answers"], entry.side)
    marks = _marks(found.pilot, draft, dispute, entry)
    side = entry.side if entry.kind is ChoiceKind.TAKE else 0
    row = draft.choices.get(entry.item)
    if row is None:
        if seen:
            raise Conflict(
                "draft.withdrawn", "Somebody took the decision back meanwhile. Load the page again."
            )
        row = GoldChoice(
            draft_id=draft_id, item=entry.item, kind=entry.kind, side=side, marks=marks, decided_by=actor.id
        )
        session.add(row)
        session.flush()
        before = {}
    else:
        yours = {"decision": _named(entry.kind, side)}
        unchanged(row, 0 if seen is None else seen, yours, stored={"decision": _named(row.kind, row.side)})
        before = _facts(row)
        row.kind, row.side, row.marks, row.decided_by = entry.kind, side, marks, actor.id
    audit.record(
        session, actor, "pilots.gold_draft.decided", ("gold_choice", row.id), before=before, after=_facts(row)
    )
    return row


def _require_answer(answers: Sequence[object], side: int) -> None:
    if side >= len(answers):
        raise Invalid(
            "draft.no_set", [Problem("side", f"There are {len(answers)} label sets; count from 0.")]
        )
    if answers[side] is None:
        message = f"S{SIDES[side][1:]} gives no answer to this item; decide otherwise."
        raise Invalid("draft.no_answer", [Problem("kind", message)])


def _marks(pilot: Pilot, draft: Draft, dispute: Mapping[str, Any], entry: ChoiceIn) -> list[dict[str, Any]]:
    if entry.kind is not ChoiceKind.OWN:
        return []
    size = dispute.get("size")
    return settled(
        pilot.task.value,
        entry.item,
        entry.marks,
        draft.facts["classes"],
        size=(size[0], size[1]) if size else None,
        text=dispute.get("text", ""),
    )


def _named(kind: ChoiceKind, side: int) -> str:
    words = {ChoiceKind.OWN: "our own answer", ChoiceKind.EXCLUDE: "excluded"}
    return words.get(kind, SIDES[side])


def _facts(row: GoldChoice) -> dict[str, object]:
    told: dict[str, object] = {"draft": row.draft_id, "kind": row.kind, "side": row.side}
    return told | ({"marks": canonical.digest(row.marks)} if row.marks else {})


def undo_choice(session: WriteSession, *, actor: Actor, draft_id: UUID, item: str) -> None:
    """Take a decision back. Raises `NotFound` where nothing is decided."""
    draft, _ = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
    row = draft.choices.get(item)
    if row is None:
        raise NotFound("draft.no_choice", "Nothing is decided about this item.")
    audit.record(session, actor, "pilots.gold_draft.undecided", ("gold_choice", row.id), before=_facts(row))
    session.delete(row)


def exclude_rest(session: WriteSession, *, actor: Actor, draft_id: UUID) -> int:
    """Exclude every item whose dispute is still open; how many. Each can be decided otherwise afterwards."""
    draft, _ = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
    for at in draft.open:
        entry = ChoiceIn(item=draft.disputes[at]["item"], kind=ChoiceKind.EXCLUDE)
        row = GoldChoice(draft_id=draft_id, item=entry.item, kind=entry.kind, decided_by=actor.id)
        session.add(row)
        session.flush()
        subject = ("gold_choice", row.id)
        audit.record(session, actor, "pilots.gold_draft.decided", subject, before={}, after=_facts(row))
    return len(draft.open)


def drop_draft(session: WriteSession, *, actor: Actor, draft_id: UUID) -> GoldDraft:
    """Give a draft up; `resume_draft` undoes it."""
    draft, _ = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
    draft.row.state = DraftState.DROPPED
    audit.record(session, actor, "pilots.gold_draft.dropped", ("gold_draft", draft_id))
    return draft.row


def resume_draft(session: WriteSession, *, actor: Actor, draft_id: UUID) -> GoldDraft:
    """Take a dropped draft up again. Raises `Conflict` while another one is open."""
    draft, found = draft_of(session, actor=actor, draft_id=draft_id)
    open_pilot(session, actor, found.pilot.id, Action.PILOT_EDIT, changing=True)
    others = [one for one in queries.drafts(session, found.pilot.id) if one.state is DraftState.OPEN]
    if draft.row.state is not DraftState.DROPPED or others:
        raise Conflict("draft.open", "Only a dropped draft can be resumed, and only while no other is open.")
    draft.row.state = DraftState.OPEN
    audit.record(session, actor, "pilots.gold_draft.resumed", ("gold_draft", draft_id))
    return draft.row


def check_freeze(store: Database, contents: LocalStore, *, actor: Actor, draft_id: UUID) -> CheckedFreeze:
    """Make the gold of a draft in a child process, and hold the deliveries against it.

    Takes no write session. Raises `Conflict` while disputes are open, `Invalid` where the gold cannot be made.
    """
    with store.reading() as session:
        draft, found = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
        _require_decided(draft)
        row, pilot_id, task = draft.row, found.pilot.id, found.pilot.task
        items = queries.items_file(session, pilot_id)
        if (items.digest if items else "") != row.items_digest:
            message = "The item list changed since these sets were read. Drop this draft and begin again."
            raise Conflict("draft.other_items", message)
        way = {
            "files": [{"path": str(contents.path(one.digest)), "name": one.name} for one in draft.sets],
            "iou": row.iou / 10_000,
            "plain_texts": row.plain_texts,
            "accept": row.accepts_repairs,
            "handed": handed_of(contents, items),
        }
        chosen, digest = _plain(draft.choices.values()), _digest(draft.choices.values())
    content = child.run(
        "app.pilots.reading_sets:freeze_own", {"task": task.value, "way": way, "choices": chosen}
    )
    stored = contents.put(io.BytesIO(content), _LARGEST)
    upload = Upload("gold-from-own-sets.jsonl", "application/x-ndjson", stored.digest, stored.size)
    gold = check_gold(store, contents, actor=actor, pilot_id=pilot_id, upload=upload)
    return CheckedFreeze(gold, digest)


def _require_decided(draft: Draft) -> None:
    if left := len(draft.open):
        word = "dispute is" if left == 1 else "disputes are"
        raise Conflict("draft.undecided", f"{left} {word} still open; decide them, or exclude the items.")


def _plain(choices: Any) -> dict[str, dict[str, Any]]:
    return {one.item: {"kind": one.kind.value, "side": one.side, "marks": one.marks} for one in choices}


def _digest(choices: Any) -> str:
    return canonical.digest(_plain(choices))


def freeze_draft(
    session: WriteSession, *, actor: Actor, draft_id: UUID, checked: CheckedFreeze
) -> GoldVersion:
    """The gold of a draft as the next version, with our own agreement in its note.

    Raises `Conflict` when somebody decided otherwise since `checked` was made.
    """
    draft, found = draft_of(session, actor=actor, draft_id=draft_id, changing=True)
    _require_decided(draft)
    if checked.choices != _digest(draft.choices.values()):
        raise Conflict("draft.moved_on", "Somebody decided otherwise meanwhile. Look again, then freeze.")
    row = draft.row
    gold = upload_gold(
        session, actor=actor, pilot_id=found.pilot.id, checked=checked.gold, note=note_of(draft)
    )
    row.state, row.gold_number = DraftState.FROZEN, gold.number
    row.frozen_by, row.frozen_at = actor.id, clock.now()
    facts = {"gold": gold.number, "digest": gold.digest, "choices": checked.choices}
    audit.record(session, actor, "pilots.gold_draft.frozen", ("gold_draft", draft_id), after=facts)
    session.flush()
    return gold


def note_of(draft: Draft) -> str:
    """What the gold's note says of where it comes from."""
    row, told, count = draft.row, draft.row.agreement, _COUNTS[len(draft.sets)]
    if told["share"] is None:
        return f"Of {count} label sets; {row.disputed} items decided."
    share = f"{told['share']:.0%} of {told['items']} items ({told['low']:.0%} to {told['high']:.0%}, 95 %)"
    return f"Of {count} label sets that agree on {share}; {row.disputed} decided by a person."
