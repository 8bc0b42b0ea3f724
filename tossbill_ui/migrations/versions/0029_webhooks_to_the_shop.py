"""Webhooks to the shop, and mails to operators."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = "done_at IS NULL AND given_up_at IS NULL"
BOTH_SECRETS = "(old_secret_sealed IS NULL) = (old_secret_until IS NULL)"
BOTH_ENDS = "(replay_after IS NULL) = (replay_to IS NULL)"


def upgrade() -> None:
    _create_endpoints()
    _create_deliveries()
    with op.batch_alter_table("notice") as table:
        table.alter_column("customer_id", existing_type=sa.String(32), nullable=True)


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("old_secret_sealed", sa.Text(), nullable=True),
        sa.Column("old_secret_until", INSTANT, nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("last_success_at", INSTANT, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("replay_after", sa.BigInteger(), nullable=True),
        sa.Column("replay_to", sa.BigInteger(), nullable=True),
        _check("failing", "state <> 'failing' OR failing_since IS NOT NULL"),
        _check("state", "state IN ('on', 'failing', 'off')"),
        _check("old_secret", BOTH_SECRETS),
        _check("replay", BOTH_ENDS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_webhook_endpoint_{name}"))


def _create_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("held_by", sa.String(8), nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.String(32), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(200), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("given_up_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "done_at IS NULL OR given_up_at IS NULL", name=op.f("ck_webhook_delivery_ended")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "endpoint_id", "event_seq", name=op.f("uq_webhook_delivery_endpoint_id_event_seq")
        ),
    )
    op.create_index(
        "ix_webhook_delivery_open",
        "webhook_delivery",
        ["endpoint_id", "next_try_at", "event_seq"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE customer_id IS NULL")
    with op.batch_alter_table("notice") as table:
        table.alter_column("customer_id", existing_type=sa.String(32), nullable=False)
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
