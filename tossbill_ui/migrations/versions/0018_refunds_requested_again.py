"""Refused refunds that were requested again are closed, as they are now when that happens."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CLOSE = """
    UPDATE refund SET closed_at = ended_at
    WHERE status = 'refused' AND closed_at IS NULL AND EXISTS (
        SELECT 1 FROM refund later WHERE later.payment_id = refund.payment_id
        AND later.number > refund.number AND later.origin = 'shop'
        AND later.created_at > refund.ended_at)
"""


def upgrade() -> None:
    op.execute(CLOSE)


def downgrade() -> None:
    """Leave them closed: an earlier version does not list them either."""
