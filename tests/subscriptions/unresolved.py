"""Helper for tests of plan changes with an unresolved charge."""

from __future__ import annotations

from datetime import timedelta

from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions import change_plan


async def change_with_unresolved_charge(
    shop: Shop, session: Session, subscription_id: str, kind: str = "reset_before"
) -> int:
    """Change the plan with a charge that gets no response, and return its amount."""
    customer = actor_of(session)
    shop.wait(timedelta(hours=1))
    shown = await change_plan.preview(shop.rt, customer, subscription_id, plan_code="basic-yearly")
    await shop.faults({"endpoint": "charge", "kind": kind, "count": 1})
    await change_plan.change_now(
        shop.rt,
        customer,
        subscription_id,
        plan_code="basic-yearly",
        expected_charge_krw=shown.charge_krw,
    )
    await shop.rt.tasks.drain(seconds=120)
    assert (await shop.view(session, subscription_id)).is_unresolved
    return shown.charge_krw
