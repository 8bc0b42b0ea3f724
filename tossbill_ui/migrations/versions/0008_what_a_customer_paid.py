"""A covering index on payments and their amounts, for the chart of twelve months."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DONE = sa.text("status = 'done'")


def upgrade() -> None:
    op.create_index(
        "ix_payment_spent",
        "payment",
        ["customer_id", "created_at", "amount_krw", "refunded_krw", "status"],
        sqlite_where=DONE,
        postgresql_where=DONE,
    )


def downgrade() -> None:
    op.drop_index("ix_payment_spent", "payment")
