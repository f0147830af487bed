"""Label sets and frozen gold on their way in: read before the write slot is taken, as in `checking`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.files.service import ReceivedAnnotations
from app.kit.actors import CurrentActor
from app.kit.requests import BodyRead, database
from app.kit.storage import LocalStore
from app.pilots.reading_sets import FIELDS
from app.pilots.service.checking import Pending, pending
from app.pilots.service.drafts import CheckedFreeze, CheckedSets, check_freeze, check_sets


def _receive_sets(
    request: Request, received: ReceivedAnnotations, form: BodyRead, actor: CurrentActor, pilot_id: UUID
) -> Pending[CheckedSets]:
    contents: LocalStore = request.app.state.contents

    def check() -> CheckedSets:
        return check_sets(
            database(request),
            contents,
            actor=actor,
            pilot_id=pilot_id,
            uploads={name: one for name in FIELDS if (one := received.maybe(name)) is not None},
            plain_texts=form is not None and form.get("plain_texts") == "yes",
            accept=form is not None and form.get("accept") == "yes",
        )

    return pending(check)


def _receive_freeze(
    request: Request, _form: BodyRead, actor: CurrentActor, draft_id: UUID
) -> Pending[CheckedFreeze]:
    contents: LocalStore = request.app.state.contents
    return pending(lambda: check_freeze(database(request), contents, actor=actor, draft_id=draft_id))


# In a route these stand before `session: Write`: reading files may not hold the write slot.
ReceivedSets = Annotated[Pending[CheckedSets], Depends(_receive_sets)]
ReceivedFreeze = Annotated[Pending[CheckedFreeze], Depends(_receive_freeze)]
