"""Cards registered without Toss's window, which is tested elsewhere and is slow."""

from __future__ import annotations

import httpx
import sqlalchemy as sa

from tests.support.shop import BASE
from tossbill_sandbox.app import SANDBOX_SECRET_KEY
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.core.bulk_insert import insert_at_commit
from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.issuing import billing_key_context, last_digits
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.wire import Billing

INSERT_REGISTRATION = sa.insert(Registration.metadata.tables["registration"])
INSERT_METHOD = sa.insert(PaymentMethod.metadata.tables["payment_method"])


class Cards:
    """Issues billing keys in the sandbox and stores the rows of a registration."""

    def __init__(self, rt: Runtime, toss: httpx.AsyncBaseTransport) -> None:
        self._rt = rt
        self._http = httpx.AsyncClient(transport=toss, auth=(SANDBOX_SECRET_KEY, ""))
        self._customer_keys: dict[str, str] = {}

    async def register(self, session: Session, persona: str) -> str:
        """Register a card of a customer, creating the customer if needed; return the card's id."""
        if session.customer_id not in self._customer_keys:
            async with self._rt.db.write() as db:
                customer = await ensure_customer(self._rt, db, customer_id=session.customer_id)
            self._customer_keys[session.customer_id] = customer.customer_key
        customer_key = self._customer_keys[session.customer_id]
        billing = await self._rt.toss.issue_billing_key(
            auth_key=await self._auth_key(customer_key, persona),
            customer_key=customer_key,
            idempotency_key=new_id(),
        )
        return await _store(self._rt, session, billing)

    async def _auth_key(self, customer_key: str, persona: str) -> str:
        body = {"customerKey": customer_key, "cardNumber": PERSONAS_BY_NAME[persona].number}
        answer = await self._http.post(f"{BASE}/_control/authorizations", json=body)
        return answer.json()["authKey"]


async def _store(rt: Runtime, session: Session, billing: Billing) -> str:
    now, method_id, key = rt.clock.now(), new_id(), billing.billing_key.get_secret_value()
    registration = Registration(
        id=new_id(),
        customer_id=session.customer_id,
        customer_key=billing.customer_key,
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
        customer_key=billing.customer_key,
        billing_key_sealed=rt.cipher.encrypt(key, context=billing_key_context(method_id)),
        billing_key_hash=fingerprint(key),
        kind="card",
        last_digits=last_digits(billing.card.number if billing.card else ""),
        authenticated_at=billing.authenticated_at or now,
    )
    async with rt.db.write() as db:
        insert_at_commit(db, INSERT_REGISTRATION, registration.model_dump())
        insert_at_commit(db, INSERT_METHOD, method.model_dump())
    return method_id
