"""pilots"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pilot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('task', sa.Enum('classification', 'boxes', name='pilottask', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('goal', sa.String(length=2000), nullable=False),
    sa.Column('state', sa.Enum('planned', 'running', 'closed', name='pilotstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('iou', sa.Integer(), nullable=False),
    sa.Column('data_class', sa.String(length=40), nullable=False),
    sa.Column('seed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('criteria', sa.JSON(), nullable=False),
    sa.Column('criteria_locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_pilot_evaluation_id_evaluation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot'))
    )
    with op.batch_alter_table('pilot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('accepted', 'replaced', name='deliverystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('times_file_id', sa.Uuid(), nullable=True),
    sa.Column('times_digest', sa.String(length=64), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('labels', sa.Integer(), nullable=False),
    sa.Column('annotators', sa.Integer(), nullable=True),
    sa.Column('repairs', sa.JSON(), nullable=False),
    sa.Column('warnings', sa.JSON(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_delivery_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_delivery_file_id_file'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_delivery_pilot_id_pilot'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['times_file_id'], ['file.id'], name=op.f('fk_delivery_times_file_id_file'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_times_file_id'), ['times_file_id'], unique=False)
        batch_op.create_index('uq_delivery_accepted', ['pilot_id', 'candidate_id', 'round'], unique=True, sqlite_where=sa.text("state = 'accepted'"), postgresql_where=sa.text("state = 'accepted'"))

    op.create_table('gold_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('labels', sa.Integer(), nullable=False),
    sa.Column('classes', sa.JSON(), nullable=False),
    sa.Column('repairs', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_gold_version_file_id_file'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_gold_version_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gold_version')),
    sa.UniqueConstraint('pilot_id', 'number', name=op.f('uq_gold_version_pilot_id_number'))
    )
    with op.batch_alter_table('gold_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gold_version_file_id'), ['file_id'], unique=False)

    op.create_table('pilot_offer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('minimum', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_pilot_offer_candidate_id_candidate'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_offer_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_offer')),
    sa.UniqueConstraint('pilot_id', 'candidate_id', name=op.f('uq_pilot_offer_pilot_id_candidate_id'))
    )
    with op.batch_alter_table('pilot_offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_offer_candidate_id'), ['candidate_id'], unique=False)

    op.create_table('pilot_result',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('engine', sa.String(length=40), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.Column('outcomes', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_result_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_result')),
    sa.UniqueConstraint('pilot_id', 'digest', name=op.f('uq_pilot_result_pilot_id_digest')),
    sa.UniqueConstraint('pilot_id', 'revision', name=op.f('uq_pilot_result_pilot_id_revision'))
    )


def downgrade() -> None:
    op.drop_table('pilot_result')
    with op.batch_alter_table('pilot_offer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_offer_candidate_id'))

    op.drop_table('pilot_offer')
    with op.batch_alter_table('gold_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gold_version_file_id'))

    op.drop_table('gold_version')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('uq_delivery_accepted', sqlite_where=sa.text("state = 'accepted'"), postgresql_where=sa.text("state = 'accepted'"))
        batch_op.drop_index(batch_op.f('ix_delivery_times_file_id'))
        batch_op.drop_index(batch_op.f('ix_delivery_file_id'))
        batch_op.drop_index(batch_op.f('ix_delivery_candidate_id'))

    op.drop_table('delivery')
    with op.batch_alter_table('pilot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_evaluation_id'))

    op.drop_table('pilot')
