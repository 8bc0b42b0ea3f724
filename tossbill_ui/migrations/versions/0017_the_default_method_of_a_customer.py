"""The payment method that a customer chose as the default."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

IS_DEFAULT = sa.text("is_default")


def upgrade() -> None:
    column = sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("payment_method", column)
    with op.batch_alter_table("payment_method") as table:
        table.alter_column("is_default", existing_type=sa.Boolean(), server_default=None)
        table.create_check_constraint(
            op.f("ck_payment_method_default"), "NOT is_default OR status <> 'removed'"
        )
    op.create_index(
        "uq_payment_method_one_default",
        "payment_method",
        ["customer_id"],
        unique=True,
        sqlite_where=IS_DEFAULT,
        postgresql_where=IS_DEFAULT,
    )


def downgrade() -> None:
    op.drop_index("uq_payment_method_one_default", "payment_method")
    with op.batch_alter_table("payment_method") as table:
        table.drop_constraint(op.f("ck_payment_method_default"), type_="check")
        table.drop_column("is_default")
