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
from app.core.formats.archives import Picture
from app.core.formats.resolve_names import nearest
from app.core.formats.salted import salted
from app.core.permissions import Action
from app.core.pilots.codes import place_of
from app.evaluations.models import Candidate
from app.kit import child
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.storage import LocalStore
from app.pilots import service as pilots
from app.pilots.models import GoldVersion, Pilot, PilotImages, PilotItems, PilotTask
from app.pilots.samples import SAMPLES
from app.pilots.service import open_pilot
from app.runs import queries
from app.runs.models import PackDownload, PilotInstructions, PilotPart, PilotStage
from app.runs.schemas import LabelingPlanIn
from app.runs.service.parts import part_access, require_signed
from app.runs.service.run import run_of, stage_of

_SINCE = (1980, 1, 1, 0, 0, 0)  # the same inputs give the same bytes
MAX_IMAGES = 150_000_000  # bytes of images that go into a pack; more are handed out another way
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_PRACTICE, _MAIN, _SURGE = _BATCHES = ("calibration", "main", "surge day")
_ASK = "your contact person tells you"
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
    items: PilotItems | None
    images: tuple[PilotImages, Sequence[Picture]] | None
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
) -> tuple[GoldVersion | None, PilotItems | None, PilotInstructions]:
    """The gold and the item list whose items go into a part's pack (one of them at least), and the instructions.

    Raises `Forbidden` while agreements are missing, `Conflict` before the pilot is agreed, once it has ended, and
    while there are no items or no instructions."""
    require_signed(session, pilot, part.candidate_id)
    stage = stage_of(pilot, run_of(session, pilot))
    if stage is PilotStage.PLANNED:
        raise Conflict("pack.not_agreed", "The pack is handed out once the pilot is agreed.")
    if stage in (PilotStage.CLOSED, PilotStage.ABORTED):
        raise Conflict("pack.ended", "The pilot has ended; the pack is no longer handed out.")
    golds, texts = pilots.golds(session, pilot.id), queries.instructions(session, pilot.id)
    listing = pilots.listing_of(session, pilot.id)
    if not (golds or listing) or not texts:
        message = "Items or instructions are not ready yet; the pack is handed out once they are."
        raise Conflict("pack.incomplete", message)
    return golds[0] if golds else None, listing.row if listing else None, texts[0]


def _inputs(session: ReadSession, pilot: Pilot, part: PilotPart, code: str) -> _Inputs:
    gold, items, text = require_ready(session, pilot, part)
    return _Inputs(
        part_id=part.id,
        candidate_id=part.candidate_id,
        code=code,
        task=pilot.task,
        goal=pilot.goal,
        seed=pilot.seed,
        gold=gold.digest if gold else "",
        gold_number=gold.number if gold else 0,
        items=items,
        images=pilots.images_of(session, pilot.id),
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
            {
                "task": inputs.task.value,
                "gold": str(contents.path(inputs.gold)) if inputs.gold else "",
                "handed": pilots.handed_of(contents, inputs.items),
            },
        )
    )
    items = shuffled(told["items"], f"{inputs.seed}|{inputs.candidate_id}")
    pictures = _pictures(inputs, items)
    members = _members(inputs, told["classes"], [_outside(one, pictures) for one in items], bool(pictures))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _SINCE), content, zipfile.ZIP_DEFLATED)
        if inputs.images is not None and pictures:
            with contents.open(inputs.images[0].digest) as stream, zipfile.ZipFile(stream) as source:
                for name, picture in sorted(pictures.values(), key=lambda one: one[0]):
                    shown = _unlike(source.read(picture.member), picture, inputs.items, name)
                    archive.writestr(zipfile.ZipInfo(name, _SINCE), shown)
    packed = out.getvalue()
    return Pack(
        part_id=inputs.part_id,
        name=f"pilot-pack-{inputs.code.lower()}.zip",
        content=packed,
        digest=hashlib.sha256(packed).hexdigest(),
        gold_number=inputs.gold_number,
        instructions=inputs.text.number,
    )


