"""Pages of long lists: by number for people, by cursor for programs."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from app.core.errors import Invalid, Problem
from app.kit.ui import Pager

ROWS = 50
Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=200, description="Rows per answer.")]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the answer before.")]


class Listing(BaseModel, Generic[Item]):
    """One answer of a list: its rows, and the cursor of the next answer (null on the last)."""

    items: list[Item]
    next: str | None = None


def encode_cursor(last: UUID) -> str:
    """An opaque mark after the row with this id."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID | None:
    """The id a cursor stands for, None for the beginning. Raises `Invalid` for anything else."""
    if not cursor:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        message = "not a cursor of ours; start without one"
        raise Invalid("paging.cursor", [Problem("cursor", message)]) from None


def link(path: str, query: Mapping[str, object], **changed: object) -> str:
    """The same list with other filters: empty values are left out."""
    merged = {**query, **changed}
    pairs = [(name, value) for name, value in merged.items() if value not in ("", None, (), [])]
    text = urlencode(pairs, doseq=True)
    return f"{path}?{text}" if text else path


def pager(path: str, query: Mapping[str, object], *, page: int, total: int, rows: int = ROWS) -> Pager:
    """Where we are in a list of `total` rows; `page` counts from 1."""
    first = min((page - 1) * rows + 1, total)
    last = min(page * rows, total)
    return Pager(
        first=first,
        last=last,
        total=total,
        previous_url=link(path, query, page=page - 1) if page > 1 else "",
        next_url=link(path, query, page=page + 1) if last < total else "",
    )


def cut(rows: Sequence[Item], limit: int) -> tuple[Sequence[Item], bool]:
    """The first `limit` rows of a query that asked for one more, and whether more follow."""
    return rows[:limit], len(rows) > limit
