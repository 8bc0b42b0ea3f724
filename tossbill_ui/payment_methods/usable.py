"""The payment methods that a customer can be charged with."""

from __future__ import annotations

from collections.abc import Sequence

from tossbill_ui.core.actor import Actor
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime


async def usable_methods(rt: Runtime, actor: Actor) -> Sequence[PaymentMethod]:
    """Return the customer's methods that can be charged, newest first; none for other actors."""
    async with rt.db.read() as db:
        return await repository.active_methods(db, actor.customer_id)
