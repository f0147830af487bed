"""A request that was already carried out is answered again, not carried out again.

Forms carry a nonce, API calls an `Idempotency-Key`; both live in one table and in the same commit as the effect,
so that a double click, a retry and a lost answer all end in exactly one write.
"""

from datetime import datetime

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from app.core.errors import Conflict
from app.kit.columns import moment
from app.kit.db import WriteSession


class IdempotencyKey(SQLModel, table=True):
    """One carried-out request: what was sent (by digest) and what was answered."""

    __tablename__ = "idempotency_key"

    key: str = Field(primary_key=True, max_length=200)
    request_digest: str = Field(max_length=64)
    status: int = Field(default=0)
    location: str = Field(default="", max_length=500)
    body: str = Field(default="")
    created_at: datetime = moment()


class AlreadyDone(Exception):
    """The request was carried out before; `answer` is what it was told then."""

    def __init__(self, row: IdempotencyKey, htmx: bool) -> None:
        super().__init__(row.key)
        self.status, self.location, self.body, self.htmx = row.status, row.location, row.body, htmx

    def answer(self) -> Response:
        """The first answer once more."""
        if self.status == 303 or not self.status:
            target = self.location or "/"
            return (
                Response(status_code=204, headers={"HX-Redirect": target})
                if self.htmx
                else RedirectResponse(target, 303)
            )
        headers = {"Location": self.location} if self.location else {}
        return Response(self.body, self.status, headers=headers, media_type="application/json")


def claim(session: WriteSession, key: str, request_digest: str, *, htmx: bool) -> IdempotencyKey:
    """Take the key for this transaction, or raise `AlreadyDone` (or `Conflict` when it carried something else)."""
    row = session.get(IdempotencyKey, key)
    if row is None:
        row = IdempotencyKey(key=key, request_digest=request_digest)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # PostgreSQL: the twin committed while we waited for the index
            row = session.get_one(IdempotencyKey, key, populate_existing=True)
        else:
            return row
    if row.request_digest != request_digest:
        raise Conflict(
            "idempotency.reused", "This key was already used for a different request; send a new one."
        )
    raise AlreadyDone(row, htmx)
