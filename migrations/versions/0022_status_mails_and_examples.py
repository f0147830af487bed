"""Where a pilot's status goes by mail, and good examples for every vendor."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of their own."""
    op.create_table('pilot_example',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_example_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_example')),
    sa.UniqueConstraint('pilot_id', 'item', name=op.f('uq_pilot_example_pilot_id_item'))
    )
    op.create_table('pilot_status_mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_status_mail_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_status_mail')),
    sa.UniqueConstraint('pilot_id', name=op.f('uq_pilot_status_mail_pilot_id'))
    )
    op.create_table('pilot_status_recipient',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mail_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['mail_id'], ['pilot_status_mail.id'], name=op.f('fk_pilot_status_recipient_mail_id_pilot_status_mail'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_status_recipient')),
    sa.UniqueConstraint('token', name=op.f('uq_pilot_status_recipient_token'))
    )
    with op.batch_alter_table('pilot_status_recipient', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_status_recipient_mail_id'), ['mail_id'], unique=False)



def downgrade() -> None:
    """Lists and examples are forgotten."""
    with op.batch_alter_table('pilot_status_recipient', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_status_recipient_mail_id'))

    op.drop_table('pilot_status_recipient')
    op.drop_table('pilot_status_mail')
    op.drop_table('pilot_example')
