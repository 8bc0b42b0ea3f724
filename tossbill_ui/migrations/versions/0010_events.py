"""The log of events, numbered in the order of the commits."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TYPES = (
    "'subscription.started', 'subscription.not_started', 'subscription.trial_started',"
    " 'subscription.trial_ending', 'subscription.renewed', 'subscription.past_due',"
    " 'subscription.method_needed', 'subscription.recovered', 'subscription.plan_changed',"
    " 'subscription.not_changed', 'subscription.change_planned', 'subscription.change_dropped',"
    " 'subscription.price_consent_asked', 'subscription.price_consent_given',"
    " 'subscription.price_consent_refused', 'subscription.canceled',"
    " 'subscription.cancel_undone', 'subscription.paused', 'subscription.resumed',"
    " 'subscription.method_changed', 'subscription.ended', 'payment.charged',"
    " 'payment.declined', 'payment.unknown', 'refund.requested', 'refund.done',"
    " 'refund.refused', 'payment_method.registered', 'payment_method.removed',"
    " 'payment_method.expiring', 'invoice.uncollectible', 'review.opened', 'review.closed'"
)
ACTORS = "'customer', 'operator', 'api_key', 'engine', 'toss', 'command'"
SHOWN = sa.text(
    "type IN ('subscription.trial_started', 'subscription.plan_changed',"
    " 'subscription.change_planned', 'subscription.change_dropped',"
    " 'subscription.price_consent_asked', 'subscription.price_consent_given',"
    " 'subscription.price_consent_refused', 'subscription.canceled',"
    " 'subscription.cancel_undone', 'subscription.paused', 'subscription.resumed',"
    " 'subscription.method_changed', 'subscription.ended')"
)
BEGINNINGS = sa.text(
    "type IN ('subscription.started', 'subscription.trial_started', 'subscription.plan_changed')"
)


def upgrade() -> None:
    _create_table()
    _create_indices()


def downgrade() -> None:
    op.drop_table("event")


def _create_table() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", sa.String(32), nullable=False),
        sa.Column("subscription_id", sa.String(32), nullable=True),
        sa.Column("invoice_id", sa.String(32), nullable=True),
        sa.Column("payment_id", sa.String(32), nullable=True),
        sa.Column("refund_id", sa.String(32), nullable=True),
        sa.Column("payment_method_id", sa.String(32), nullable=True),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.String(32), nullable=False),
        sa.Column("actor_name", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.CheckConstraint(f"type IN ({TYPES})", name=op.f("ck_event_type")),
        sa.CheckConstraint(f"actor_kind IN ({ACTORS})", name=op.f("ck_event_actor_kind")),
        sqlite_autoincrement=True,
    )


def _create_indices() -> None:
    """After the rows, where there are some: that takes half the time."""
    op.create_index("ix_event_subscription", "event", ["subscription_id", "seq"])
    for owner in ("customer", "subscription"):
        op.create_index(
            f"ix_event_shown_{owner}",
            "event",
            [f"{owner}_id", "at", "seq"],
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        )
    op.create_index(
        "ix_event_plan",
        "event",
        ["subscription_id", "seq"],
        sqlite_where=BEGINNINGS,
        postgresql_where=BEGINNINGS,
    )
