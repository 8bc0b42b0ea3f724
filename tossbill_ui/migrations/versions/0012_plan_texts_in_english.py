"""Plans' texts in English."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PLAN_TEXTS = {"name_en": 60, "description_en": 500, "setup_text_en": 500}


def upgrade() -> None:
    for name, length in PLAN_TEXTS.items():
        op.add_column("plan", sa.Column(name, sa.String(length), nullable=True))


def downgrade() -> None:
    for name in reversed(PLAN_TEXTS):
        op.drop_column("plan", name)
