"""The webhook inbox: stores each webhook about an object of ours once, and counts all others.

Anybody can post here, so a stranger must not be able to fill the database (ADR-0040).
"""

from __future__ import annotations

import hashlib

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.payment_methods import repository as payment_methods
from tossbill_ui.payments import recheck
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.models import WebhookCount, WebhookEvent
from tossbill_ui.webhooks.reading import PREFIX, Kind, Webhook, read


async def receive(rt: Runtime, raw: bytes) -> str | None:
    """Store a webhook about a payment or a billing key of ours; only count any other.

    An order id is committed before Toss hears of it, so whatever Toss reports about it is known
    here (ADR-0003).

    Returns:
        The new row's id; None if it was only counted, or is stored already.

    Source: contract §9.
    """
    webhook = read(raw)
    async with rt.db.read() as db:
        is_ours = await _is_ours(db, webhook)
    if is_ours:
        return await _store(rt, raw, webhook)
    await _count(rt, webhook.eventType)
    return None


async def _is_ours(db: AsyncSession, webhook: Webhook) -> bool:
    data = webhook.data
    match webhook.eventType:
        case Kind.PAYMENT_STATUS_CHANGED | Kind.CANCEL_STATUS_CHANGED:
            order_id, payment_key = data.get("orderId", ""), data.get("paymentKey", "")
            return await recheck.find(db, order_id=order_id, payment_key=payment_key) is not None
        case Kind.BILLING_DELETED:
            key_hash = data.get("billingKey", "").removeprefix(PREFIX)
            return await payment_methods.has_billing_key(db, key_hash)
        case Kind.OTHER | Kind.UNREADABLE:
            return False


async def _store(rt: Runtime, raw: bytes, webhook: Webhook) -> str | None:
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement = (
        insert(WebhookEvent)
        .values(
            id=new_id(),
            body_hash=hashlib.sha256(raw).hexdigest(),
            event_type=webhook.eventType,
            body=webhook.text(),
            received_at=rt.clock.now(),
            next_try_at=rt.machine.now(),
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["body_hash"])
        # Not rowcount: psycopg's cursor no longer has the number of inserted rows by then.
        .returning(col(WebhookEvent.id))
    )
    async with rt.db.write() as db:
        return (await db.exec(statement)).scalar_one_or_none()


async def _count(rt: Runtime, kind: Kind) -> None:
    """Add one to the day's number, in a transaction shared with others of a flood."""
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement = (
        insert(WebhookCount)
        .values(day=rt.clock.now().date(), kind=kind, number=1)
        .on_conflict_do_update(
            index_elements=["day", "kind"], set_={"number": col(WebhookCount.number) + 1}
        )
    )

    async def write(db: AsyncSession) -> None:
        await db.exec(statement)

    await rt.db.write_together(write, key=("webhook_count", kind))
