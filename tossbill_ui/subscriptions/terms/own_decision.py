"""What only the customer may decide: to pay more, and to take back their own no (ADR-0052)."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.core.errors import NeedsConsent
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.subscriptions.models import ConsentDecision, Price, Subscription
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.pricing import is_dearer


async def require_no_dearer(
    db: AsyncSession, actor: Actor, subscription: Subscription, coming: Price, *, charge_krw: int
) -> None:
    """Raise unless the actor may move a subscription to a price.

    Args:
        db: Any transaction.
        actor: Who moves it.
        subscription: The subscription, before it is moved.
        coming: The price that it is moved to.
        charge_krw: Whole won that are charged at once.

    Raises:
        NeedsConsent: It costs more than the current period or the next one, is charged at once, or
            goes on although the customer has not agreed to the next price, and the actor is not
            the customer.
    """
    if actor.is_customer:
        return
    asked = await consent.open_request(db, subscription)
    if asked and asked.answer != ConsentDecision.ACCEPTED:
        raise NeedsConsent("It ends with its period unless the customer agrees to go on.")
    known = await consent.prices(db, subscription)
    if charge_krw or any(is_dearer(coming, price) for price in known):
        raise NeedsConsent("This would make the customer pay more: only they may do it.")


def require_no_charge(actor: Actor) -> None:
    """Raise unless the actor may begin a paid period of a subscription that has none.

    Raises:
        NeedsConsent: The actor is not the customer.
    """
    if not actor.is_customer:
        raise NeedsConsent("This would charge the customer: only they may do it.")


async def require_no_own(
    db: AsyncSession, actor: Actor, subscription: Subscription, stopped: EventType
) -> None:
    """Raise unless the actor may take back what stopped a subscription.

    Args:
        db: Any transaction.
        actor: Who takes it back.
        subscription: The subscription.
        stopped: The type of the event that stopped it.

    Raises:
        NeedsConsent: The customer stopped it, and the actor is somebody else.
    """
    if actor.is_customer:
        return
    query = (
        select(EventRecord.actor_kind)
        .where(
            col(EventRecord.subscription_id) == subscription.id, col(EventRecord.type) == stopped
        )
        .order_by(col(EventRecord.seq).desc())
        .limit(1)
    )
    if (await db.exec(query)).first() == ActorKind.CUSTOMER:
        raise NeedsConsent("The customer has stopped this: only they may take it back.")
