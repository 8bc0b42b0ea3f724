"""Whether each subscription works, as was published last, and until when by the clock alone.

What has stopped working by now counts as published: nobody is told of it at the upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0029"
branch_labels = None
depends_on = None

# The first day on which a subscription that may stop by itself does not work any more.
ENDS_ON = """
    CASE WHEN status = 'past_due' THEN grace_until_on
    WHEN status IN ('trialing', 'paused', 'canceled') THEN ends_on END
"""
# Midnight of that day in Korea, in the form in which each database stores it, and today there.
TIMES = {
    "sqlite": (f"date({ENDS_ON}, '-1 day') || ' 15:00:00.000000'", "date('now', '+9 hours')"),
    "postgresql": (
        f"CAST({ENDS_ON} AS timestamp) AT TIME ZONE 'Asia/Seoul'",
        "CAST(CURRENT_TIMESTAMP AT TIME ZONE 'Asia/Seoul' AS date)",
    ),
}


def upgrade() -> None:
    # Subscriptions of processes that run until they are replaced begin without access.
    works = sa.Column("has_access", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("subscription", works)
    until = sa.Column("access_until", sa.DateTime(timezone=True), nullable=True)
    op.add_column("subscription", until)
    midnight, today = TIMES[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE subscription SET has_access = true, access_until = {midnight}"  # noqa: S608 - our own text
        f" WHERE status = 'active' OR {ENDS_ON} > {today}"
    )
    set_until = sa.text("access_until IS NOT NULL")
    op.create_index(
        "ix_subscription_access",
        "subscription",
        ["access_until"],
        sqlite_where=set_until,
        postgresql_where=set_until,
    )


def downgrade() -> None:
    op.drop_index("ix_subscription_access", table_name="subscription")
    op.drop_column("subscription", "access_until")
    op.drop_column("subscription", "has_access")
