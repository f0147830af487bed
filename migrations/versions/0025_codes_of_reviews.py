"""Reviews draw codes of their own for candidates; issues remember the review they come from."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LETTERS = "BCDFGHJKLMNPQRTVWXZ"
_REVIEW = sa.table(
    "pilot_review",
    sa.column("id", sa.Uuid()),
    sa.column("codes", sa.JSON()),
    sa.column("closed_at", sa.DateTime(timezone=True)),
    sa.column("told_at", sa.DateTime(timezone=True)),
)
_TASK = sa.table("review_task", sa.column("review_id", sa.Uuid()), sa.column("code", sa.String()))
_ISSUE = sa.table("pilot_issue", sa.column("review_id", sa.Uuid()), sa.column("code", sa.String()))


def upgrade() -> None:
    """What is closed was told; open reviews go on under new codes."""
    with op.batch_alter_table("pilot_review") as batch:
        batch.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("pilot_issue") as batch:
        batch.add_column(sa.Column("review_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_pilot_issue_review_id_pilot_review"),
            "pilot_review",
            ["review_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_index(batch.f("ix_pilot_issue_review_id"), ["review_id"])
    op.execute(_REVIEW.update().values(told_at=_REVIEW.c.closed_at))
    for review_id, present in op.get_bind().execute(sa.select(_REVIEW.c.id, _REVIEW.c.codes)).all():
        codes = dict(zip(_drawn(len(present)), present, strict=True))
        for own, code in codes.items():
            named = _TASK.c.review_id == review_id, _TASK.c.code == code
            op.execute(_TASK.update().where(*named).values(code=own))
        op.execute(_REVIEW.update().where(_REVIEW.c.id == review_id).values(codes=codes))


def downgrade() -> None:
    """Reviews go by the pilot's codes again."""
    reviews = op.get_bind().execute(sa.select(_REVIEW.c.id, _REVIEW.c.codes)).all()
    for review_id, codes in reviews:
        for own, code in codes.items():
            for table in (_TASK, _ISSUE):
                named = table.c.review_id == review_id, table.c.code == own
                op.execute(table.update().where(*named).values(code=code))
        op.execute(_REVIEW.update().where(_REVIEW.c.id == review_id).values(codes=list(codes.values())))
    with op.batch_alter_table("pilot_issue") as batch:
        batch.drop_index(batch.f("ix_pilot_issue_review_id"))
        batch.drop_constraint(batch.f("fk_pilot_issue_review_id_pilot_review"), type_="foreignkey")
        batch.drop_column("review_id")
    with op.batch_alter_table("pilot_review") as batch:
        batch.drop_column("told_at")


def _drawn(count: int) -> list[str]:
    every = [a + b for a in _LETTERS for b in _LETTERS if a != b]
    return secrets.SystemRandom().sample(every, count)

