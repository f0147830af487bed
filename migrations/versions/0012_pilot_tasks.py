"""Pilots of every task that can be compared."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = ("classification", "boxes")
_AFTER = ("classification", "multilabel", "boxes", "polygons", "masks", "spans", "transcription", "translation")


def _among(tasks: tuple[str, ...]) -> str:
    return f"task IN ({', '.join(repr(one) for one in tasks)})"


def _allow(tasks: tuple[str, ...]) -> None:
    with op.batch_alter_table("pilot") as batch:
        batch.drop_constraint("pilottask", type_="check")
        batch.create_check_constraint("pilottask", sa.text(_among(tasks)))


def upgrade() -> None:
    """Let the new tasks in."""
    _allow(_AFTER)


def downgrade() -> None:
    """Only where no pilot of a new task is there."""
    _allow(_BEFORE)
