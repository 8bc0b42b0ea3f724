"""Creates customers the first time they are needed."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime


async def ensure_customer(rt: Runtime, db: AsyncSession, *, customer_id: str) -> Customer:
    """Return the customer, creating it if needed; safe to call concurrently.

    The only place that creates a customer key. It runs inside the caller's write transaction.
    """
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement: sa.Insert = (
        insert(Customer)
        .values(id=customer_id, customer_key=str(uuid.uuid4()), created_at=rt.clock.now())
        .on_conflict_do_nothing(index_elements=["id"])
    )
    await db.exec(statement)
    return await db.get_one(Customer, customer_id)
