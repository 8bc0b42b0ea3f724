"""The webhook inbox: stores a few webhooks about each object of ours, and counts all others.

Anybody can post here, so a stranger must not be able to fill the database (ADR-0040).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.payment_methods import repository as payment_methods
from tossbill_ui.payments import recheck
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.models import WebhookCount, WebhookEvent
from tossbill_ui.webhooks.reading import PREFIX, Kind, Webhook, read

# Toss sends a few about a payment. A stranger may vary what is said about one whose id they know,
# and each is looked up at Toss; the daily reconciliation finds what further ones would have.
OF_AN_OBJECT = 20


@dataclass(frozen=True)
class Stored:
    """The result of storing a webhook.

    Attributes:
        id: The new row's; None if it is stored already, or not stored.
        is_full: Whether it is not stored, because its object has enough of them today.
    """

    id: str | None
    is_full: bool = False


async def receive(rt: Runtime, raw: bytes) -> str | None:
    """Store a webhook about a payment or a billing key of ours; only count any other.

    An order id is committed before Toss hears of it, so whatever Toss reports about it is known
    here (ADR-0003).

    Of each object a day has `OF_AN_OBJECT`; further ones are only counted too.

    Returns:
        The new row's id; None if it was only counted, or is stored already.

    Source: contract §9.
    """
    webhook = read(raw)
    async with rt.db.read() as db:
        about = await _object_of(db, webhook)
    stored = await _store(rt, raw, webhook, about) if about else Stored(None, is_full=True)
    if stored.is_full:
        await _count(rt, webhook.eventType)
    return stored.id


async def _object_of(db: AsyncSession, webhook: Webhook) -> str:
    """Return the id of what a webhook is about; empty if it is nothing of ours."""
    data = webhook.data
    match webhook.eventType:
        case Kind.PAYMENT_STATUS_CHANGED | Kind.CANCEL_STATUS_CHANGED:
            order_id, payment_key = data.get("orderId", ""), data.get("paymentKey", "")
            payment = await recheck.find(db, order_id=order_id, payment_key=payment_key)
            return payment.id if payment else ""
        case Kind.BILLING_DELETED:
            key_hash = data.get("billingKey", "").removeprefix(PREFIX)
            return key_hash if await payment_methods.has_billing_key(db, key_hash) else ""
        case Kind.OTHER | Kind.UNREADABLE:
            return ""


async def _store(rt: Runtime, raw: bytes, webhook: Webhook, about: str) -> Stored:
    """Store a webhook once, in a free place that the day has for its object.

    The row's id is that of the place, so that the primary key holds the limit, whoever else stores.
    """
    body_hash, day = hashlib.sha256(raw).hexdigest(), rt.clock.now().date()
    places = [fingerprint(f"{about} {day} {number}")[:32] for number in range(OF_AN_OBJECT)]
    async with rt.db.read() as db:
        taken = await _taken(db, places, body_hash)
    if body_hash in taken.values() or len(taken) == OF_AN_OBJECT:
        return Stored(None, is_full=body_hash not in taken.values())
    async with rt.db.write() as db:
        # Another process may take a place meanwhile, or store the same body.
        while len(taken := await _taken(db, places, body_hash)) < OF_AN_OBJECT:
            if body_hash in taken.values():
                return Stored(None)
            free = next(place for place in places if place not in taken)
            if (await db.exec(_insertion(rt, free, body_hash, webhook))).scalar_one_or_none():
                return Stored(free)
    return Stored(None, is_full=body_hash not in taken.values())


async def _taken(db: AsyncSession, places: list[str], body_hash: str) -> dict[str, str]:
    """Return the hashes of the bodies in some places, and that of a body wherever it is."""
    id_, hash_ = col(WebhookEvent.id), col(WebhookEvent.body_hash)
    query = select(WebhookEvent.id, WebhookEvent.body_hash)
    return dict((await db.exec(query.where(id_.in_(places) | (hash_ == body_hash)))).all())


def _insertion(rt: Runtime, event_id: str, body_hash: str, webhook: Webhook) -> sa.Insert:
    """Return a statement that returns the id, unless the place or the body is there already."""
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    return (
        insert(WebhookEvent)
        .values(
            id=event_id,
            body_hash=body_hash,
            event_type=webhook.eventType,
            body=webhook.text(),
            received_at=rt.clock.now(),
            next_try_at=rt.machine.now(),
            attempts=0,
        )
        .on_conflict_do_nothing()
        # Not rowcount: psycopg's cursor no longer has the number of inserted rows by then.
        .returning(col(WebhookEvent.id))
    )


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
