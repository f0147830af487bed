"""who asked"""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("questionnaire_response") as batch:
        batch.add_column(sa.Column("sent_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("questionnaire_response") as batch:
        batch.drop_column("sent_by")
