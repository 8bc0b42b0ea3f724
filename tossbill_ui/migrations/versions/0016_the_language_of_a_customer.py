"""The language of the last page that a customer saw."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer", sa.Column("language", sa.String(2), nullable=True))


def downgrade() -> None:
    op.drop_column("customer", "language")
