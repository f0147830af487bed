"""The pilot pack: one zip per vendor with everything it needs and nothing of the gold."""

import csv
import hashlib
import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.audit import service as audit
from app.core.errors import Conflict
from app.core.permissions import Action
from app.evaluations.models import Candidate
from app.kit import child
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.storage import LocalStore
from app.pilots import service as pilots
from app.pilots.models import GoldVersion, Pilot, PilotTask
from app.pilots.samples import SAMPLES
from app.pilots.service import open_pilot
from app.runs import queries
from app.runs.models import PackDownload, PilotInstructions, PilotPart, PilotStage
from app.runs.schemas import LabelingPlanIn
from app.runs.service.parts import part_access, require_signed
from app.runs.service.run import run_of, stage_of

_SINCE = (1980, 1, 1, 0, 0, 0)  # the same inputs give the same bytes
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is ready to leave."""

    part_id: UUID
    name: str
    content: bytes
    digest: str
    gold_number: int
    instructions: int


@dataclass(frozen=True, slots=True)
class _Inputs:
    part_id: UUID
    candidate_id: UUID
    code: str
    task: PilotTask
    goal: str
    seed: int
    gold: str
    gold_number: int
    text: PilotInstructions


def pack_by_link(store: Database, contents: LocalStore, *, actor: Actor, part_id: UUID) -> Pack:
    """The pack of the vendor whose link this is; `note_download` logs that it left.

    Takes no write session. Raises `Forbidden` while agreements are missing, `Conflict` before the pilot is
    agreed, once it has ended, and while gold or instructions are missing.
    """
    with store.reading() as session:
        found = part_access(session, actor, part_id, changing=True)
        found.require_main()
        inputs = _inputs(session, found.pilot, found.part, found.candidate.code)
    return _build(contents, inputs)


def pack_of(
    store: Database, contents: LocalStore, *, actor: Actor, pilot_id: UUID, candidate_id: UUID
) -> Pack:
    """A vendor's pack for whoever runs the pilot, to look through or to hand over another way; guarded and
    logged as the vendor's own download."""
    with store.reading() as session:
        found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
        part = queries.part(session, pilot_id, candidate_id)
        if part is None:
            raise Conflict("pack.no_part", "Make the vendor's link first; the pack belongs to its part.")
        code = session.get_one(Candidate, candidate_id).code
        inputs = _inputs(session, found.pilot, part, code)
    return _build(contents, inputs)


def require_ready(
    session: ReadSession, pilot: Pilot, part: PilotPart
) -> tuple[GoldVersion, PilotInstructions]:
    """The gold whose items go into a part's pack, and the instructions. Raises `Forbidden` while agreements are
    missing, `Conflict` before the pilot is agreed, once it has ended, and while one of both is missing."""
    require_signed(session, pilot, part.candidate_id)
    stage = stage_of(pilot, run_of(session, pilot))
    if stage is PilotStage.PLANNED:
        raise Conflict("pack.not_agreed", "The pack is handed out once the pilot is agreed.")
    if stage in (PilotStage.CLOSED, PilotStage.ABORTED):
        raise Conflict("pack.ended", "The pilot has ended; the pack is no longer handed out.")
    golds, texts = pilots.golds(session, pilot.id), queries.instructions(session, pilot.id)
    if not golds or not texts:
        message = "Items or instructions are not ready yet; the pack is handed out once they are."
        raise Conflict("pack.incomplete", message)
    return golds[0], texts[0]


def _inputs(session: ReadSession, pilot: Pilot, part: PilotPart, code: str) -> _Inputs:
    gold, text = require_ready(session, pilot, part)
    return _Inputs(
        part_id=part.id,
        candidate_id=part.candidate_id,
        code=code,
        task=pilot.task,
        goal=pilot.goal,
        seed=pilot.seed,
        gold=gold.digest,
        gold_number=gold.number,
        text=text,
    )


def note_download(session: WriteSession, *, actor: Actor, pack: Pack) -> PackDownload:
    """Write into the access log that the pack left now; the agreements are checked once more."""
    part = session.get_one(PilotPart, pack.part_id)
    require_signed(session, session.get_one(Pilot, part.pilot_id), part.candidate_id)
    row = PackDownload(
        part_id=part.id,
        actor_id=actor.id,
        by_link=actor.kind == "link",
        digest=pack.digest,
        gold_number=pack.gold_number,
        instructions=pack.instructions,
    )
    session.add(row)
    session.flush()
    facts = {"digest": pack.digest, "gold": pack.gold_number, "instructions": pack.instructions}
    audit.record(session, actor, "pilots.pack.downloaded", ("pilot_part", part.id), after=facts)
    return row


def downloads_of(
    session: ReadSession, *, actor: Actor, pilot_id: UUID, candidate_id: UUID
) -> Sequence[PackDownload]:
    """The access log of a vendor's pack, newest first."""
    open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    part = queries.part(session, pilot_id, candidate_id)
    return queries.downloads(session, part.id) if part else []


