"""The items of a pilot apart from its gold: the list that is handed out, and their images."""

import re
import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import orjson

from app.audit import service as audit
from app.core.errors import Conflict, NotFound
from app.core.formats.archives import Picture, Place, directory_of, member_at
from app.core.formats.item_list import ListedItem, Role
from app.core.formats.resolve_names import Names, nearest
from app.core.permissions import Action
from app.core.pilots.codes import codes_of
from app.files import service as files
from app.files.service import Upload
from app.kit.actors import Actor
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.shelf import Shelf
from app.kit.storage import LocalStore
from app.pilots import queries
from app.pilots.models import Pilot, PilotImages, PilotItems, PilotTask
from app.pilots.service.access import open_pilot
from app.pilots.service.children import read_in_child
from app.pilots.service.computing import request_result

Row = TypeVar("Row")
_KEPT = 200_000  # items, images and members of archives that a process keeps unpacked
_LISTED: Shelf[tuple[ListedItem, ...]] = Shelf(_KEPT)
_PICTURES: Shelf[tuple[Picture, ...]] = Shelf(_KEPT)
_INDEXES: "Shelf[_Index]" = Shelf(_KEPT)
_DIRECTORIES: Shelf[Mapping[str, Place]] = Shelf(_KEPT)
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class CheckedItems:
    """An item list that can be read, with the digest of the gold it was held against ('' for none)."""

    upload: Upload
    gold_digest: str
    items: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedImages:
    """An archive of images that can be shown."""

    upload: Upload
    images: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The item list that counts, with the codes under which items leave when it hides repeats."""

    row: PilotItems
    items: tuple[ListedItem, ...]

    @property
    def codes(self) -> Mapping[str, str]:
        """Item -> its code."""
        return codes_of([one.item for one in self.items], self.row.seal)

    @property
    def hides_repeats(self) -> bool:
        """Whether items leave under their codes, because some stand in the list twice."""
        return any(one.role is Role.REPEAT for one in self.items)

    @property
    def planted(self) -> frozenset[str]:
        """The items whose instructions leave a question open on purpose."""
        return frozenset(one.item for one in self.items if one.role is Role.PLANTED)

    def left_as(self, names: Sequence[str]) -> dict[str, str]:
        """Item as the gold calls it -> the code under which it left; {} where items leave under their names."""
        if not self.hides_repeats:
            return {}
        keys = [
            (one.item, one.image) if one.image and not one.repeat_of else (one.item,) for one in self.items
        ]
        codes, found = self.codes, nearest(names, keys)
        return {names[at]: codes[one.item] for one, at in zip(self.items, found, strict=True) if at >= 0}

    def veiled(self, text: str) -> str:
        """A sentence for a vendor: where items leave under codes, quoted names of items become these."""
        if not self.hides_repeats:
            return text
        codes = self.codes
        return _QUOTED.sub(lambda found: repr(codes.get(found[1], found[1])), text)

    def named(self, said: str) -> str:
        """What we call the item that somebody means: by its code, or as it was said."""
        meant = {code: item for item, code in self.codes.items()}
        return meant.get(said.strip(), said)


def check_items(
    store: Database, contents: LocalStore, *, actor: Actor, pilot_id: UUID, upload: Upload
) -> CheckedItems:
    """Read an item list in a child process, and hold it against the gold where there is one.

    Takes no write session. Raises `Invalid` at `file`, and as `open_pilot`.
    """
    with store.reading() as session:
        task = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot.task
        require_figures(task)
        golds = queries.golds(session, pilot_id)
        digest = golds[0].digest if golds else ""
    facts = read_in_child(
        "reading:check_items",
        task=task.value,
        path=str(contents.path(upload.digest)),
        name=upload.name,
        gold=str(contents.path(digest)) if digest else "",
    )
    return CheckedItems(upload, digest, facts["items"], tuple(facts["notes"]))


def require_figures(task: PilotTask) -> None:
    """Let pass the tasks that have gold. Raises `Conflict` where people judge: its items are a list of their own."""
    if task is PilotTask.REVIEW_ONLY:
        message = "People judge this pilot: upload its items as the list of items, there is no gold to lay them over."
        raise Conflict("items.review_only", message, field="file")


def upload_items(session: WriteSession, *, actor: Actor, pilot_id: UUID, checked: CheckedItems) -> PilotItems:
    """A new version of the item list; earlier ones stay, and everything is compared again.

    Raises `Conflict` for the list that is there already, and when the gold changed meanwhile.
    """
    pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    before = queries.items(session, pilot_id)
    if before is not None and before.digest == checked.upload.digest:
        message = f"This very file is the item list already (version {before.number})."
        raise Conflict("items.same", message, field="file")
    golds = queries.golds(session, pilot_id)
    if (golds[0].digest if golds else "") != checked.gold_digest:
        message = "The gold changed while your file was read. Send it again."
        raise Conflict("items.moved_on", message, field="file")
    stored = files.store(session, actor=actor, upload=checked.upload)
    row = PilotItems(
        pilot_id=pilot_id,
        number=before.number + 1 if before else 1,
        file_id=stored.id,
        digest=stored.digest,
        items=len(checked.items),
        roles=dict(Counter(str(one["role"]) for one in checked.items)),
        notes=list(checked.notes),
        content=_packed(checked.items),
        seal=before.seal if before else secrets.token_hex(16),
        added_by=actor.id,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot_id, "number": row.number, "digest": row.digest, "roles": row.roles}
    audit.record(session, actor, "pilots.items.added", ("pilot_items", row.id), after=facts)
    request_result(session, pilot)
    return row


def listing_of(session: ReadSession, pilot_id: UUID) -> Listing | None:
    """The item list that counts."""
    row = queries.items(session, pilot_id)
    if row is None:
        return None
    unpack = partial(_rows, row.content, _item)
    return Listing(row, _LISTED.take(row.id, unpack, len))


def _rows(content: bytes, row: Callable[[Mapping[str, Any]], Row]) -> tuple[Row, ...]:
    return tuple(row(one) for one in _unpacked(content))


def _pictures(row: PilotImages) -> tuple[Picture, ...]:
    """The images of a row, in order; a row never changes."""
    return _PICTURES.take(row.id, partial(_rows, row.content, _picture), len)


def _picture(one: Mapping[str, Any]) -> Picture:
    return Picture(**one)


def _item(one: Mapping[str, Any]) -> ListedItem:
    return ListedItem(**{**one, "role": Role(one["role"])})


def check_images(
    store: Database, contents: LocalStore, *, actor: Actor, pilot_id: UUID, upload: Upload
) -> CheckedImages:
    """Look at every image of an archive in a child process. As `check_items`; problems stand at `images`."""
    with store.reading() as session:
        open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    path = str(contents.path(upload.digest))
    facts = read_in_child("reading:check_images", path=path, name=upload.name)
    return CheckedImages(upload, facts["images"], tuple(facts["notes"]))


def upload_images(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, checked: CheckedImages
) -> PilotImages:
    """The images of the pilot's items, in place of those before. Raises `Conflict` for the same archive again."""
    open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    before = queries.images(session, pilot_id)
    if before is not None and before.digest == checked.upload.digest:
        raise Conflict("images.same", "These very images are here already.", field="images")
    stored = files.store(session, actor=actor, upload=checked.upload)
    row = PilotImages(
        pilot_id=pilot_id,
        file_id=stored.id,
        digest=stored.digest,
        images=len(checked.images),
        content=_packed(checked.images),
        added_by=actor.id,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot_id, "digest": row.digest, "images": row.images}
    audit.record(session, actor, "pilots.images.added", ("pilot_images", row.id), after=facts)
    return row


