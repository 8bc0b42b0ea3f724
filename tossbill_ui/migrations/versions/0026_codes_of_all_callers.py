"""Codes are counted over all callers."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sign_in_code_purpose", "sign_in_code", ["purpose", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_code_purpose", table_name="sign_in_code")
