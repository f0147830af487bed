"""Uploads on their way in: on disk and judged before the write slot is taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app.core.errors import AssayError, Invalid, Problem
from app.files.kinds import Purpose
from app.files.service.files import Upload, store_upload
from app.kit.actors import CurrentActor
from app.kit.requests import BodyRead
from app.kit.storage import LocalStore


@dataclass(frozen=True, slots=True)
class Received:
    """The files of one request by form field; faults wait here until the route asks, so that the form can show
    them."""

    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)
    faults: Mapping[str, AssayError] = field(default_factory=dict)

    def several(self, name: str) -> tuple[Upload, ...]:
        """All files of a field, none when nothing was chosen. Raises what was wrong with any of them."""
        if name in self.faults:
            raise self.faults[name]
        return self.files.get(name, ())

    def maybe(self, name: str) -> Upload | None:
        """The file of a field, None when nothing was chosen. Raises `Invalid` when several were."""
        found = self.several(name)
        if len(found) > 1:
            raise Invalid("file.several", [Problem(name, "Choose one file.")])
        return found[0] if found else None

    def one(self, name: str) -> Upload:
        """The file of a field. Raises `Invalid` when nothing was chosen."""
        found = self.maybe(name)
        if found is None:
            raise Invalid("file.missing", [Problem(name, "Choose a file.")])
        return found


def receiving(purpose: Purpose) -> Callable[..., Received]:
    """A dependency that stores every file of the request; use the aliases below.

    In a route it must stand BEFORE `session: Write`: parameters are resolved in order, and the write session
    begins as soon as it looks for the form's nonce. A test holds all routes to it.
    """

    def receive(request: Request, form: BodyRead, _actor: CurrentActor) -> Received:
        return store_received(request, form, purpose)

    return receive


def store_received(request: Request, form: FormData | None, purpose: Purpose) -> Received:
    """Put every file of a form on disk, for a dependency that has made sure that the sender may send some."""
    if form is None:
        return Received()
    contents: LocalStore = request.app.state.contents
    limit: int = request.app.state.settings.max_upload_mb * 1_000_000
    files: dict[str, tuple[Upload, ...]] = {}
    faults: dict[str, AssayError] = {}
    for name in form:
        try:
            files[name] = _field(contents, name, form.getlist(name), purpose, limit)
        except AssayError as failure:
            faults[name] = failure
    return Received(files, faults)


def _field(
    contents: LocalStore, name: str, values: list[UploadFile | str], purpose: Purpose, limit: int
) -> tuple[Upload, ...]:
    uploads: list[Upload] = []
    problems: list[Problem] = []
    for value in values:
        if not isinstance(value, UploadFile) or not value.filename:
            continue
        try:
            uploads.append(
                store_upload(contents, value.file, value.filename, purpose=purpose, limit=limit, field=name)
            )
        except Invalid as failure:
            problems.extend(failure.problems)
    if problems:
        raise Invalid("file.refused", problems)
    return tuple(uploads)


ReceivedEvidence = Annotated[Received, Depends(receiving(Purpose.EVIDENCE))]
ReceivedAnnotations = Annotated[Received, Depends(receiving(Purpose.ANNOTATIONS))]
