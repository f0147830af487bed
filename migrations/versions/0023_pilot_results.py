"""Pilots that people judge, planned sizes, production mixes, monthly minimums, figures of some items alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MEASURED = (
    "classification", "multilabel", "boxes", "polygons", "masks", "spans", "transcription", "translation",
)  # fmt: skip


def _among(tasks: Sequence[str]) -> str:
    return f"task IN ({', '.join(repr(one) for one in tasks)})"


def upgrade() -> None:
    """Pilots so far have no mix and no kept planning; their results are of all items."""
    with op.batch_alter_table("pilot") as batch:
        batch.drop_constraint("pilottask", type_="check")
        batch.create_check_constraint("pilottask", sa.text(_among((*_MEASURED, "review_only"))))
        batch.add_column(sa.Column("sizing", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("mix", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("pilot_offer") as batch:
        batch.add_column(sa.Column("monthly_minimum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"))
    with op.batch_alter_table("pilot_result") as batch:
        batch.add_column(sa.Column("subset", sa.JSON(), nullable=False, server_default="{}"))
    for table, column in (
        ("pilot", "sizing"), ("pilot", "mix"), ("pilot_offer", "monthly_minimum"), ("pilot_result", "subset"),
    ):  # fmt: skip
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)


def downgrade() -> None:
    """Only where no pilot is judged by people alone; what was planned is forgotten."""
    with op.batch_alter_table("pilot_result") as batch:
        batch.drop_column("subset")
    with op.batch_alter_table("pilot_offer") as batch:
        batch.drop_column("monthly_minimum")
    with op.batch_alter_table("pilot") as batch:
        batch.drop_column("mix")
        batch.drop_column("sizing")
        batch.drop_constraint("pilottask", type_="check")
        batch.create_check_constraint("pilottask", sa.text(_among(_MEASURED)))