def _packed(value: object) -> bytes:
    return zlib.compress(orjson.dumps(value), 6)


def _unpacked(content: bytes) -> Any:
    return orjson.loads(zlib.decompress(content))


@dataclass(frozen=True, slots=True)
class Scene:
    """What one item shows: its source text, and its image with its size; '' and None where none was sent."""

    text: str = ""
    image: str = ""
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Index:
    """Images or listed items to be found by name."""

    names: Names
    rows: Sequence[Any]


NOTHING = _Index(Names(()), ())


def _by_name(listed: Sequence[ListedItem]) -> _Index:
    known = {one.image: one for one in listed if one.image and not one.repeat_of}
    known |= {one.item: one for one in listed}
    return _Index(Names(list(known)), list(known.values()))


def _by_member(pictures: Sequence[Picture]) -> _Index:
    return _Index(Names([one.member for one in pictures]), pictures)


class Scenes:
    """What is known about items besides their labels. Names are looked up when the first item is asked for."""

    def __init__(self, base: str = "", pictures: _Index = NOTHING, listed: _Index = NOTHING) -> None:
        self._base = base
        self._pictures = pictures
        self._listed = listed

    def scene(self, name: str) -> Scene:
        """What the item shows that the gold or the list calls so."""
        if not self._pictures.rows and not self._listed.rows:
            return Scene()
        at = self._listed.names.find([name])
        one = self._listed.rows[at] if at >= 0 else None
        known = (one.image, name, one.repeat_of) if one is not None else (name,)
        at = self._pictures.names.find([key for key in known if key])
        text = one.text if one is not None else ""
        if at < 0:
            return Scene(text)
        found = self._pictures.rows[at]
        return Scene(text, f"{self._base}/{at}", (found.width, found.height))


