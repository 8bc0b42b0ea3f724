"""The holder of a leased row."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("notice", "payment", "payment_method", "refund", "registration", "webhook_event")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("held_by", sa.String(8), nullable=True))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "held_by")
