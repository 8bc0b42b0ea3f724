"""The purpose of a registration, and what came of it."""

import sqlalchemy as sa
from alembic import op

from tossbill_ui.core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("subscription_id", sa.String(32), nullable=True))
    op.add_column("registration", sa.Column("changed_at", UtcDateTime(), nullable=True))
    op.add_column("registration", sa.Column("payment_id", sa.String(32), nullable=True))


def downgrade() -> None:
    for column in ("payment_id", "changed_at", "subscription_id"):
        op.drop_column("registration", column)