def scenes_of(session: ReadSession, pilot_id: UUID, base: str = "") -> Scenes:
    """Texts and images of a pilot's items; the addresses of images begin with `base`, '' for those of our own pages."""
    images, listing = images_of(session, pilot_id), listing_of(session, pilot_id)
    listed = _index(listing.row.id, _by_name, listing.items) if listing else NOTHING
    if images is None:
        return Scenes(listed=listed)
    pilot = session.get_one(Pilot, pilot_id)
    where = base or f"/evaluations/{pilot.evaluation_id}/pilot/{pilot_id}/images"
    row, pictures = images
    return Scenes(f"{where}/{row.id}", _index(row.id, _by_member, pictures), listed)


def _index(key: UUID, make: Callable[[Sequence[Any]], _Index], rows: Sequence[Any]) -> _Index:
    return _INDEXES.take(key, partial(make, rows), lambda found: len(found.rows))


def images_of(session: ReadSession, pilot_id: UUID) -> tuple[PilotImages, Sequence[Picture]] | None:
    """The images that count, and the row they stand in."""
    row = queries.images(session, pilot_id)
    return (row, _pictures(row)) if row is not None else None


def image_of(
    session: ReadSession, *, actor: Actor, pilot_id: UUID, images_id: UUID, at: int
) -> tuple[PilotImages, Picture]:
    """One image, for whoever may see the pilot. Raises `NotFound` for any other."""
    open_pilot(session, actor, pilot_id)
    return picture_of(session, pilot_id, images_id, at)


def picture_of(session: ReadSession, pilot_id: UUID, images_id: UUID, at: int) -> tuple[PilotImages, Picture]:
    """One image of a pilot, for a verb that has checked the right. Raises `NotFound` for any other."""
    row = session.get(PilotImages, images_id)
    found = _pictures(row) if row is not None and row.pilot_id == pilot_id else ()
    if row is None or not 0 <= at < len(found):
        raise NotFound("image.not_found", "There is no such image, or it is not shared with you.")
    return row, found[at]


def image_bytes(contents: LocalStore, row: PilotImages, picture: Picture) -> bytes:
    """The image as it was sent, without unpacking any other."""
    with contents.open(row.digest) as stream:
        places = _DIRECTORIES.take(row.digest, partial(directory_of, stream), len)
        return member_at(stream, places[picture.member])
