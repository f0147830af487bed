"""pilot runs"""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pilot_instructions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_instructions_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_instructions')),
    sa.UniqueConstraint('pilot_id', 'number', name=op.f('uq_pilot_instructions_pilot_id_number'))
    )
    op.create_table('pilot_part',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('promises', sa.String(length=64), nullable=False),
    sa.Column('promises_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('instructions', sa.Integer(), nullable=True),
    sa.Column('instructions_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_pilot_part_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_part_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_part')),
    sa.UniqueConstraint('pilot_id', 'candidate_id', name=op.f('uq_pilot_part_pilot_id_candidate_id'))
    )
    with op.batch_alter_table('pilot_part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_part_candidate_id'), ['candidate_id'], unique=False)

    op.create_table('pilot_question',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('question', 'edge_case', 'proposal', name='questionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('item', sa.String(length=300), nullable=False),
    sa.Column('by_us', sa.Boolean(), nullable=False),
    sa.Column('link_kind', sa.String(length=20), nullable=False),
    sa.Column('public_text', sa.String(length=2000), nullable=False),
    sa.Column('public_answer', sa.String(length=2000), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('adopted', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_pilot_question_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_question_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_question'))
    )
    with op.batch_alter_table('pilot_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_question_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pilot_question_pilot_id'), ['pilot_id'], unique=False)

    op.create_table('pilot_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('stage', sa.Enum('planned', 'agreed', 'calibrating', 'running', 'delivered', 'measuring', 'closed', 'aborted', name='pilotstage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('milestones', sa.JSON(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('shown_round', sa.Integer(), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_run_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_run')),
    sa.UniqueConstraint('pilot_id', name=op.f('uq_pilot_run_pilot_id'))
    )
    op.create_table('pack_download',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('part_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('by_link', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=False),
    sa.Column('instructions', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['part_id'], ['pilot_part.id'], name=op.f('fk_pack_download_part_id_pilot_part'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_download'))
    )
    with op.batch_alter_table('pack_download', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pack_download_part_id'), ['part_id'], unique=False)

    op.create_table('pilot_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('part_id', sa.Uuid(), nullable=False),
    sa.Column('link_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('main', 'labeler', name='pilotlinkkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['one_time_link.id'], name=op.f('fk_pilot_link_link_id_one_time_link'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['part_id'], ['pilot_part.id'], name=op.f('fk_pilot_link_part_id_pilot_part'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_link')),
    sa.UniqueConstraint('link_id', name=op.f('uq_pilot_link_link_id'))
    )
    with op.batch_alter_table('pilot_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_link_part_id'), ['part_id'], unique=False)

    op.create_table('pilot_message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('question_id', sa.Uuid(), nullable=False),
    sa.Column('by_us', sa.Boolean(), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['pilot_question.id'], name=op.f('fk_pilot_message_question_id_pilot_question'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_message'))
    )
    with op.batch_alter_table('pilot_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_message_question_id'), ['question_id'], unique=False)

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('instructions', sa.Integer(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_column('instructions')

    with op.batch_alter_table('pilot_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_message_question_id'))

    op.drop_table('pilot_message')
    with op.batch_alter_table('pilot_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_link_part_id'))

    op.drop_table('pilot_link')
    with op.batch_alter_table('pack_download', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pack_download_part_id'))

    op.drop_table('pack_download')
    op.drop_table('pilot_run')
    with op.batch_alter_table('pilot_question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_question_pilot_id'))
        batch_op.drop_index(batch_op.f('ix_pilot_question_candidate_id'))

    op.drop_table('pilot_question')
    with op.batch_alter_table('pilot_part', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_part_candidate_id'))

    op.drop_table('pilot_part')
    op.drop_table('pilot_instructions')
