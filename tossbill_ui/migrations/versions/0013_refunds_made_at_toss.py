"""Refunds made at Toss, refunds that wait for an earlier one, and how differences were resolved."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = "status IN ('pending', 'unknown')"
SENT = f"{OPEN} AND balance_krw IS NOT NULL"
HAS_KEY = "transaction_key IS NOT NULL"
RESOLUTIONS = "'toss', 'refund', 'closed'"
# Two refunds of a payment never have the same key; an empty one says nothing.
FORGET_KEYS = """
    UPDATE refund SET transaction_key = NULL WHERE transaction_key = '' OR EXISTS (
        SELECT 1 FROM refund other WHERE other.payment_id = refund.payment_id
        AND other.transaction_key = refund.transaction_key AND other.number < refund.number)
"""


def upgrade() -> None:
    _change_refunds()
    _change_differences()


def _change_refunds() -> None:
    op.drop_index("uq_refund_one_open", "refund")
    op.add_column("refund", sa.Column("origin", sa.String(8), nullable=True))
    op.add_column("refund", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE refund SET origin = 'shop'")
    op.execute(FORGET_KEYS)
    with op.batch_alter_table("refund") as table:
        table.alter_column("origin", existing_type=sa.String(8), nullable=False)
        table.alter_column("balance_krw", existing_type=sa.Integer(), nullable=True)
        table.create_check_constraint(op.f("ck_refund_origin"), "origin IN ('shop', 'toss')")
        table.create_check_constraint(
            op.f("ck_refund_made_at_toss"),
            "origin <> 'toss' OR (status = 'done' AND transaction_key IS NOT NULL)",
        )
        table.create_check_constraint(
            op.f("ck_refund_sent"), "balance_krw IS NOT NULL OR status IN ('pending', 'refused')"
        )
    _unique("uq_refund_one_sent", ["payment_id"], SENT)
    _unique("uq_refund_transaction", ["payment_id", "transaction_key"], HAS_KEY)


def _change_differences() -> None:
    op.add_column("difference", sa.Column("resolution", sa.String(16), nullable=True))
    op.execute("UPDATE difference SET resolution = 'closed' WHERE resolved_at IS NOT NULL")
    with op.batch_alter_table("difference") as table:
        table.create_check_constraint(
            op.f("ck_difference_resolution"), f"resolution IN ({RESOLUTIONS})"
        )
        table.create_check_constraint(
            op.f("ck_difference_resolved"), "(resolved_at IS NULL) = (resolution IS NULL)"
        )


def downgrade() -> None:
    # Refunds made at Toss stay as refunds; one that waits for another cannot be kept as it is.
    op.drop_index("uq_refund_transaction", "refund")
    op.drop_index("uq_refund_one_sent", "refund")
    op.execute(
        "UPDATE refund SET status = 'refused', balance_krw = amount_krw WHERE balance_krw IS NULL"
    )
    with op.batch_alter_table("refund") as table:
        for name in ("origin", "made_at_toss", "sent"):
            table.drop_constraint(op.f(f"ck_refund_{name}"), type_="check")
        table.alter_column("balance_krw", existing_type=sa.Integer(), nullable=False)
        table.drop_column("origin")
        table.drop_column("closed_at")
    _unique("uq_refund_one_open", ["payment_id"], OPEN)
    with op.batch_alter_table("difference") as table:
        for name in ("resolution", "resolved"):
            table.drop_constraint(op.f(f"ck_difference_{name}"), type_="check")
        table.drop_column("resolution")


def _unique(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        "refund",
        columns,
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )
