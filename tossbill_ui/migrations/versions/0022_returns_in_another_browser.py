"""Returns in another browser, which wait there for a yes."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEFORE = ("started", "abandoned", "issuing", "unknown", "issued", "failed")
IS_UNDER_WAY = "status IN ('issuing', 'unknown')"
WAITS = (
    "NOT (status IN ('returned')) OR (auth_key_sealed IS NOT NULL AND auth_key_hash IS NOT NULL"
    " AND returned_at IS NOT NULL AND claimed_at IS NULL AND card_terms IS NULL"
    " AND lease_until IS NULL AND next_try_at IS NULL)"
)
# Nothing was sent to Toss for them.
END = """
    UPDATE registration SET status = 'failed', failure_code = 'RETURN_NOT_CONFIRMED',
    auth_key_sealed = NULL WHERE status = 'returned'
"""


def _is_one_of(statuses: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(repr(status) for status in statuses)})"


def upgrade() -> None:
    with op.batch_alter_table("registration") as table:
        table.add_column(sa.Column("started_by", sa.String(32), nullable=True))
        table.add_column(sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("plan_code", sa.String(40), nullable=True))
        table.drop_constraint(op.f("ck_registration_status"), type_="check")
        table.drop_constraint(op.f("ck_registration_auth_key"), type_="check")
        table.create_check_constraint(
            op.f("ck_registration_status"), _is_one_of((*BEFORE[:2], "returned", *BEFORE[2:]))
        )
        table.create_check_constraint(
            op.f("ck_registration_auth_key"),
            "auth_key_sealed IS NULL OR status IN ('issuing', 'unknown', 'returned')",
        )
        table.create_check_constraint(op.f("ck_registration_returned"), WAITS)


def downgrade() -> None:
    op.execute(END)
    with op.batch_alter_table("registration") as table:
        table.drop_constraint(op.f("ck_registration_returned"), type_="check")
        table.drop_constraint(op.f("ck_registration_auth_key"), type_="check")
        table.drop_constraint(op.f("ck_registration_status"), type_="check")
        table.create_check_constraint(op.f("ck_registration_status"), _is_one_of(BEFORE))
        table.create_check_constraint(
            op.f("ck_registration_auth_key"), f"auth_key_sealed IS NULL OR {IS_UNDER_WAY}"
        )
        table.drop_column("plan_code")
        table.drop_column("returned_at")
        table.drop_column("started_by")
