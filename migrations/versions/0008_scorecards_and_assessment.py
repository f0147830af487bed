"""scorecards and assessment"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scorecard_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', name='scorecardstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('based_on', sa.String(length=100), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecard_version')),
    sa.UniqueConstraint('key', 'number', name=op.f('uq_scorecard_version_key_number'))
    )
    with op.batch_alter_table('scorecard_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scorecard_version_key'), ['key'], unique=False)

    op.create_table('pinned_scorecard',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('left_out', sa.JSON(), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('weights_method', sa.String(length=40), nullable=False),
    sa.Column('price', sa.JSON(), nullable=False),
    sa.Column('pinned_by', sa.Uuid(), nullable=False),
    sa.Column('pinned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('weights_locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('weights_locked_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_pinned_scorecard_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pinned_scorecard')),
    sa.UniqueConstraint('evaluation_id', name=op.f('uq_pinned_scorecard_evaluation_id'))
    )
    op.create_table('conflict_of_interest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('declared_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_conflict_of_interest_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_conflict_of_interest_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conflict_of_interest')),
    sa.UniqueConstraint('candidate_id', 'user_id', name=op.f('uq_conflict_of_interest_candidate_id_user_id'))
    )
    with op.batch_alter_table('conflict_of_interest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conflict_of_interest_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_conflict_of_interest_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_conflict_of_interest_user_id'), ['user_id'], unique=False)

    op.create_table('consensus',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('criterion', sa.String(length=64), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('low', sa.JSON(), nullable=True),
    sa.Column('high', sa.JSON(), nullable=True),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_consensus_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_consensus_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consensus')),
    sa.UniqueConstraint('candidate_id', 'criterion', name=op.f('uq_consensus_candidate_id_criterion'))
    )
    with op.batch_alter_table('consensus', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consensus_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consensus_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('gate_waiver',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('requirement', sa.String(length=64), nullable=False),
    sa.Column('waived_by', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_gate_waiver_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_gate_waiver_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_waiver'))
    )
    with op.batch_alter_table('gate_waiver', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gate_waiver_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gate_waiver_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('manual_value',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('low', sa.JSON(), nullable=True),
    sa.Column('mid', sa.JSON(), nullable=True),
    sa.Column('high', sa.JSON(), nullable=True),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=500), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_manual_value_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_manual_value_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_manual_value')),
    sa.UniqueConstraint('candidate_id', 'subject', name=op.f('uq_manual_value_candidate_id_subject'))
    )
    with op.batch_alter_table('manual_value', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_manual_value_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_manual_value_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('rating',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('criterion', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=4000), nullable=False),
    sa.Column('seen', sa.JSON(), nullable=False),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_rating_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_rating_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sa.UniqueConstraint('candidate_id', 'criterion', 'user_id', name=op.f('uq_rating_candidate_id_criterion_user_id'))
    )
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rating_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rating_user_id'), ['user_id'], unique=False)

    op.create_table('rating_lock',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('rated', sa.Integer(), nullable=False),
    sa.Column('left_open', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_rating_lock_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_rating_lock_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_lock')),
    sa.UniqueConstraint('candidate_id', 'user_id', name=op.f('uq_rating_lock_candidate_id_user_id'))
    )
    with op.batch_alter_table('rating_lock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_lock_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rating_lock_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rating_lock_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('rating_lock', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_lock_user_id'))
        batch_op.drop_index(batch_op.f('ix_rating_lock_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_rating_lock_candidate_id'))

    op.drop_table('rating_lock')
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_user_id'))
        batch_op.drop_index(batch_op.f('ix_rating_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_rating_candidate_id'))

    op.drop_table('rating')
    with op.batch_alter_table('manual_value', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_manual_value_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_manual_value_candidate_id'))

    op.drop_table('manual_value')
    with op.batch_alter_table('gate_waiver', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gate_waiver_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_gate_waiver_candidate_id'))

    op.drop_table('gate_waiver')
    with op.batch_alter_table('consensus', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consensus_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_consensus_candidate_id'))

    op.drop_table('consensus')
    with op.batch_alter_table('conflict_of_interest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conflict_of_interest_user_id'))
        batch_op.drop_index(batch_op.f('ix_conflict_of_interest_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_conflict_of_interest_candidate_id'))

    op.drop_table('conflict_of_interest')
    op.drop_table('pinned_scorecard')
    with op.batch_alter_table('scorecard_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scorecard_version_key'))

    op.drop_table('scorecard_version')
