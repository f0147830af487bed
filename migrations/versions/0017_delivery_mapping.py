"""How a delivery is read: labels mapped to the gold's, repairs accepted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Deliveries so far were read as they are."""
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(sa.Column("accepts_repairs", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("mapping", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("accepts_repairs", server_default=None)
        batch.alter_column("mapping", server_default=None)


def downgrade() -> None:
    """What was mapped or repaired is forgotten."""
    with op.batch_alter_table("delivery") as batch:
        batch.drop_column("mapping")
        batch.drop_column("accepts_repairs")
