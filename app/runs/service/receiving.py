"""A vendor's delivery of this request, read before any write session begins; the page and programs share it."""

from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData

from app.files.service import Received
from app.kit import forms
from app.kit.actors import Actor
from app.kit.requests import database
from app.kit.storage import LocalStore
from app.pilots import service as pilots
from app.pilots.service import CheckedDelivery, Pending
from app.pilots.service.mapping import mapping_of
from app.runs.service.vendor import check_by_link


def receive_by_link(
    request: Request, received: Received, form: FormData | None, actor: Actor, part_id: UUID
) -> Pending[CheckedDelivery]:
    """The checked delivery, or why it was refused: with labels that the gold does not know at `label:NAME`."""
    contents: LocalStore = request.app.state.contents

    def check() -> CheckedDelivery:
        return check_by_link(
            database(request),
            contents,
            actor=actor,
            part_id=part_id,
            round_seen=round_of(form),
            upload=received.one("file"),
            times=received.maybe("times"),
            mapping=mapping_of(form),
            accept=form is not None and form.get("accept") == "yes",
        )

    return pilots.pending(check)


def round_of(form: FormData | None, name: str = "round") -> int:
    """A number of a form, 0 where there is none."""
    return forms.version_number(str(form.get(name))) or 0 if form is not None else 0
