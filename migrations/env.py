"""Alembic's entry: runs on the engine of the store, with SQLite's foreign keys off and checked before the commit.

A batch change recreates its table; with foreign keys on, that deletes the rows of child tables without an error.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel

from app import wiring
from app.kit.columns import Points, UtcDateTime
from app.kit.db import open_database
from app.settings import Settings

wiring.models()


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave the search index's own tables out of comparisons."""
    return not (kind == "table" and name is not None and name.startswith("vendor_fts"))


def include_object(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the expression index of PostgreSQL's search out of comparisons."""
    return not (kind == "index" and name is not None and name.startswith("fts_"))


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own types as plain ones, so that old migrations never import the application."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Points):
        return "sa.Integer()"
    if type(item).__name__ == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def run(connection: sa.Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        include_name=include_name,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(
                    f"the migration would leave {len(broken)} rows without their parent: {broken[:5]}"
                )


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.attributes.get("url") or Settings().url
    database = open_database(url)
    try:
        with database.write.connect() as opened:
            raw = opened.connection.driver_connection
            if opened.dialect.name == "sqlite":
                raw.execute("PRAGMA foreign_keys=OFF")  # ignored inside a transaction: it must come first
            run(opened)
            opened.commit()
            if opened.dialect.name == "sqlite":
                raw.execute("PRAGMA foreign_keys=ON")
    finally:
        database.close()
