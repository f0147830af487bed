"""vendor link sessions, calls, mail"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('outgoing_mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subject_kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('to', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('calendar', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sent', 'failed', 'bounced', name='mailstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('error', sa.String(length=500), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_mail'))
    )
    with op.batch_alter_table('outgoing_mail', schema=None) as batch_op:
        batch_op.create_index('ix_outgoing_mail_subject', ['subject_kind', 'subject_id'], unique=False)

    op.create_table('link_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('link_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['one_time_link.id'], name=op.f('fk_link_session_link_id_one_time_link'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_link_session_digest'))
    )
    with op.batch_alter_table('link_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_session_link_id'), ['link_id'], unique=False)

    op.create_table('answer_return',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('returned_by', sa.Uuid(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_answer_return_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_return'))
    )
    with op.batch_alter_table('answer_return', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_return_response_id'), ['response_id'], unique=False)

    op.create_table('clarification',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('question_id', sa.String(length=80), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('wording', sa.String(length=2000), nullable=False),
    sa.Column('answer', sa.String(length=4000), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_clarification_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_clarification_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clarification'))
    )
    with op.batch_alter_table('clarification', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clarification_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_clarification_response_id'), ['response_id'], unique=False)

    op.create_table('discovery_call',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('place', sa.String(length=500), nullable=False),
    sa.Column('attendees', sa.JSON(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_discovery_call_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discovery_call')),
    sa.UniqueConstraint('response_id', name=op.f('uq_discovery_call_response_id'))
    )
    op.create_table('follow_up',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.String(length=80), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_follow_up_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sa.UniqueConstraint('response_id', 'question_id', name=op.f('uq_follow_up_response_id_question_id'))
    )
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_follow_up_response_id'), ['response_id'], unique=False)

    op.create_table('late_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.String(length=80), nullable=False),
    sa.Column('value', sa.JSON(), nullable=True),
    sa.Column('comment', sa.String(length=4000), nullable=False),
    sa.Column('saved_by', sa.Uuid(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_late_draft_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_draft')),
    sa.UniqueConstraint('response_id', 'question_id', 'saved_by', name=op.f('uq_late_draft_response_id_question_id_saved_by'))
    )
    with op.batch_alter_table('late_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_late_draft_response_id'), ['response_id'], unique=False)

    op.create_table('response_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('link_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('main', 'reminder', 'delegate', name='linkkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('section_id', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['one_time_link.id'], name=op.f('fk_response_link_link_id_one_time_link'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['questionnaire_response.id'], name=op.f('fk_response_link_response_id_questionnaire_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response_link')),
    sa.UniqueConstraint('link_id', name=op.f('uq_response_link_link_id'))
    )
    with op.batch_alter_table('response_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_link_response_id'), ['response_id'], unique=False)

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('comment', sa.String(length=4000), nullable=False, server_default=''))

    with op.batch_alter_table('answer_revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('comment', sa.String(length=4000), nullable=False, server_default=''))

    with op.batch_alter_table('questionnaire_response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reminders', sa.Boolean(), nullable=False, server_default=sa.true()))

    # What vendors wrote beside an answer stood in the same column as our own notes.
    for table in ('answer', 'answer_revision'):
        op.execute(
            f"UPDATE {table} SET comment = note, note = '' "
            "WHERE answered_by IN (SELECT id FROM one_time_link)"
        )
    op.execute(
        "INSERT INTO response_link (id, created_at, response_id, link_id, kind, section_id) "
        "SELECT link_id, created_at, id, link_id, 'main', '' FROM questionnaire_response "
        "WHERE link_id IN (SELECT id FROM one_time_link)"
    )



def downgrade() -> None:
    for table in ('answer', 'answer_revision'):
        op.execute(f"UPDATE {table} SET note = comment WHERE note = ''")
    with op.batch_alter_table('questionnaire_response', schema=None) as batch_op:
        batch_op.drop_column('reminders')

    with op.batch_alter_table('answer_revision', schema=None) as batch_op:
        batch_op.drop_column('comment')

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_column('comment')

    with op.batch_alter_table('response_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_link_response_id'))

    op.drop_table('response_link')
    with op.batch_alter_table('late_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_late_draft_response_id'))

    op.drop_table('late_draft')
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_follow_up_response_id'))

    op.drop_table('follow_up')
    op.drop_table('discovery_call')
    with op.batch_alter_table('clarification', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clarification_response_id'))
        batch_op.drop_index(batch_op.f('ix_clarification_evaluation_id'))

    op.drop_table('clarification')
    with op.batch_alter_table('answer_return', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_return_response_id'))

    op.drop_table('answer_return')
    with op.batch_alter_table('link_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_session_link_id'))

    op.drop_table('link_session')
    with op.batch_alter_table('outgoing_mail', schema=None) as batch_op:
        batch_op.drop_index('ix_outgoing_mail_subject')

    op.drop_table('outgoing_mail')
