"""The status before a cancellation, so that undoing the cancellation can restore it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("canceled_from", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("subscription", "canceled_from")
