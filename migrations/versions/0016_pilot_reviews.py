"""pilot reviews"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gold_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('ruling', sa.Enum('stands', 'wrong', 'exclude', name='ruling', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('label', sa.String(length=500), nullable=False),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('published', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_gold_decision_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gold_decision')),
    sa.UniqueConstraint('pilot_id', 'gold_number', 'item', name=op.f('uq_gold_decision_pilot_id_gold_number_item'))
    )
    op.create_table('pilot_issue',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_issue_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_issue'))
    )
    with op.batch_alter_table('pilot_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_issue_pilot_id'), ['pilot_id'], unique=False)

    op.create_table('pilot_look',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_look_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_look')),
    sa.UniqueConstraint('pilot_id', 'person_id', name=op.f('uq_pilot_look_pilot_id_person_id'))
    )
    op.create_table('issue_comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issue_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.ForeignKeyConstraint(['issue_id'], ['pilot_issue.id'], name=op.f('fk_issue_comment_issue_id_pilot_issue'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issue_comment'))
    )
    with op.batch_alter_table('issue_comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_issue_comment_issue_id'), ['issue_id'], unique=False)

    op.create_table('pilot_review',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('result_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('overlap', sa.Integer(), nullable=False),
    sa.Column('seed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shows_gold', sa.Boolean(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('started_by', sa.Uuid(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_review_pilot_id_pilot'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['result_id'], ['pilot_result.id'], name=op.f('fk_pilot_review_result_id_pilot_result'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_review'))
    )
    with op.batch_alter_table('pilot_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_review_pilot_id'), ['pilot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pilot_review_result_id'), ['result_id'], unique=False)

    op.create_table('review_task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Uuid(), nullable=False),
    sa.Column('reviewer_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('at', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.Enum('accept', 'fix', 'reject', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('fault', sa.Enum('missing', 'extra', 'wrong_label', 'loose', 'duplicate', 'attribute', 'guideline_unclear', 'item_unusable', name='fault', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('thumb', sa.Enum('up', 'down', name='thumb', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('comment', sa.String(length=2000), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_review_task_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['review_id'], ['pilot_review.id'], name=op.f('fk_review_task_review_id_pilot_review'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_task')),
    sa.UniqueConstraint('review_id', 'reviewer_id', 'candidate_id', 'at', name=op.f('uq_review_task_review_id_reviewer_id_candidate_id_at'))
    )
    with op.batch_alter_table('review_task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_task_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_task_reviewer_id'), ['reviewer_id'], unique=False)

    with op.batch_alter_table('gold_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('amendments', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('gold_version', schema=None) as batch_op:
        batch_op.alter_column('amendments', server_default=None)



def downgrade() -> None:
    with op.batch_alter_table('gold_version', schema=None) as batch_op:
        batch_op.drop_column('amendments')

    with op.batch_alter_table('review_task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_task_reviewer_id'))
        batch_op.drop_index(batch_op.f('ix_review_task_candidate_id'))

    op.drop_table('review_task')
    with op.batch_alter_table('pilot_review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_review_result_id'))
        batch_op.drop_index(batch_op.f('ix_pilot_review_pilot_id'))

    op.drop_table('pilot_review')
    with op.batch_alter_table('issue_comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_issue_comment_issue_id'))

    op.drop_table('issue_comment')
    op.drop_table('pilot_look')
    with op.batch_alter_table('pilot_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_issue_pilot_id'))

    op.drop_table('pilot_issue')
    op.drop_table('gold_decision')
