"""late deliveries are marked as such

Until here the first words of a warning told it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false()))
    delivery = sa.table("delivery", sa.column("is_late", sa.Boolean), sa.column("warnings", sa.Text))
    told = sa.cast(delivery.c.warnings, sa.Text).contains("Came after the last day")
    op.execute(delivery.update().where(told).values(is_late=sa.true()))


def downgrade() -> None:
    op.drop_column("delivery", "is_late")
