"""Vendors see and contest their own errors after the close."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pilots closed so far have no window: when they were closed is not known."""
    op.create_table('item_contest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=False),
    sa.Column('ruling', sa.Enum('stands', 'wrong', 'exclude', name='contest_ruling', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('answer', sa.String(length=2000), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_item_contest_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_item_contest_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_contest')),
    sa.UniqueConstraint('pilot_id', 'candidate_id', 'item', name=op.f('uq_item_contest_pilot_id_candidate_id_item'))
    )
    with op.batch_alter_table('item_contest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_contest_candidate_id'), ['candidate_id'], unique=False)

    with op.batch_alter_table('pilot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('pilot_part', schema=None) as batch_op:
        batch_op.add_column(sa.Column('errors_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('pilot_run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contest_days', sa.Integer(), nullable=False, server_default='5'))
        batch_op.add_column(sa.Column('shows_gold', sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table('pilot_run', schema=None) as batch_op:
        batch_op.alter_column('contest_days', server_default=None)
        batch_op.alter_column('shows_gold', server_default=None)



def downgrade() -> None:
    """What was contested is forgotten."""
    with op.batch_alter_table('pilot_run', schema=None) as batch_op:
        batch_op.drop_column('shows_gold')
        batch_op.drop_column('contest_days')

    with op.batch_alter_table('pilot_part', schema=None) as batch_op:
        batch_op.drop_column('errors_at')

    with op.batch_alter_table('pilot', schema=None) as batch_op:
        batch_op.drop_column('closed_at')

    with op.batch_alter_table('item_contest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_contest_candidate_id'))

    op.drop_table('item_contest')
