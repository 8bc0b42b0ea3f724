"""Sessions, portal links and codes are rows, and a customer can be the shop's user."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TASKS = "task IN ('pay', 'method', 'price', 'plan', 'pause', 'cancel', 'history')"
IS_SCOPE = "(task IS NULL) = (subscription_id IS NULL)"
# A session that took over has all registrations of its customer (ADR-0036). When each was last
# used is not known: its days are counted from now.
CARRY = """
    INSERT INTO session (id, customer_id, via, user_agent, created_at, last_seen_at)
    SELECT session_id, customer_id, 'cookie', '', min(created_at), CURRENT_TIMESTAMP
    FROM registration GROUP BY session_id, customer_id
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _of_customer(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_customer_id_customer")
    return sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _change_customer()
    _create_session()
    _create_portal_link()
    _create_sign_in_code()
    op.execute(CARRY)


def _change_customer() -> None:
    with op.batch_alter_table("customer") as table:
        table.add_column(_text("external_id", 128))
        table.add_column(_text("name", 100))
        table.add_column(_text("verified_email", 254))
        table.add_column(_instant("email_verified_at", nullable=True))
        table.add_column(_text("merged_into", 32))
        table.add_column(_instant("blocked_at", nullable=True))
        table.create_unique_constraint(op.f("uq_customer_external_id"), ["external_id"])
        table.create_check_constraint(
            op.f("ck_customer_email"), "(verified_email IS NULL) = (email_verified_at IS NULL)"
        )
        table.create_foreign_key(
            op.f("fk_customer_merged_into_customer"), "customer", ["merged_into"], ["id"]
        )
        table.create_index("ix_customer_verified_email", ["verified_email"])


def _create_session() -> None:
    op.create_table(
        "session",
        _text("id", 32, nullable=False),
        _text("customer_id", 32, nullable=False),
        _text("via", 8, nullable=False),
        _text("link_id", 32),
        _text("task", 16),
        _text("subscription_id", 32),
        _text("return_url", 500),
        _text("user_agent", 200, nullable=False),
        _instant("created_at"),
        _instant("last_seen_at"),
        _instant("revoked_at", nullable=True),
        sa.CheckConstraint("via IN ('cookie', 'link', 'code')", name=op.f("ck_session_via")),
        sa.CheckConstraint(TASKS, name=op.f("ck_session_task")),
        sa.CheckConstraint(IS_SCOPE, name=op.f("ck_session_scope")),
        _of_customer("session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_customer_id", "session", ["customer_id"])


def _create_portal_link() -> None:
    op.create_table(
        "portal_link",
        _text("id", 32, nullable=False),
        _text("token_hash", 64, nullable=False),
        _text("customer_id", 32, nullable=False),
        _text("task", 16),
        _text("subscription_id", 32),
        _text("plan_code", 40),
        _text("return_url", 500),
        _text("made_by", 80, nullable=False),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("opened_at", nullable=True),
        _instant("spent_at", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.CheckConstraint(TASKS, name=op.f("ck_portal_link_task")),
        sa.CheckConstraint(IS_SCOPE, name=op.f("ck_portal_link_scope")),
        _of_customer("portal_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_link_token_hash")),
    )
    op.create_index("ix_portal_link_customer_id", "portal_link", ["customer_id"])
    op.create_index("ix_portal_link_expires", "portal_link", ["expires_at"])


def _create_sign_in_code() -> None:
    op.create_table(
        "sign_in_code",
        _text("id", 32, nullable=False),
        _text("purpose", 8, nullable=False),
        _text("email", 254, nullable=False),
        _text("customer_id", 32),
        _text("code_hash", 64, nullable=False),
        _text("caller", 16, nullable=False),
        _instant("created_at"),
        _instant("expires_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _instant("spent_at", nullable=True),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'verify')", name=op.f("ck_sign_in_code_purpose")
        ),
        _of_customer("sign_in_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_code")),
    )
    op.create_index("ix_sign_in_code_customer_id", "sign_in_code", ["customer_id"])
    op.create_index("ix_sign_in_code_email", "sign_in_code", ["email", "created_at"])
    op.create_index("ix_sign_in_code_caller", "sign_in_code", ["caller", "created_at"])


def downgrade() -> None:
    for table in ("sign_in_code", "portal_link", "session"):
        op.drop_table(table)
    with op.batch_alter_table("customer") as table:
        table.drop_index("ix_customer_verified_email")
        table.drop_constraint(op.f("fk_customer_merged_into_customer"), type_="foreignkey")
        table.drop_constraint(op.f("ck_customer_email"), type_="check")
        table.drop_constraint(op.f("uq_customer_external_id"), type_="unique")
        for column in (
            "blocked_at",
            "merged_into",
            "email_verified_at",
            "verified_email",
            "name",
            "external_id",
        ):
            table.drop_column(column)
