"""onboarding"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('onboarding',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('checklist', sa.String(length=80), nullable=False),
    sa.Column('checklist_version', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('tier', sa.Enum('core', 'full', name='tier', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kickoff', sa.Date(), nullable=False),
    sa.Column('holidays', sa.JSON(), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('state', sa.Enum('planned', 'started', 'done', 'cancelled', name='onboardingstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_onboarding_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_onboarding_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_onboarding')),
    sa.UniqueConstraint('candidate_id', name=op.f('uq_onboarding_candidate_id'))
    )
    with op.batch_alter_table('onboarding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_onboarding_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('onboarding_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('is_own', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('owner_role', sa.Enum('admin', 'procurement_lead', 'ml_lead', 'evaluator', 'security_reviewer', 'approver', 'reader', 'vendor_link', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('planned_due', sa.Date(), nullable=False),
    sa.Column('blocks', sa.Enum('data', 'signature', 'kickoff', 'production', 'none', name='blocks', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('wanted', sa.String(length=300), nullable=False),
    sa.Column('state', sa.Enum('open', 'doing', 'done', 'waived', 'not_applicable', name='taskstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('waived_until', sa.Date(), nullable=True),
    sa.Column('evidence', sa.String(length=4000), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Uuid(), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['onboarding_id'], ['onboarding.id'], name=op.f('fk_task_onboarding_id_onboarding'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('onboarding_id', 'key', name=op.f('uq_task_onboarding_id_key'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_owner_id'), ['owner_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_task_owner_id'))

    op.drop_table('task')
    with op.batch_alter_table('onboarding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_onboarding_evaluation_id'))

    op.drop_table('onboarding')
