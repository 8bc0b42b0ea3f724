"""Stories that prepare a walk; each returns the action to trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from tests.payment_methods.flow import window_return
from tests.subscriptions.price_increases import add_price
from tests.support.shop import Shop
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.customers.session import actor_of, new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.models import Subscription

RENEWAL = date(2026, 12, 24)
LATE = date(2027, 3, 1)

Act = Callable[[], Awaitable[object]]


async def renewal(shop: Shop) -> Act:
    """A paid period is over."""
    await shop.subscribe(new_session())
    await shop.go_to(RENEWAL)
    return shop.run


async def missed_renewals(shop: Shop) -> Act:
    """Several periods are over without a run of the engine."""
    await shop.subscribe(new_session())
    await shop.go_to(LATE)
    return shop.run


async def renewal_of_canceled(shop: Shop) -> Act:
    """The last paid period of a canceled subscription is over."""
    session = new_session()
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await shop.go_to(RENEWAL)
    return shop.run


async def renewal_without_consent(shop: Shop) -> Act:
    """The next period costs more, and nobody has consented."""
    await shop.subscribe(new_session())
    await _update_only_row(shop, Subscription, next_price_id=await add_price(shop))
    await shop.go_to(RENEWAL)
    return shop.run


async def renewal_without_a_card(shop: Shop) -> Act:
    """A paid period is over, and the card has been removed."""
    await shop.subscribe(new_session())
    await _update_only_row(
        shop, PaymentMethod, status=MethodStatus.REMOVED, billing_key_sealed=None
    )
    await shop.go_to(RENEWAL)
    return shop.run


async def no_new_card(shop: Shop) -> Act:
    """Toss deleted the key, and the customer registered no other card in time."""
    act = await renewal_without_a_card(shop)
    await act()
    await shop.go_to(LATE)
    return shop.run


async def decline(shop: Shop) -> Act:
    """A paid period is over, and the card is declined."""
    await shop.subscribe(new_session(), persona="approves_once")
    await shop.go_to(RENEWAL)
    return shop.run


async def unresolved(shop: Shop) -> Act:
    """A paid period is over, and Toss's response will be lost."""
    act = await renewal(shop)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    return act


async def charge_of_canceled(shop: Shop) -> Act:
    """Toss's response was lost, and the customer has canceled since."""
    session = new_session()
    seen = await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.run()
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await shop.go_to(RENEWAL, hour=12)
    return shop.run


async def cancel_now(shop: Shop) -> Act:
    """A customer has paid today and cancels."""
    session = new_session()
    seen = await shop.subscribe(session)

    async def act() -> None:
        await cancel.cancel_now(
            shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
        )

    return act


async def return_from_toss(shop: Shop) -> Act:
    """A customer has entered a card in Toss's window."""
    session = new_session()
    call = await registration.start(shop.rt, session)
    number = PERSONAS_BY_NAME["approve"].number
    body = {"customerKey": call.customer_key, "cardNumber": number}
    answer = await shop.control("POST", "authorizations", body)
    back = window_return(call, auth_key=answer["authKey"])

    async def act() -> None:
        await registration.finish(shop.rt, session, back)
        await shop.rt.tasks.drain(seconds=120)

    return act


async def _update_only_row(shop: Shop, table: type[Any], **values: object) -> None:
    """Change the only row of a table directly, as no service would."""
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(table).where(col(table.id).is_not(None)).values(**values))
