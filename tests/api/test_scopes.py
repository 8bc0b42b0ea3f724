"""A key does what its scopes say, and an answer about one customer has nothing of another."""

from __future__ import annotations

import re

from tests.api.client import Program, new_program
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.api.app import build
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import new_session
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.actions import refund
from tossbill_ui.subscriptions.models import Subscription

# What is not read with `read`: the scope of each command, by the beginning of its path.
SCOPES = {
    "POST /portal-links": ApiScope.LINKS,
    "DELETE /portal-links": ApiScope.LINKS,
    "POST /customers": ApiScope.CUSTOMERS,
    "PATCH /customers": ApiScope.CUSTOMERS,
    "POST /subscriptions/{subscription_id}/preview": ApiScope.READ,
    "POST /subscriptions": ApiScope.SUBSCRIPTIONS,
    "POST /payments": ApiScope.REFUNDS,
    "POST /plans": ApiScope.PLANS,
    "POST /webhook-endpoints": ApiScope.WEBHOOKS,
    "PATCH /webhook-endpoints": ApiScope.WEBHOOKS,
    "DELETE /webhook-endpoints": ApiScope.WEBHOOKS,
}
ROUTES = [
    (method.upper(), path)
    for path, operations in build().openapi()["paths"].items()
    for method in operations
]


def scope_of(method: str, path: str) -> ApiScope:
    """Return the scope that a route needs."""
    name = f"{method} {path}"
    found = (scope for beginning, scope in SCOPES.items() if name.startswith(beginning))
    return ApiScope.READ if method == "GET" else next(found)


async def test_every_route_wants_its_scope_and_no_other_opens_it(
    shop: Shop, program: Program
) -> None:
    assert len(ROUTES) > 20
    for scope in ApiScope:
        limited = await new_program(shop.rt, program.http, scope, name=scope)
        for method, path in ROUTES:
            named = re.sub(r"{\w+}", "0" * 32, path)
            answer = await limited.send(method, named, {} if method != "GET" else None)
            is_refused = answer.status_code == 403
            assert answer.status_code < 500, (method, path, answer.text)
            assert is_refused == (scope is not scope_of(method, path)), (scope, method, path)
            assert not is_refused or answer.json()["code"] == "scope_missing"


async def test_every_route_wants_a_key(program: Program) -> None:
    for method, path in ROUTES:
        answer = await program.http.request(method, path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing"), (method, path)


OWN = (Subscription, Payment, Invoice, Refund, PaymentMethod)


async def ids_of(shop: Shop, customer_id: str) -> set[str]:
    """Return every id and name of a customer."""
    rows = [row for table in OWN for row in await shop.rows(table)]
    ids = {row.id for row in rows if row.customer_id == customer_id}
    [named] = [row for row in await shop.rows(Customer) if row.id == customer_id]
    return ids | {named.id, named.external_id, named.name, named.customer_key}


async def test_answers_about_one_customer_have_nothing_of_another(
    shop: Shop, program: Program
) -> None:
    theirs: list[set[str]] = []
    for number in (1, 2):
        session = new_session()
        seen = await shop.subscribe(session)
        assert seen.last_payment is not None
        payment = seen.last_payment.id
        await refund.refund_payment(shop.rt, KIM, payment, amount_krw=number, reason="x")
        path, body = f"/customers/{session.customer_id}", {"external_id": f"member-{number}"}
        assert (await program.send("PATCH", path, body | {"name": f"Name-{number}"})).is_success
        theirs.append(await ids_of(shop, session.customer_id))
    mine, others = theirs
    subscription = next(row.id for row in await shop.rows(Subscription) if row.id in mine)
    parts = ("customer=ext:member-1", f"subscription={subscription}")
    asked = [f"/{name}?{part}" for name in ("payments", "invoices", "refunds") for part in parts]
    asked += ["/subscriptions?customer=ext:member-1", "/customers/ext:member-1"]
    asked += ["/customers/ext:member-1/payment-methods", f"/subscriptions/{subscription}"]

    for path in asked:
        text = (await program.get(path)).text
        assert [name for name in others if name in text] == [], path
        assert [name for name in mine if name in text] != [], path
    for body in ({"act": "cancel"}, {"act": "change", "plan": "letter"}):
        answer = await program.post(f"/subscriptions/{subscription}/preview", body)
        assert [name for name in others if name in answer.text] == []


async def test_no_answer_has_a_customer_key_or_a_billing_key(shop: Shop, program: Program) -> None:
    session = new_session()
    seen = await shop.subscribe(session)
    billing_key = await shop.billing_key(seen.method.id)
    [customer] = await shop.rows(Customer)
    [payment] = await shop.rows(Payment)
    secrets = {billing_key, customer.customer_key, payment.idempotency_key}
    lists = ("customers", "subscriptions", "payments", "invoices", "refunds", "events?limit=100")

    texts = [(await program.get(f"/{name}")).text for name in lists]

    assert all(len(text) > 50 for text in texts if '"data":[]' not in text)
    assert [secret for secret in secrets for text in texts if secret in text] == []
