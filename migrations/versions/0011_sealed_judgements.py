"""sealed judgements"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('rating', 'consensus'):
        op.add_column(table, sa.Column('salt', sa.String(length=64), server_default='', nullable=False))


def downgrade() -> None:
    for table in ('consensus', 'rating'):
        op.drop_column(table, 'salt')
