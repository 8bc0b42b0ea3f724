"""Card expiry dates, set by shops that know them: Toss does not report them (contract §4.1)."""

from __future__ import annotations

import calendar
from datetime import date

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.runtime import Runtime


async def set_expiry(
    rt: Runtime, actor: Actor, method_id: str, *, month: date | None
) -> date | None:
    """Set or clear the expiry month printed on a card.

    Args:
        rt: The process's runtime.
        actor: Who sets it.
        method_id: The payment method's id; any text.
        month: Any day of that month; None clears it.

    Returns:
        The last day on which the card can be charged; None if cleared.

    Raises:
        NotFound: There is no such payment method, it was removed, or it is not a card.
    """
    last_day = _last_day(month) if month else None
    async with rt.db.write() as db:
        method = await repository.get_owned(db, actor, method_id)
        if method.status == MethodStatus.REMOVED or method.kind != "card":
            raise NotFound("There is no such card.")
        method.expires_on = last_day
        db.add(method)
        trail.add(
            rt,
            db,
            kind="expiry.changed",
            customer_id=method.customer_id,
            subject=f"card {method_id}",
            by=actor.label,
        )
    rt.pubsub.publish(method.customer_id)
    return last_day


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
