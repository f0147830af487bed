"""Earlier versions of the gold: handed out as they count, so that others can compute with them, and taken up again."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.core.errors import NotFound
from app.core.permissions import Action
from app.files.models import File
from app.files.service import Upload
from app.kit import child
from app.kit.actors import Actor, CurrentActor
from app.kit.db import Database, ReadSession, WriteSession
from app.kit.requests import database
from app.kit.storage import LocalStore
from app.pilots import queries
from app.pilots.models import GoldVersion, PilotTask
from app.pilots.service.access import open_pilot
from app.pilots.service.checking import CheckedGold, Pending, check_gold, pending
from app.pilots.service.computing import handed_of, way_of_gold
from app.pilots.service.deliveries import upload_gold


def gold_that_counts(
    store: Database, contents: LocalStore, *, actor: Actor, pilot_id: UUID, number: int
) -> bytes:
    """A gold version with everything that adjudication changed, in our own form.

    Items that it excludes are not in it. Takes no write session. Raises `NotFound` for a version that does not exist
    and for a list of items, which has no labels; as `open_pilot` otherwise.
    """
    with store.reading() as session:
        pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT).pilot
        if pilot.task is PilotTask.REVIEW_ONLY:
            raise NotFound("gold.not_found", "Only people judge here: there is a list of items and no gold.")
        gold = _version(session, pilot_id, number)
        items = queries.items_file(session, pilot_id)
        way = {"gold": way_of_gold(contents, gold), "handed": handed_of(contents, items)}
        task = pilot.task.value
    return child.run("app.pilots.reading:gold_that_counts", {"task": task, **way})


def check_again(
    store: Database, contents: LocalStore, *, actor: Actor, pilot_id: UUID, number: int
) -> CheckedGold:
    """Read an earlier version against the deliveries as they stand now; as `check_gold` otherwise."""
    with store.reading() as session:
        open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
        earlier = _version(session, pilot_id, number)
        file = session.get_one(File, earlier.file_id)
        upload, amendments = Upload(file.name, file.media_type, file.digest, file.size), earlier.amendments
    return check_gold(store, contents, actor=actor, pilot_id=pilot_id, upload=upload, amendments=amendments)


def restore_gold(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, number: int, checked: CheckedGold
) -> GoldVersion:
    """An earlier version as the next one, with what adjudication had changed in it. Raises as `upload_gold`."""
    earlier = _version(session, pilot_id, number)
    return upload_gold(
        session,
        actor=actor,
        pilot_id=pilot_id,
        checked=checked,
        note=f"Version {number} again",
        earlier=earlier,
    )


def _version(session: ReadSession, pilot_id: UUID, number: int) -> GoldVersion:
    found = next((one for one in queries.golds(session, pilot_id) if one.number == number), None)
    if found is None:
        raise NotFound("gold.not_found", "There is no such gold version; open it from the pilot's page.")
    return found


def _receive(request: Request, actor: CurrentActor, pilot_id: UUID, number: int) -> Pending[CheckedGold]:
    contents: LocalStore = request.app.state.contents
    return pending(
        lambda: check_again(database(request), contents, actor=actor, pilot_id=pilot_id, number=number)
    )


RestoredGold = Annotated[Pending[CheckedGold], Depends(_receive)]
