"""A payment method and a registration keep the customer key that they were made with."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("registration", "payment_method")
IS_MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    for name in TABLES:
        op.add_column(name, sa.Column("customer_key", sa.String(50), nullable=True))
        op.execute(
            f"UPDATE {name} SET customer_key ="  # noqa: S608 - our own text
            f" (SELECT customer_key FROM customer WHERE customer.id = {name}.customer_id)"
        )
        with op.batch_alter_table(name) as table:
            table.alter_column("customer_key", existing_type=sa.String(50), nullable=False)
    op.create_index(
        "ix_customer_merged",
        "customer",
        ["merged_into"],
        sqlite_where=IS_MERGED,
        postgresql_where=IS_MERGED,
    )


def downgrade() -> None:
    op.drop_index("ix_customer_merged", table_name="customer")
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("customer_key")
