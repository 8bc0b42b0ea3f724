"""Mails carry codes for a while, and links that are limited to a task."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TASKS = "task IN ('pay', 'method', 'price', 'plan', 'pause', 'cancel', 'history')"
IS_SCOPE = "(task IS NULL) = (subscription_id IS NULL)"
BEFORE = "status IN ('waiting', 'sent', 'kept', 'no_address', 'failed')"
AFTER = "status IN ('waiting', 'sent', 'kept', 'no_address', 'failed', 'expired')"


def upgrade() -> None:
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("task", sa.String(16), nullable=True))
        table.add_column(sa.Column("subscription_id", sa.String(32), nullable=True))
        table.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        table.create_check_constraint(op.f("ck_notice_task"), TASKS)
        table.create_check_constraint(op.f("ck_notice_scope"), IS_SCOPE)
        table.drop_constraint(op.f("ck_notice_status"), type_="check")
        table.create_check_constraint(op.f("ck_notice_status"), AFTER)


def downgrade() -> None:
    op.execute("UPDATE notice SET status = 'failed' WHERE status = 'expired'")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("ck_notice_status"), type_="check")
        table.create_check_constraint(op.f("ck_notice_status"), BEFORE)
        for name in ("task", "scope"):
            table.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
        for name in ("expires_at", "subscription_id", "task"):
            table.drop_column(name)
