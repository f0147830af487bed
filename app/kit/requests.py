"""What a route asks for: a session, the form. The commit happens before the response leaves."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.kit import idempotency, storable
from app.kit.actors import Actor, PossibleActor
from app.kit.db import Database, ReadSession, WriteSession, commit

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Waiting writers wait without a thread. More than one, so that PostgreSQL writes side by side; few enough that
# the lock's holder always finds a thread. The number belongs to the one alias below: never write a second one.
_WRITERS = 8
NONCE = "_nonce"


def database(request: Request) -> Database:
    """The store this application was started with."""
    store: Database = request.app.state.database
    return store


async def _body_read(request: Request) -> AsyncIterator[FormData | None]:
    """Read the whole body before a writer slot is taken: a dribbling upload must not hold up everybody else."""
    if request.method in _SAFE:
        yield None
    elif request.headers.get("content-type", "").startswith(_FORMS):
        form = await request.form(max_files=50, max_fields=2000)
        try:
            storable.require_form(form)
            yield form
        finally:
            await form.close()  # uploads lie in temporary files
    else:
        storable.require_json(await request.body())
        yield None


BodyRead = Annotated[FormData | None, Depends(_body_read)]


def _read(request: Request) -> Iterator[ReadSession]:
    with database(request).reading() as session:
        yield session


def _write(request: Request, form: BodyRead, actor: PossibleActor) -> Iterator[WriteSession]:
    with WriteSession(database(request).write) as session:
        claimed = _claim(session, request, form, actor)
        yield session
        if claimed is not None:
            claimed.status = getattr(request.state, "answer_status", 0)
            claimed.location = getattr(request.state, "answer_location", "")
            claimed.body = getattr(request.state, "answer_body", "")
        commit(session)


def _claim(
    session: WriteSession, request: Request, form: FormData | None, actor: Actor | None
) -> idempotency.IdempotencyKey | None:
    nonce = form.get(NONCE) if form is not None else request.headers.get("idempotency-key")
    if not nonce or not isinstance(nonce, str):
        return None
    key = hashlib.sha256(f"{actor.id if actor else ''}|{request.method}|{request.url.path}|{nonce}".encode())
    sent = b"" if form is not None else getattr(request, "_body", b"")
    htmx = "hx-request" in request.headers
    return idempotency.claim(session, key.hexdigest(), hashlib.sha256(sent).hexdigest(), htmx=htmx)


Read = Annotated[ReadSession, Depends(_read, scope="function")]
Write = Annotated[WriteSession, Depends(_write, scope="function", max_concurrency=_WRITERS)]


def _raw_form(form: BodyRead) -> FormData:
    return form if form is not None else FormData()


RawForm = Annotated[FormData, Depends(_raw_form)]
