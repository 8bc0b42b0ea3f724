"""What of some customers is not settled at Toss yet."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payment_methods.models import UNSETTLED, Registration
from tossbill_ui.payments.models import OPEN, Payment, Refund


async def has_money(db: AsyncSession, customer_ids: Sequence[str]) -> bool:
    """Whether a payment or refund of theirs is not settled."""
    return any(
        [
            await _has(db, table, customer_ids, col(table.status).in_(OPEN))
            for table in (Payment, Refund)
        ]
    )


async def has_registration(db: AsyncSession, customer_ids: Sequence[str]) -> bool:
    """Whether a registration of theirs is not settled."""
    return await _has(db, Registration, customer_ids, col(Registration.status).in_(UNSETTLED))


async def _has(
    db: AsyncSession,
    table: type[Payment | Refund | Registration],
    customer_ids: Sequence[str],
    condition: sa.ColumnElement[bool],
) -> bool:
    query = select(table.id).where(col(table.customer_id).in_(customer_ids), condition)
    return (await db.exec(query.limit(1))).first() is not None
