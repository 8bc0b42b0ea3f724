"""A customer's history: one index per table and owner, in reading order."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SHOWN = sa.text(
    "kind IN ('trial_started', 'plan_changed', 'change_planned', 'change_dropped',"
    " 'consent_asked', 'consent_given', 'consent_refused', 'method_changed', 'paused',"
    " 'resumed', 'canceled', 'cancel_undone', 'ended')"
)
BEGINNINGS = sa.text("kind IN ('subscribed', 'trial_started', 'plan_changed')")


def upgrade() -> None:
    op.drop_index(op.f("ix_refund_customer_id"), "refund")
    op.create_index("ix_refund_customer", "refund", ["customer_id", "created_at", "id"])
    for table in ("payment", "refund"):
        columns = ["subscription_id", "created_at", "id"]
        op.create_index(f"ix_{table}_subscription", table, columns)
    for owner in ("customer", "subscription"):
        op.create_index(
            f"ix_subscription_event_shown_{owner}",
            "subscription_event",
            [f"{owner}_id", "at", "id"],
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        )
    op.create_index(
        "ix_subscription_event_plan",
        "subscription_event",
        ["subscription_id", "id"],
        sqlite_where=BEGINNINGS,
        postgresql_where=BEGINNINGS,
    )


def downgrade() -> None:
    for name in ("plan", "shown_subscription", "shown_customer"):
        op.drop_index(f"ix_subscription_event_{name}", "subscription_event")
    for table in ("refund", "payment"):
        op.drop_index(f"ix_{table}_subscription", table)
    op.drop_index("ix_refund_customer", "refund")
    op.create_index(op.f("ix_refund_customer_id"), "refund", ["customer_id"])