def _pictures(inputs: _Inputs, items: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, Picture]]:
    """Item as it leaves -> the name of its image in the pack, and the image; none where they are too large together.

    The image goes by the item's name, so that it tells no more than that.
    """
    if inputs.images is None:
        return {}
    known = inputs.images[1]
    # A repeat without an image of its own shows that of its item.
    told = ("_image", "_own", "_first", "item")
    keys = [tuple(str(item[key]) for key in told if item.get(key)) for item in items]
    spots = nearest([one.member for one in known], keys, once=False)
    out: dict[str, tuple[str, Picture]] = {}
    for item, at in zip(items, spots, strict=True):
        if at >= 0:
            name = str(item["item"])
            suffix = SUFFIXES[known[at].media_type]
            plain = name if name.lower().endswith((".png", ".jpg", ".jpeg", ".webp")) else f"{name}{suffix}"
            out[name] = f"images/{plain.replace('/', '_')}", known[at]
    if sum(picture.size for _, picture in out.values()) > MAX_IMAGES:
        return {}
    return out


def _unlike(data: bytes, picture: Picture, items: PilotItems | None, name: str) -> bytes:
    """An image as it leaves: with an item list no two files are equal, so that repeats are not found by their bytes."""
    return salted(data, picture.media_type, f"{items.seal}|{name}".encode()) if items else data


def _outside(item: Mapping[str, Any], pictures: Mapping[str, tuple[str, Picture]]) -> dict[str, Any]:
    """An item as it leaves: nothing of what it is there for."""
    out = {name: value for name, value in item.items() if not name.startswith("_")}
    if item["item"] in pictures:
        out["image"] = pictures[str(item["item"])][0]
    elif item.get("_image"):
        out["image"] = item["_image"]
    return out


def shuffled(items: Sequence[Mapping[str, Any]], seed: str) -> list[Mapping[str, Any]]:
    """The items in an order that depends on the seed and looks random: practice first, the surge day last.

    Another seed gives an unrelated order, so that easy items last do not look like learning. A hidden repeat never
    comes close to its item.
    """

    def place(one: Mapping[str, Any]) -> tuple[int, float]:
        name = str(one.get("_own") or one["item"])
        return _BATCHES.index(_batch(one)), place_of(name, str(one.get("_first") or ""), seed)

    batched = any(_batch(one) != _MAIN for one in items)
    return [{**one, "batch": _batch(one)} if batched else one for one in sorted(items, key=place)]


def _batch(one: Mapping[str, Any]) -> str:
    return {"practice": _PRACTICE, "surge": _SURGE}.get(str(one.get("_role") or ""), _MAIN)


def _members(
    inputs: _Inputs,
    classes: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    has_images: bool,
) -> dict[str, str]:
    plan = LabelingPlanIn.model_validate(inputs.text.plan)
    samples = {
        f"samples/{name.partition('/')[2]}": text
        for name, text in SAMPLES.items()
        if name.startswith(f"{inputs.task.value}/") and "gold" not in name
    }
    return {
        "README.txt": _readme(inputs, plan, items, has_images, bool(classes)),
        "items.csv": _table([{"order": at, **one} for at, one in enumerate(items, 1)]),
        "instructions.html": instructions_html(plan, inputs.text.number),
        "ontology.json": json.dumps(
            [one.model_dump() for one in plan.ontology], indent=1, ensure_ascii=False
        ),
        **({"classes.csv": _table(classes)} if classes else {}),
        **samples,
    }


def _readme(
    inputs: _Inputs,
    plan: LabelingPlanIn,
    items: Sequence[Mapping[str, Any]],
    has_images: bool,
    has_classes: bool,
) -> str:
    batches = [one for one in _BATCHES if any(item.get("batch") == one for item in items)]
    lines = [
        f"Pilot pack for candidate {inputs.code}",
        "",
        inputs.goal,
        "",
        f"items.csv          {len(items)} items in your order; please keep to it, and name items as it does",
        f"instructions.html  version {inputs.text.number}; confirm it on your pilot page before you begin",
        "ontology.json      the classes with their rules",
        *(["classes.csv        numbers of the classes, for formats that need them"] if has_classes else []),
        "samples/           small files in a form that we read",
        *(["images/            the items themselves"] if has_images else []),
        "",
        *([f"Batches, in this order: {', '.join(batches)}."] if batches else []),
        f"Where the items are: {plan.location or ('in this pack' if has_images else _ASK)}",
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
