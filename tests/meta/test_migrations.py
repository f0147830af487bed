"""Migrations: models and tables agree on both databases, up and down, and rows survive a rebuilt table."""

from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app.demo import people, register
from app.kit import clock, migrate
from app.kit.db import Database, open_database

TRIGGERS = {
    "audit_event_no_update",
    "audit_event_no_delete",
    "audit_event_no_replace",
    "vendor_search_added",
    "vendor_search_removed",
    "vendor_search_changed",
}


def rows(database: Database) -> dict[str, int]:
    tables = sa.inspect(database.engine).get_table_names()
    with database.read.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in tables
            if not name.startswith("vendor_fts")
        }


def test_models_and_tables_agree(store_url: str) -> None:
    assert not migrate.pending(store_url)
    migrate.check(store_url)  # raises when autogenerate would write something


def test_all_migrations_go_down_and_up_again(store_url: str) -> None:
    migrate.downgrade(store_url, "base")
    database = open_database(store_url)
    assert set(sa.inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.close()
    assert migrate.pending(store_url)
    migrate.upgrade(store_url)
    migrate.check(store_url)


def test_rebuilding_a_parent_table_keeps_its_children_and_all_triggers(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "assay.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        lena = people.add_people(session)["lena"]
        register.add_vendors(session, lena, clock.now().date())
    before = rows(database)
    assert before["vendor_capability"] > 20

    with database.write.connect() as connection:
        connection.connection.driver_connection.execute(
            "PRAGMA foreign_keys=OFF"
        )  # as migrations/env.py does
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("vendor", recreate="always") as batch:
            batch.add_column(sa.Column("probe", sa.Integer(), nullable=True))
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        connection.commit()

    assert rows(database) == before
    with database.read.connect() as connection:
        found = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .scalars()
            .all()
        )
    database.close()
    assert set(found) >= TRIGGERS
