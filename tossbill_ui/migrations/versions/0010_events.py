"""The event log, filled from the subscription history, in its order.

The history table stays until a later migration. Its rows become events whose ids are made from
their millisecond and number; the earlier value of a field is null, because it was not recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

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
    "type IN ('subscription.created', 'subscription.trial_started', 'subscription.plan_changed')"
)

# What the history's kinds are called now.
TYPE_OF_KIND = {
    "subscribed": "subscription.created",
    "trial_started": "subscription.trial_started",
    "paid": "payment.charged",
    "refused": "payment.declined",
    "in_doubt": "payment.unknown",
    "card_needed": "subscription.method_needed",
    "operator_needed": "review.opened",
    "approved": "review.closed",
    "method_changed": "subscription.method_changed",
    "plan_changed": "subscription.plan_changed",
    "change_planned": "subscription.change_planned",
    "change_dropped": "subscription.change_dropped",
    "consent_asked": "subscription.price_consent_asked",
    "consent_given": "subscription.price_consent_given",
    "consent_refused": "subscription.price_consent_refused",
    "paused": "subscription.paused",
    "resumed": "subscription.resumed",
    "canceled": "subscription.canceled",
    "cancel_undone": "subscription.cancel_undone",
    "refund_asked": "refund.requested",
    "refunded": "refund.done",
    "refund_refused": "refund.refused",
    "given_up": "invoice.uncollectible",
    "ended": "subscription.ended",
}
# The detail of these is the plan that began or will begin.
NAMES_PLAN = "kind IN ('subscribed', 'trial_started', 'plan_changed', 'change_planned')"
# What else a detail says in words is a reason now; the others are codes of Toss. The last digits
# of a card, which a changed method had, are not carried over: events say nothing about a person.
REASON_OF_DETAIL = {
    "at period end": "at_period_end",
    "first payment refused": "first_payment_refused",
    "no consent to the higher price": "no_consent",
    "no consent after the trial": "no_consent_after_trial",
}
CARRY_OVER = """
    INSERT INTO event (id, type, at, customer_id, subscription_id, actor_kind, actor_id,
        actor_name, reason, amount_krw, data)
    SELECT {id}, CASE kind {types} END, at, customer_id, subscription_id,
        CASE WHEN actor IN ('customer', 'engine') THEN actor ELSE 'operator' END,
        CASE actor WHEN 'customer' THEN customer_id ELSE '' END,
        CASE WHEN actor IN ('customer', 'engine') THEN '' ELSE actor END,
        CASE WHEN {names_plan} OR kind = 'method_changed' THEN '' ELSE {reason} END,
        amount_krw,
        CASE WHEN {names_plan} THEN {plan} END
    FROM subscription_event ORDER BY at, id
"""
# A UUIDv7: 48 bits of milliseconds, the version, zeros, the variant, the row's old number.
SQLITE = {
    "id": (
        "printf('%012x70008%015x',"
        " strftime('%s', at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER), id)"
    ),
    "plan": "json_object('plan_code', json_array(NULL, detail))",
}
POSTGRESQL = {
    "id": (
        "lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')"
        " || '70008' || lpad(to_hex(id), 15, '0')"
    ),
    "plan": "json_build_object('plan_code', json_build_array(NULL, detail))",
}


def upgrade() -> None:
    _create_table()
    _carry_over()
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
        sa.CheckConstraint(f"actor_kind IN ({ACTORS})", name=op.f("ck_event_actor_kind")),
        sqlite_autoincrement=True,
    )


def _carry_over() -> None:
    """Copy the history with one statement, so that a million rows take seconds."""
    words = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    types = " ".join(f"WHEN '{kind}' THEN '{type_}'" for kind, type_ in TYPE_OF_KIND.items())
    reasons = " ".join(f"WHEN '{said}' THEN '{code}'" for said, code in REASON_OF_DETAIL.items())
    reason = f"CASE detail {reasons} ELSE detail END"
    op.get_bind().exec_driver_sql(
        CARRY_OVER.format(types=types, names_plan=NAMES_PLAN, reason=reason, **words)
    )


def _create_indices() -> None:
    """Create the indexes after the rows are copied, which is faster than maintaining them."""
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
