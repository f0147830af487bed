"""decisions"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'proposed', 'approved', 'rejected', 'withdrawn', name='decisionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('selected_id', sa.Uuid(), nullable=True),
    sa.Column('reserve_id', sa.Uuid(), nullable=True),
    sa.Column('reserve_until', sa.Date(), nullable=True),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('months', sa.Integer(), nullable=False),
    sa.Column('give_up', sa.JSON(), nullable=False),
    sa.Column('risks', sa.JSON(), nullable=False),
    sa.Column('dissent', sa.JSON(), nullable=False),
    sa.Column('next_steps', sa.JSON(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('recommended_by', sa.Uuid(), nullable=True),
    sa.Column('closed_reason', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_decision_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reserve_id'], ['candidate.id'], name=op.f('fk_decision_reserve_id_candidate')),
    sa.ForeignKeyConstraint(['selected_id'], ['candidate.id'], name=op.f('fk_decision_selected_id_candidate')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('evaluation_id', 'number', name=op.f('uq_decision_evaluation_id_number'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_reserve_id'), ['reserve_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_selected_id'), ['selected_id'], unique=False)

    op.create_table('memo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('record', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('inputs', sa.String(length=64), nullable=False),
    sa.Column('audit_head', sa.String(length=100), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('printed', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_memo_decision_id_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_memo_file_id_file'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memo')),
    sa.UniqueConstraint('decision_id', 'number', name=op.f('uq_memo_decision_id_number'))
    )
    with op.batch_alter_table('memo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_memo_digest'), ['digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_memo_file_id'), ['file_id'], unique=False)

    op.create_table('approval',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('memo_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=80), nullable=False),
    sa.Column('holder_name', sa.String(length=120), nullable=False),
    sa.Column('verdict', sa.Enum('approve', 'return', 'reject', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('comment', sa.String(length=2000), nullable=False),
    sa.Column('signer_id', sa.Uuid(), nullable=False),
    sa.Column('by_link', sa.Boolean(), nullable=False),
    sa.Column('memo_digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_approval_decision_id_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['memo_id'], ['memo.id'], name=op.f('fk_approval_memo_id_memo'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval'))
    )
    with op.batch_alter_table('approval', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_approval_decision_id'), ['decision_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_approval_memo_id'), ['memo_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('approval', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_approval_memo_id'))
        batch_op.drop_index(batch_op.f('ix_approval_decision_id'))

    op.drop_table('approval')
    with op.batch_alter_table('memo', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_memo_file_id'))
        batch_op.drop_index(batch_op.f('ix_memo_digest'))

    op.drop_table('memo')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_selected_id'))
        batch_op.drop_index(batch_op.f('ix_decision_reserve_id'))

    op.drop_table('decision')
