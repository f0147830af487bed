"""what vendors say does not apply"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('answer', 'answer_revision'):
        op.add_column(table, sa.Column('says_not_applicable', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in ('answer_revision', 'answer'):
        op.drop_column(table, 'says_not_applicable')
