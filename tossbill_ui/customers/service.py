"""Customers are made the first time they are needed."""

from __future__ import annotations

import re
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

# One plain ASCII address: nothing that could begin another header or name a second recipient.
ADDRESS = re.compile(r"[!-+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
ADDRESS_LENGTH = 254


async def set_email(rt: Runtime, *, customer_id: str, email: str | None) -> None:
    """Keep where a customer's notices go, from the next one on; None takes the address away.

    Raises:
        ValueError: It is no mail address.
    """
    if email is not None and not (len(email) <= ADDRESS_LENGTH and ADDRESS.fullmatch(email)):
        raise ValueError("This is no mail address.")
    async with rt.db.write() as db:
        customer = await ensure_customer(rt, db, customer_id=customer_id)
        customer.email = email
        db.add(customer)


async def ensure_customer(rt: Runtime, session: AsyncSession, *, customer_id: str) -> Customer:
    """Return the customer, made now if need be; safe to race with itself.

    The only place that makes a customer key. It runs inside the caller's write transaction.
    """
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement: sa.Insert = (
        insert(Customer)
        .values(id=customer_id, customer_key=str(uuid.uuid4()), created_at=rt.clock.now())
        .on_conflict_do_nothing(index_elements=["id"])
    )
    await session.exec(statement)
    return (await session.exec(select(Customer).where(col(Customer.id) == customer_id))).one()
