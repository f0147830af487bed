"""Gold is made of two to five label sets: each is a row, agreement is told of every two, and one draft is open."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FILES = ("first_file_id", "second_file_id")
_DRAFT = sa.table(
    "gold_draft",
    sa.column("id", sa.Uuid()),
    sa.column("pilot_id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("first_file_id", sa.Uuid()),
    sa.column("second_file_id", sa.Uuid()),
    sa.column("files", sa.JSON()),
    sa.column("agreement", sa.JSON()),
)
_SET = sa.table(
    "gold_set",
    sa.column("id", sa.Uuid()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("draft_id", sa.Uuid()),
    sa.column("place", sa.Integer()),
    sa.column("file_id", sa.Uuid()),
    sa.column("digest", sa.String()),
    sa.column("name", sa.String()),
)
_SHARE = ("items", "agreed", "share", "low", "high")


def upgrade() -> None:
    """The two sets of a draft so far become rows, their figures those of the one pair."""
    op.create_table(
        "gold_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["gold_draft.id"], name=op.f("fk_gold_set_draft_id_gold_draft"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_gold_set_file_id_file"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_set")),
        sa.UniqueConstraint("draft_id", "place", name=op.f("uq_gold_set_draft_id_place")),
    )
    op.create_index(op.f("ix_gold_set_file_id"), "gold_set", ["file_id"])
    for row in op.get_bind().execute(sa.select(_DRAFT)).mappings().all():
        for place, (column, told) in enumerate(zip(_FILES, row["files"], strict=True)):
            values = {"draft_id": row["id"], "place": place, "file_id": row[column], **told}
            op.execute(_SET.insert().values(id=uuid4(), created_at=datetime.now(UTC), **values))
        agreement = dict(row["agreement"])
        pair = {"left": 0, "right": 1, "figures": agreement.pop("figures")}
        agreement["pairs"] = [pair | {name: agreement[name] for name in _SHARE}]
        op.execute(_DRAFT.update().where(_DRAFT.c.id == row["id"]).values(agreement=agreement))
    with op.batch_alter_table("gold_draft") as batch:
        for column in _FILES:
            batch.drop_index(batch.f(f"ix_gold_draft_{column}"))
            batch.drop_constraint(batch.f(f"fk_gold_draft_{column}_file"), type_="foreignkey")
            batch.drop_column(column)
        batch.drop_column("files")
    newer = _DRAFT.alias()
    later = sa.exists().where(
        newer.c.pilot_id == _DRAFT.c.pilot_id, newer.c.state == "open", newer.c.id > _DRAFT.c.id
    )
    op.execute(_DRAFT.update().where(_DRAFT.c.state == "open", later).values(state="dropped"))
    op.create_index(
        "uq_gold_draft_open",
        "gold_draft",
        ["pilot_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """Only where no draft has more than two sets."""
    connection = op.get_bind()
    if connection.execute(sa.select(_SET.c.id).where(_SET.c.place > 1).limit(1)).first():
        raise RuntimeError("a draft of the gold has more than two label sets; freeze or drop it first")
    op.drop_index("uq_gold_draft_open", "gold_draft")
    with op.batch_alter_table("gold_draft") as batch:
        for column in _FILES:
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    for row in connection.execute(sa.select(_DRAFT.c.id, _DRAFT.c.agreement)).mappings().all():
        sets = connection.execute(
            sa.select(_SET).where(_SET.c.draft_id == row["id"]).order_by(_SET.c.place)
        ).mappings().all()  # fmt: skip
        agreement = dict(row["agreement"])
        (pair,) = agreement.pop("pairs")
        values = {
            "agreement": agreement | {"figures": pair["figures"]},
            "files": [{"digest": one["digest"], "name": one["name"]} for one in sets],
            **{column: one["file_id"] for column, one in zip(_FILES, sets, strict=True)},
        }
        op.execute(_DRAFT.update().where(_DRAFT.c.id == row["id"]).values(**values))
    with op.batch_alter_table("gold_draft") as batch:
        batch.alter_column("files", server_default=None)
        for column in _FILES:
            batch.alter_column(column, nullable=False)
            batch.create_foreign_key(batch.f(f"fk_gold_draft_{column}_file"), "file", [column], ["id"], ondelete="RESTRICT")
            batch.create_index(batch.f(f"ix_gold_draft_{column}"), [column])
    op.drop_table("gold_set")
