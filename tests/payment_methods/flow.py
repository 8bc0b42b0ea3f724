"""Steps of a registration, as a browser would take them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from sqlmodel import col, select

from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.registration import Return, WindowCall
from tossbill_ui.runtime import Runtime

AUTH_KEY = "PLANTEDAUTHKEY"


def back_from(call: WindowCall, *, auth_key: str = AUTH_KEY) -> Return:
    """Return what Toss's redirect brings after a card was typed."""
    query = dict(parse_qsl(urlsplit(call.success_url).query))
    return Return(
        registration_id=query["registration"],
        token=query["token"],
        auth_key=auth_key,
        customer_key=call.customer_key,
    )


async def register(rt: Runtime, session: Session, *, auth_key: str = AUTH_KEY) -> Outcome:
    """Go all the way and wait for the end."""
    call = await registration.start(rt, session)
    await registration.finish(rt, session, back_from(call, auth_key=auth_key))
    await rt.tasks.drain(seconds=120)
    return await outcomes.get_outcome(rt, actor_of(session), call.registration_id)


async def methods(rt: Runtime) -> list[PaymentMethod]:
    """Return every payment method there is."""
    async with rt.db.read() as db:
        return list((await db.exec(select(PaymentMethod))).all())


async def row(rt: Runtime, registration_id: str) -> Registration:
    """Return a registration's row."""
    async with rt.db.read() as db:
        return await db.get_one(Registration, registration_id)


async def let_time_pass(rt: Runtime, by: timedelta = timedelta(days=1)) -> None:
    """Move every lease and next try into the past, instead of waiting for them."""
    past = rt.machine.now() - by
    async with rt.db.write() as db:
        for table in (Registration, PaymentMethod):
            for column in (col(table.lease_until), col(table.next_try_at)):
                await db.exec(sa.update(table).where(column.is_not(None)).values({column: past}))


async def refusals(rt: Runtime) -> list[str]:
    async with rt.db.read() as db:
        return [entry.kind for entry in (await db.exec(select(AuditEntry))).all()]
