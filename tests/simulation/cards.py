"""A card without the way through the window: that has a proof of its own, and takes its time."""

from __future__ import annotations

import httpx
from sqlmodel import col, select

from tests.support.shop import BASE
from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.issuing import billing_key_place, last_digits
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.sandbox.app import SANDBOX_SECRET_KEY
from tossbill_ui.sandbox.personas import PERSONAS_BY_NAME
from tossbill_ui.toss.wire import Billing


async def register(
    rt: Runtime, toss: httpx.AsyncBaseTransport, session: Session, persona: str
) -> str:
    """Let the sandbox issue a billing key, write down what a registration writes down."""
    async with rt.db.read() as db:
        known = select(Customer).where(col(Customer.id) == session.customer_id)
        customer = (await db.exec(known)).first()
    if customer is None:
        async with rt.db.write() as db:
            customer = await ensure_customer(rt, db, customer_id=session.customer_id)
    billing = await rt.toss.issue_billing_key(
        auth_key=await _auth_key(toss, customer.customer_key, persona),
        customer_key=customer.customer_key,
        idempotency_key=new_id(),
    )
    return await _write_down(rt, session, billing)


async def _auth_key(toss: httpx.AsyncBaseTransport, customer_key: str, persona: str) -> str:
    body = {"customerKey": customer_key, "cardNumber": PERSONAS_BY_NAME[persona].number}
    async with httpx.AsyncClient(transport=toss, auth=(SANDBOX_SECRET_KEY, "")) as http:
        answer = await http.post(f"{BASE}/_control/authorizations", json=body)
    return answer.json()["authKey"]


async def _write_down(rt: Runtime, session: Session, billing: Billing) -> str:
    now, method_id, key = rt.clock.now(), new_id(), billing.billing_key.get_secret_value()
    registration = Registration(
        id=new_id(),
        customer_id=session.customer_id,
        session_id=session.id,
        status=RegistrationStatus.ISSUED,
        created_at=now,
        ended_at=now,
        idempotency_key=new_id(),
    )
    method = PaymentMethod(
        id=method_id,
        customer_id=session.customer_id,
        registration_id=registration.id,
        created_at=now,
        billing_key_sealed=rt.cipher.encrypt(key, place=billing_key_place(method_id)),
        billing_key_hash=fingerprint(key),
        kind="card",
        last_digits=last_digits(billing.card.number if billing.card else ""),
        authenticated_at=billing.authenticated_at,
    )
    async with rt.db.write() as db:
        db.add(registration)
        await db.flush()
        db.add(method)
    return method_id
