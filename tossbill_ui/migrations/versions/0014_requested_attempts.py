"""Requested attempts, the last day of collecting, and lower prices in the history."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHOWN = (
    "type IN ('subscription.trial_started', 'subscription.plan_changed',"
    " 'subscription.change_planned', 'subscription.change_dropped',"
    " 'subscription.price_consent_asked', 'subscription.price_consent_given',"
    " 'subscription.price_consent_refused',{added} 'subscription.canceled',"
    " 'subscription.cancel_undone', 'subscription.paused', 'subscription.resumed',"
    " 'subscription.method_changed', 'subscription.ended')"
)


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("subscription", sa.Column("retry_at", instant, nullable=True))
    # Invoices of processes that run until they are replaced have requested no attempt.
    count = sa.Column("requested_refusals", sa.Integer(), nullable=False, server_default="0")
    op.add_column("invoice", count)
    op.add_column("invoice", sa.Column("collect_until_on", sa.Date(), nullable=True))
    _index_shown(" 'subscription.price_lowered',")


def _index_shown(added: str) -> None:
    """Index the events that the history shows anew, with or without another type."""
    shown = sa.text(SHOWN.format(added=added))
    for owner in ("customer", "subscription"):
        name, columns = f"ix_event_shown_{owner}", [f"{owner}_id", "at", "seq"]
        op.drop_index(name, "event")
        op.create_index(name, "event", columns, sqlite_where=shown, postgresql_where=shown)


def downgrade() -> None:
    _index_shown("")
    op.drop_column("invoice", "collect_until_on")
    op.drop_column("invoice", "requested_refusals")
    op.drop_column("subscription", "retry_at")
