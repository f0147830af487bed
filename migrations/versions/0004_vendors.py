"""vendors"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


# The index reads its text from vendor_search; the triggers hang on that table, which is never altered.
SQLITE = (
    "CREATE VIRTUAL TABLE vendor_fts USING fts5(document, content='vendor_search', content_rowid='n', "
    "tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER vendor_search_added AFTER INSERT ON vendor_search "
    "BEGIN INSERT INTO vendor_fts(rowid, document) VALUES (new.n, new.document); END",
    "CREATE TRIGGER vendor_search_removed AFTER DELETE ON vendor_search "
    "BEGIN INSERT INTO vendor_fts(vendor_fts, rowid, document) VALUES ('delete', old.n, old.document); END",
    "CREATE TRIGGER vendor_search_changed AFTER UPDATE ON vendor_search "
    "BEGIN INSERT INTO vendor_fts(vendor_fts, rowid, document) VALUES ('delete', old.n, old.document); "
    "INSERT INTO vendor_fts(rowid, document) VALUES (new.n, new.document); END",
)
POSTGRES = ("CREATE INDEX fts_vendor_search ON vendor_search USING gin (to_tsvector('simple', document))",)


def upgrade() -> None:
    op.create_table('vendor',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('vendor', 'in_house', name='vendorkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('active', 'on_hold', 'archived', name='vendorstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status_reason', sa.String(length=500), nullable=False),
    sa.Column('website', sa.String(length=300), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('summary', sa.String(length=4000), nullable=False),
    sa.Column('contact_name', sa.String(length=120), nullable=False),
    sa.Column('contact_email', sa.String(length=200), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor')),
    sa.UniqueConstraint('name_key', name=op.f('uq_vendor_name_key'))
    )
    op.create_table('agreement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.Enum('requested', 'draft', 'sent', 'signed', 'ended', name='agreementstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_agreement_vendor_id_vendor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement'))
    )
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('certificate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('standard', sa.String(length=40), nullable=False),
    sa.Column('standing', sa.Enum('claimed', 'evidenced', 'verified', name='standing', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('scope', sa.String(length=1000), nullable=False),
    sa.Column('issuer', sa.String(length=120), nullable=False),
    sa.Column('period_end', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('bridge_until', sa.Date(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_certificate_vendor_id_vendor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_standard'), ['standard'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificate_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('vendor_capability',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('facet', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_vendor_capability_vendor_id_vendor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_capability')),
    sa.UniqueConstraint('vendor_id', 'facet', 'value', name=op.f('uq_vendor_capability_vendor_id'))
    )
    with op.batch_alter_table('vendor_capability', schema=None) as batch_op:
        batch_op.create_index('ix_facet_value', ['facet', 'value'], unique=False)
        batch_op.create_index(batch_op.f('ix_vendor_capability_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('vendor_fact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('standing', sa.Enum('claimed', 'evidenced', 'verified', name='standing', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source_kind', sa.String(length=40), nullable=False),
    sa.Column('source_id', sa.String(length=64), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_vendor_fact_vendor_id_vendor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_fact'))
    )
    with op.batch_alter_table('vendor_fact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vendor_fact_key'), ['key'], unique=False)
        batch_op.create_index(batch_op.f('ix_vendor_fact_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('vendor_search',
    sa.Column('n', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('vendor_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_vendor_search_vendor_id_vendor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('n', name=op.f('pk_vendor_search')),
    sa.UniqueConstraint('vendor_id', name=op.f('uq_vendor_search_vendor_id'))
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE vendor_fts")
    op.drop_table('vendor_search')
    with op.batch_alter_table('vendor_fact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vendor_fact_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_vendor_fact_key'))

    op.drop_table('vendor_fact')
    with op.batch_alter_table('vendor_capability', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vendor_capability_vendor_id'))
        batch_op.drop_index('ix_facet_value')

    op.drop_table('vendor_capability')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_certificate_standard'))

    op.drop_table('certificate')
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agreement_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_agreement_kind'))

    op.drop_table('agreement')
    op.drop_table('vendor')
