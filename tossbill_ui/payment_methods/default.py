"""The payment method that pages propose first."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.models import Customer
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime


async def choose_default(rt: Runtime, actor: Actor, method_id: str) -> PaymentMethod:
    """Make a payment method its customer's default, instead of the one before.

    It changes what is proposed next, and no subscription.

    Args:
        rt: The process's runtime.
        actor: Who chooses.
        method_id: The payment method's id; any text.

    Returns:
        The payment method.

    Raises:
        NotFound: The customer has no such payment method, or it is being removed.
    """
    async with rt.db.write() as db:
        method = await repository.get_owned(db, actor, method_id)
        # Two choices at the same time wait for each other here, so that one default is left.
        # No stronger lock: rows of others that refer to the customer can be inserted meanwhile.
        await db.get_one(Customer, method.customer_id, with_for_update={"key_share": True})
        await db.refresh(method, with_for_update={"key_share": True})
        if not method.is_active:
            raise NotFound("This customer has no such payment method.")
        before = col(PaymentMethod.customer_id) == method.customer_id, col(PaymentMethod.is_default)
        await db.exec(sa.update(PaymentMethod).where(*before).values(is_default=False))
        method.is_default = True
        db.add(method)
    rt.pubsub.publish(method.customer_id)
    return method
