"""what a gold changed"""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("gold_version") as batch:
        batch.add_column(sa.Column("changes", sa.String(length=200), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("gold_version") as batch:
        batch.drop_column("changes")