def _build(contents: LocalStore, inputs: _Inputs) -> Pack:
    told = orjson.loads(
        child.run(
            "app.pilots.reading:pack_items",
            {"task": inputs.task.value, "gold": str(contents.path(inputs.gold))},
        )
    )
    members = _members(
        inputs, told["classes"], shuffled(told["items"], f"{inputs.seed}|{inputs.candidate_id}")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _SINCE), content, zipfile.ZIP_DEFLATED)
    packed = out.getvalue()
    return Pack(
        part_id=inputs.part_id,
        name=f"pilot-pack-{inputs.code.lower()}.zip",
        content=packed,
        digest=hashlib.sha256(packed).hexdigest(),
        gold_number=inputs.gold_number,
        instructions=inputs.text.number,
    )


def shuffled(items: Sequence[Mapping[str, Any]], seed: str) -> list[Mapping[str, Any]]:
    """The items in an order that depends on the seed and looks random: by the digest of seed and name.

    Another seed gives an unrelated order, so that easy items last do not look like learning.
    """
    return sorted(items, key=lambda one: hashlib.sha256(f"{seed}|{one['item']}".encode()).digest())


def _members(
    inputs: _Inputs, classes: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    plan = LabelingPlanIn.model_validate(inputs.text.plan)
    samples = {
        f"samples/{name.partition('/')[2]}": text
        for name, text in SAMPLES.items()
        if name.startswith(f"{inputs.task.value}/") and "gold" not in name
    }
    return {
        "README.txt": _readme(inputs, plan, len(items)),
        "items.csv": _table([{"order": at, **one} for at, one in enumerate(items, 1)]),
        "instructions.html": instructions_html(plan, inputs.text.number),
        "ontology.json": json.dumps(
            [one.model_dump() for one in plan.ontology], indent=1, ensure_ascii=False
        ),
        **({"classes.csv": _table(classes)} if classes else {}),
        **samples,
    }


def _readme(inputs: _Inputs, plan: LabelingPlanIn, items: int) -> str:
    lines = [
        f"Pilot pack for candidate {inputs.code}",
        "",
        inputs.goal,
        "",
        f"items.csv          {items} items in your order; please keep to it",
        f"instructions.html  version {inputs.text.number}; confirm it on your pilot page before you begin",
        "ontology.json      the classes with their rules",
        "classes.csv        numbers of the classes, where the format needs them",
        "samples/           small files in a form that we read",
        "",
        f"Where the items are: {plan.location or 'your contact person tells you'}",
        f"Questions: {plan.channel or 'on your pilot page'}",
        "Deliver on your pilot page. Give each labeler a code, never a name, and the seconds per item.",
    ]
    return "\r\n".join(lines) + "\r\n"


def _table(items: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for one in items for name in one))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in one.items()} for one in items)
    return out.getvalue()


def _cell(value: object) -> object:
    """Spreadsheets must not take a text for a formula; the names of items are sent back as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def instructions_html(plan: LabelingPlanIn, number: int) -> str:
    """The instructions as one page that needs nothing else."""
    parts = [
        ("Step by step", _list("ol", plan.steps)),
        ("Classes", "".join(_class(one.model_dump()) for one in plan.ontology)),
        ("Right and wrong", "".join(_example(one.model_dump()) for one in plan.examples)),
        ("Common mistakes", _list("ul", plan.mistakes)),
        ("When in doubt", _paragraph(plan.in_doubt)),
        ("How your work is checked", _paragraph(plan.checked)),
        ("Questions", _paragraph(plan.channel)),
    ]
    body = "".join(f"<h2>{title}</h2>{text}" for title, text in parts if text)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Instructions</title>'
        f"<h1>Instructions, version {number}</h1>{body}</html>"
    )


def _list(tag: str, text: str) -> str:
    rows = "".join(f"<li>{html.escape(line)}</li>" for line in text.splitlines() if line.strip())
    return f"<{tag}>{rows}</{tag}>" if rows else ""


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>" if text else ""


def _class(one: Mapping[str, str]) -> str:
    rows = [
        ("Includes", one["includes"]),
        ("Excludes", one["excludes"]),
        (f"Not {one['confused_with']}, because", one["decide"] if one["confused_with"] else ""),
    ]
    told = "".join(f"<br>{html.escape(term)}: {html.escape(text)}" for term, text in rows if text)
    return f"<p><b>{html.escape(one['name'])}</b>: {html.escape(one['definition'])}{told}</p>"


def _example(one: Mapping[str, str]) -> str:
    why = f"<br>Because: {html.escape(one['reason'])}" if one["reason"] else ""
    return f"<p>Right: {html.escape(one['right'])}<br>Wrong: {html.escape(one['wrong'])}{why}</p>"
