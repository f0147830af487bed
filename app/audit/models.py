"""The chain of events, and the names that stand outside it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.kit.columns import big_integer, moment


class AuditEvent(SQLModel, table=True):
    """One write: who, what, before and after, linked to the event before it by hash. Never changed."""

    __tablename__ = "audit_event"

    seq: int = Field(primary_key=True, sa_type=big_integer(), sa_column_kwargs={"autoincrement": False})
    prev: str = Field(unique=True, max_length=64)
    hash: str = Field(unique=True, max_length=64)
    at: datetime = moment()
    actor_id: UUID = Field(index=True)
    action: str = Field(max_length=80, index=True)
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=64, index=True)
    body: str  # canonical JSON: everything the hash covers beside seq and prev
    request_id: str = Field(default="", max_length=64)


class ActorName(SQLModel, table=True):
    """The name behind a pseudonym; erasing the row erases the person and leaves the chain whole."""

    __tablename__ = "audit_actor"

    actor_id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=20)
    name: str = Field(max_length=200)
