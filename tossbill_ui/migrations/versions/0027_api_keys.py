"""API keys, and the commands that were sent with them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("last_used_at", AT),
        sa.Column("expires_at", AT),
        sa.Column("revoked_at", AT),
    )
    op.create_table(
        "api_command",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("lease_until", AT),
        sa.Column("held_by", sa.String(8)),
        sa.Column("next_try_at", AT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String(32), sa.ForeignKey("api_key.id"), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("took_effect_at", AT),
        sa.UniqueConstraint("key_id", "idempotency_key"),
    )
    op.create_index("ix_api_command_created", "api_command", ["created_at"])


def downgrade() -> None:
    op.drop_table("api_command")
    op.drop_table("api_key")
