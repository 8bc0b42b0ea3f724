"""Steps of a registration, as a browser makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from sqlmodel import col, select

from tossbill_ui.audit.models import SecurityEvent
from tossbill_ui.core.crypto import Cipher, new_encryption_key
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.ticket import Return
from tossbill_ui.runtime import Runtime

AUTH_KEY = "PLANTEDAUTHKEY"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def window_return(call: WindowCall, *, auth_key: str = AUTH_KEY) -> Return:
    """Return the parameters of Toss's redirect after a card was entered."""
    query = dict(parse_qsl(urlsplit(call.success_url).query))
    return Return(
        registration_id=query["registration"],
        token=query["token"],
        auth_key=auth_key,
        customer_key=call.customer_key,
    )


async def register(rt: Runtime, session: Session, *, auth_key: str = AUTH_KEY) -> Outcome:
    """Register a card and wait for the outcome."""
    call = await registration.start(rt, session)
    await registration.finish(rt, session, window_return(call, auth_key=auth_key))
    await rt.tasks.drain(seconds=120)
    return await outcomes.get_outcome(rt, actor_of(session), call.registration_id)


async def methods(rt: Runtime) -> list[PaymentMethod]:
    """Return all payment methods."""
    async with rt.db.read() as db:
        return list((await db.exec(select(PaymentMethod))).all())


async def row(rt: Runtime, registration_id: str) -> Registration:
    """Return a registration's row."""
    async with rt.db.read() as db:
        return await db.get_one(Registration, registration_id)


async def let_time_pass(rt: Runtime, by: timedelta = timedelta(days=1)) -> None:
    """Move every lease and scheduled retry into the past, instead of waiting for it."""
    past = rt.machine.now() - by
    async with rt.db.write() as db:
        for table in (Registration, PaymentMethod):
            for column in (col(table.lease_until), col(table.next_try_at)):
                await db.exec(sa.update(table).where(column.is_not(None)).values({column: past}))


async def security_kinds(rt: Runtime) -> list[str]:
    """Return the kinds of the security events."""
    async with rt.db.read() as db:
        return [event.kind for event in (await db.exec(select(SecurityEvent))).all()]


def with_another_key(rt: Runtime) -> Runtime:
    """Return a runtime whose key decrypts nothing that is stored."""
    return replace(rt, cipher=Cipher.from_text(f"2:{new_encryption_key()}"))
