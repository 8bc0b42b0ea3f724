"""Store apart, bounded and for a while, the rows that anybody on the internet can cause."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Refused returns were in the audit trail, which is kept for ever.
MOVE = {
    "sqlite": """
        INSERT INTO security_event (day, at, kind, customer_id, subject, caller, more)
        SELECT date(at), at, kind, customer_id, subject, '', 0
        FROM audit_entry WHERE kind LIKE 'refused.%' ORDER BY id
    """,
    "postgresql": """
        INSERT INTO security_event (day, at, kind, customer_id, subject, caller, more)
        SELECT (at AT TIME ZONE 'UTC')::date, at, kind, customer_id, subject, '', 0
        FROM audit_entry WHERE kind LIKE 'refused.%' ORDER BY id
    """,
}
DELETE = "DELETE FROM audit_entry WHERE kind LIKE 'refused.%'"
MOVE_BACK = """
    INSERT INTO audit_entry (at, kind, customer_id, subject)
    SELECT at, kind, customer_id, subject FROM security_event
    WHERE kind LIKE 'refused.%' ORDER BY id
"""


def upgrade() -> None:
    op.create_table(
        "security_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("caller", sa.String(16), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=True),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_day", "security_event", ["day", "caller"])
    op.create_table(
        "webhook_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_webhook_count")),
    )
    op.execute(MOVE[op.get_bind().dialect.name])
    op.execute(DELETE)


def downgrade() -> None:
    op.execute(MOVE_BACK)
    op.drop_table("webhook_count")
    op.drop_index("ix_security_event_day", "security_event")
    op.drop_table("security_event")
