"""Column types and mixins that both databases keep alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from app.kit import clock, ids

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment with zone: refuses naive values, returns UTC on SQLite too, which forgets zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone; use clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Points(sa.types.TypeDecorator[int]):
    """A share or value in steps of 10⁻⁴ (0..10,000 is 0..1); refuses anything that is not a whole number."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: sa.Dialect) -> int | None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"{value!r} is not a whole number of 1/10,000 steps")
        return value


def enum_text(kind: type[Enum], name: str = "") -> sa.Enum:
    """A column that holds the member's value as text, checked by the database on both engines.

    Two columns of one kind in a table need a `name` each for their checks.
    """
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def big_integer() -> sa.types.TypeEngine[int]:
    """64 bits on both databases: money in minor units, sizes, sequence numbers."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment(default: Callable[[], datetime] | None = clock.now, **options: Any) -> Any:
    """A field holding a moment; by default the one it was created at. `default=None` makes it optional."""
    if default is None:
        return Field(default=None, sa_type=UtcDateTime, nullable=True, **options)
    return Field(default_factory=default, sa_type=UtcDateTime, nullable=False, **options)


def document(**options: Any) -> Any:
    """A field holding a JSON document (lists and objects of plain values)."""
    return Field(sa_type=sa.JSON, **options)


class Row(SQLModel):
    """What every table has: a version 7 id and the moment it was created."""

    id: UUID = Field(default_factory=ids.new, primary_key=True)
    created_at: datetime = moment()


class Versioned(Row):
    """A row that people edit: the version catches races; the form's version is compared by `unchanged`."""

    version: int = Field(default=1, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 — SQLAlchemy passes the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
