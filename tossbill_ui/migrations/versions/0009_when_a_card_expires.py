"""The expiry date of a payment method, where it is known."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_method", sa.Column("expires_on", sa.Date(), nullable=True))
    op.create_index("ix_payment_method_expires_on", "payment_method", ["expires_on"])


def downgrade() -> None:
    op.drop_index("ix_payment_method_expires_on", "payment_method")
    op.drop_column("payment_method", "expires_on")
