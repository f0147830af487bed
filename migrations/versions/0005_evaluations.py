"""evaluations"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evaluation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('state', sa.Enum('open', 'decided', 'closed', 'cancelled', name='evaluationstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('governance', sa.Enum('solo', 'team', 'formal', name='governance', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('decide_by', sa.Date(), nullable=True),
    sa.Column('need', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation')),
    sa.UniqueConstraint('number', name=op.f('uq_evaluation_number'))
    )
    op.create_table('candidate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('stage', sa.Enum('longlist', 'contacted', 'discovery', 'shortlist', 'pilot', 'finalist', 'selected', 'reserve', 'declined', 'withdrawn', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('stage_reason', sa.String(length=1000), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_candidate_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_candidate_vendor_id_vendor'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate')),
    sa.UniqueConstraint('evaluation_id', 'code', name=op.f('uq_candidate_evaluation_id_code')),
    sa.UniqueConstraint('evaluation_id', 'vendor_id', name=op.f('uq_candidate_evaluation_id_vendor_id'))
    )
    with op.batch_alter_table('candidate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_candidate_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_candidate_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('evaluation_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Enum('need', 'search', 'discovery', 'shortlist', 'pilot', 'scores', 'result', 'decision', 'onboarding', name='stepname', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('todo', 'current', 'done', 'skipped', name='stepstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_evaluation_step_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_step')),
    sa.UniqueConstraint('evaluation_id', 'step', name=op.f('uq_evaluation_step_evaluation_id_step'))
    )
    op.create_table('panel_member',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_panel_member_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panel_member')),
    sa.UniqueConstraint('evaluation_id', 'user_id', name=op.f('uq_panel_member_evaluation_id_user_id'))
    )
    with op.batch_alter_table('panel_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_panel_member_user_id'), ['user_id'], unique=False)

    op.create_table('search_log_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('query', sa.String(length=500), nullable=False),
    sa.Column('outcome', sa.String(length=1000), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_search_log_entry_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_log_entry'))
    )
    with op.batch_alter_table('search_log_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_log_entry_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('candidate_move',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('before', sa.Enum('longlist', 'contacted', 'discovery', 'shortlist', 'pilot', 'finalist', 'selected', 'reserve', 'declined', 'withdrawn', name='before', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('after', sa.Enum('longlist', 'contacted', 'discovery', 'shortlist', 'pilot', 'finalist', 'selected', 'reserve', 'declined', 'withdrawn', name='after', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('basis', sa.JSON(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_candidate_move_candidate_id_candidate'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate_move'))
    )
    with op.batch_alter_table('candidate_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_candidate_move_candidate_id'), ['candidate_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('candidate_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_candidate_move_candidate_id'))

    op.drop_table('candidate_move')
    with op.batch_alter_table('search_log_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_log_entry_evaluation_id'))

    op.drop_table('search_log_entry')
    with op.batch_alter_table('panel_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_panel_member_user_id'))

    op.drop_table('panel_member')
    op.drop_table('evaluation_step')
    with op.batch_alter_table('candidate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_candidate_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_candidate_evaluation_id'))

    op.drop_table('candidate')
    op.drop_table('evaluation')
