"""The terms agreed to in our own card form, whose registrations have no authKey."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IS_UNDER_WAY = "status IN ('issuing', 'unknown')"
# A registration by form that is under way cannot go on without its process; nothing was charged.
END = f"""
    UPDATE registration SET status = 'failed', failure_code = 'CARD_NOT_CONFIRMED',
    lease_until = NULL, next_try_at = NULL
    WHERE {IS_UNDER_WAY} AND auth_key_sealed IS NULL
"""  # noqa: S608 - our own text


def upgrade() -> None:
    with op.batch_alter_table("registration") as table:
        table.add_column(sa.Column("card_terms", sa.String(16), nullable=True))
        table.drop_constraint(op.f("ck_registration_auth_key"), type_="check")
        table.create_check_constraint(
            op.f("ck_registration_auth_key"), f"auth_key_sealed IS NULL OR {IS_UNDER_WAY}"
        )
        table.create_check_constraint(
            op.f("ck_registration_way"),
            f"NOT ({IS_UNDER_WAY}) OR auth_key_sealed IS NOT NULL OR card_terms IS NOT NULL",
        )


def downgrade() -> None:
    op.execute(END)
    with op.batch_alter_table("registration") as table:
        table.drop_constraint(op.f("ck_registration_way"), type_="check")
        table.drop_constraint(op.f("ck_registration_auth_key"), type_="check")
        table.create_check_constraint(
            op.f("ck_registration_auth_key"), f"({IS_UNDER_WAY}) = (auth_key_sealed IS NOT NULL)"
        )
        table.drop_column("card_terms")
