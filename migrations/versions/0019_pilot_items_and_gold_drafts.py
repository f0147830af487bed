"""Items apart from the gold, their images, gold made of two label sets, corrected answers for every task."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

_ADDED = ("answer", "taken_from", "source")


def upgrade() -> None:
    op.create_table('gold_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('open', 'frozen', 'dropped', name='draftstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('first_file_id', sa.Uuid(), nullable=False),
    sa.Column('second_file_id', sa.Uuid(), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('items_digest', sa.String(length=64), nullable=False),
    sa.Column('iou', sa.Integer(), nullable=False),
    sa.Column('plain_texts', sa.Boolean(), nullable=False),
    sa.Column('accepts_repairs', sa.Boolean(), nullable=False),
    sa.Column('agreed', sa.Integer(), nullable=False),
    sa.Column('disputed', sa.Integer(), nullable=False),
    sa.Column('agreement', sa.JSON(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('gold_number', sa.Integer(), nullable=True),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.Column('frozen_by', sa.Uuid(), nullable=True),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['first_file_id'], ['file.id'], name=op.f('fk_gold_draft_first_file_id_file'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_gold_draft_pilot_id_pilot'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_file_id'], ['file.id'], name=op.f('fk_gold_draft_second_file_id_file'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gold_draft'))
    )
    with op.batch_alter_table('gold_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gold_draft_first_file_id'), ['first_file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gold_draft_pilot_id'), ['pilot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gold_draft_second_file_id'), ['second_file_id'], unique=False)

    op.create_table('pilot_images',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('images', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_pilot_images_file_id_file'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_images_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_images'))
    )
    with op.batch_alter_table('pilot_images', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_images_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pilot_images_pilot_id'), ['pilot_id'], unique=False)

    op.create_table('pilot_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pilot_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_pilot_items_file_id_file'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_items_pilot_id_pilot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilot_items')),
    sa.UniqueConstraint('pilot_id', 'number', name=op.f('uq_pilot_items_pilot_id_number'))
    )
    with op.batch_alter_table('pilot_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pilot_items_file_id'), ['file_id'], unique=False)

    op.create_table('gold_choice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.String(length=1000), nullable=False),
    sa.Column('kind', sa.Enum('take', 'own', 'exclude', name='choicekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('side', sa.Integer(), nullable=False),
    sa.Column('marks', sa.JSON(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['gold_draft.id'], name=op.f('fk_gold_choice_draft_id_gold_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gold_choice')),
    sa.UniqueConstraint('draft_id', 'item', name=op.f('uq_gold_choice_draft_id_item'))
    )
    with op.batch_alter_table("gold_decision") as batch:
        batch.add_column(sa.Column("answer", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("taken_from", sa.String(length=12), nullable=False, server_default=""))
        batch.add_column(sa.Column("source", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("gold_decision") as batch:
        for name in _ADDED:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("gold_decision") as batch:
        for name in _ADDED:
            batch.drop_column(name)
    op.drop_table('gold_choice')
    with op.batch_alter_table('pilot_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_items_file_id'))

    op.drop_table('pilot_items')
    with op.batch_alter_table('pilot_images', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pilot_images_pilot_id'))
        batch_op.drop_index(batch_op.f('ix_pilot_images_file_id'))

    op.drop_table('pilot_images')
    with op.batch_alter_table('gold_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gold_draft_second_file_id'))
        batch_op.drop_index(batch_op.f('ix_gold_draft_pilot_id'))
        batch_op.drop_index(batch_op.f('ix_gold_draft_first_file_id'))

    op.drop_table('gold_draft')
