"""Lists of the API are read newest first."""

from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("customer", "subscription", "invoice", "payment", "refund")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_created", table, ["created_at", "id"])
    op.create_index("ix_subscription_status", "subscription", ["status", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_subscription_status", table_name="subscription")
    for table in reversed(TABLES):
        op.drop_index(f"ix_{table}_created", table_name=table)
