"""One fact of Toss's contract and the request that shows it.

A table of cases is data: what is there before (``given``), what is sent, what comes back. Texts in
``{braces}`` stand for what was made before.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.box import AUTH, Box
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

Names = dict[str, str]
ISSUE = "v1/billing/authorizations/issue"
CARD = "v1/billing/authorizations/card"
CHARGE = "v1/billing/{billing_key}"
CONFIRM = "v1/payments/confirm"
PAYMENT = "v1/payments/{payment_key}"
ORDER = "v1/payments/orders/order-1"
CANCEL = "v1/payments/{payment_key}/cancel"
TRANSACTIONS = "v1/transactions"
OLD_SHOP = {
    "client_key": "test_ck_older",
    "secret_key": "test_sk_older",
    "m_id": "oldshop",
    "api_version": "2022-07-27",
}
CARD_BODY = {
    "customerKey": "customer_1",
    "cardNumber": PERSONAS_BY_NAME["approve"].number,
    "cardExpirationYear": "30",
    "cardExpirationMonth": "12",
    "customerIdentityNumber": "900101",
    "cardPassword": "12",
}
CHARGE_BODY = {
    "customerKey": "customer_1",
    "amount": 4900,
    "orderId": "order-1",
    "orderName": "토스 프라임 구독",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row.

    Attributes:
        fact: What the contract says, in a few words.
        mark: How sure it is: C confirmed, S single source, I our choice, U a switch.
        given: What is there before; a key of ``GIVEN``.
        method: The HTTP method.
        path: The address.
        body: What is sent as JSON; bytes are sent as they are.
        headers: Further headers.
        auth: Whose secret key; None sends none.
        query: The parameters after the question mark.
        switches: How unknowns are set for this case.
        status: What comes back.
        code: The error's code; None when there is no error.
        shows: Fields of the answer, of whichever depth: ``{"card.number": …}``.
        lacks: Fields the answer does not have.
        answers: Headers of the answer.
        times: How often it is sent; the last answer counts.
    """

    fact: str
    mark: str
    given: str = "nothing"
    method: str = "POST"
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    auth: tuple[str, str] | None = AUTH
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    switches: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: int = 200
    code: str | None = None
    shows: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lacks: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    times: int = 1


async def _nothing(box: Box) -> Names:
    return {}


async def _trip(box: Box) -> Names:
    return {"auth_key": await box.auth_key()}


async def _used_auth_key(box: Box) -> Names:
    auth_key = await box.auth_key()
    await box.issue(auth_key)
    return {"auth_key": auth_key}


async def _key(box: Box) -> Names:
    return {"billing_key": await box.billing_key()}


def _key_of(persona: str) -> Callable[[Box], Awaitable[Names]]:
    async def make(box: Box) -> Names:
        return {"billing_key": await box.billing_key(persona)}

    return make


async def _encoded_key(box: Box) -> Names:
    return {"billing_key": (await box.billing_key()).replace("=", "%3D")}


async def _deleted_key(box: Box) -> Names:
    billing_key = await box.billing_key()
    await box.delete(billing_key)
    return {"billing_key": billing_key}


async def _payment(box: Box, **fields: Any) -> Names:
    billing_key = await box.billing_key()
    body = (await box.charge(billing_key, **fields)).json()
    return {"billing_key": billing_key, "payment_key": body["paymentKey"]}


async def _tax_free(box: Box) -> Names:
    return await _payment(box, amount=11_000, taxFreeAmount=5000)


def _canceled(*amounts: int | None) -> Callable[[Box], Awaitable[Names]]:
    async def make(box: Box) -> Names:
        names = await _payment(box)
        for amount in amounts:
            fields: dict[str, Any] = {} if amount is None else {"cancelAmount": amount}
            await box.cancel_payment(names["payment_key"], **fields)
        return names

    return make


async def _refused(box: Box) -> Names:
    billing_key = await box.billing_key("approves_after_1")
    await box.charge(billing_key)
    return {"billing_key": billing_key}


async def _session(box: Box) -> Names:
    body = {**CHARGE_BODY, "cardNumber": PERSONAS_BY_NAME["approve"].number}
    made = await box.http.post("_control/payments", json=body, auth=AUTH)
    return {"payment_key": made.json()["paymentKey"]}


async def _late_session(box: Box) -> Names:
    names = await _session(box)
    await box.http.post("_control/clock/advance", json={"minutes": 10})
    return names


async def _old_shop(box: Box) -> Names:
    await box.http.post("_control/shops", json=OLD_SHOP)
    auth = (OLD_SHOP["secret_key"], "")
    issued = await box.http.post(CARD, json=CARD_BODY, auth=auth)
    return {"billing_key": issued.json()["billingKey"], "auth_key": await box.auth_key()}


async def _old_payment(box: Box) -> Names:
    names = await _payment(box)
    await box.http.post("_control/clock/advance", json={"days": 15})
    return names


GIVEN: dict[str, Callable[[Box], Awaitable[Names]]] = {
    "nothing": _nothing,
    "a trip": _trip,
    "a used authKey": _used_auth_key,
    "a key": _key,
    "an encoded key": _encoded_key,
    "a deleted key": _deleted_key,
    "a payment": _payment,
    "a partly tax-free payment": _tax_free,
    "a canceled payment": _canceled(None),
    "a payment less 900": _canceled(900),
    "a payment canceled in parts": _canceled(900, None),
    "a refused charge": _refused,
    "a session": _session,
    "a late session": _late_session,
    "an older shop": _old_shop,
    "a payment of 15 days ago": _old_payment,
    **{f"a key of {name}": _key_of(name) for name in PERSONAS_BY_NAME},
}


def filled(value: Any, names: Names) -> Any:
    """Put what was made before in place of its name."""
    if isinstance(value, str):
        return value.format_map(names) if names else value
    if isinstance(value, dict):
        return {name: filled(item, names) for name, item in value.items()}
    return value
