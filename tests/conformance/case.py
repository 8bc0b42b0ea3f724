"""Test cases: one fact of Toss's contract each, and the request that shows it.

A case is data: the precondition (``given``), the request and the expected response. Names in
``{braces}`` refer to values created by the precondition.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.client import AUTH, SandboxClient
from tests.sandbox.client import ORDER as ORDER_IN_WINDOW
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
    """One fact and its request.

    Attributes:
        fact: The fact, in a few words.
        mark: Its certainty: C confirmed, S single source, I our choice, U a switch.
        given: The precondition, a key of ``GIVEN``.
        method: The HTTP method.
        path: The path.
        body: The JSON body; bytes are sent unchanged.
        headers: Additional headers.
        auth: The credentials; None sends none.
        query: The query parameters.
        switches: Switches set for this case.
        status: The expected status.
        code: The expected error code; None if there is no error.
        shows: Expected fields of the response, at any depth: ``{"card.number": …}``.
        lacks: Fields that the response must not have.
        answers: Expected headers of the response.
        times: How often the request is sent; the last response is checked.
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


async def _nothing(client: SandboxClient) -> Names:
    return {}


async def _auth_key(client: SandboxClient) -> Names:
    return {"auth_key": await client.auth_key()}


async def _used_auth_key(client: SandboxClient) -> Names:
    auth_key = await client.auth_key()
    await client.issue(auth_key)
    return {"auth_key": auth_key}


async def _key(client: SandboxClient) -> Names:
    return {"billing_key": await client.billing_key()}


def _key_of(persona: str) -> Callable[[SandboxClient], Awaitable[Names]]:
    async def make(client: SandboxClient) -> Names:
        return {"billing_key": await client.billing_key(persona)}

    return make


async def _encoded_key(client: SandboxClient) -> Names:
    return {"billing_key": (await client.billing_key()).replace("=", "%3D")}


async def _deleted_key(client: SandboxClient) -> Names:
    billing_key = await client.billing_key()
    await client.delete(billing_key)
    return {"billing_key": billing_key}


async def _payment(client: SandboxClient, **fields: Any) -> Names:
    billing_key = await client.billing_key()
    body = (await client.charge(billing_key, **fields)).json()
    return {"billing_key": billing_key, "payment_key": body["paymentKey"]}


async def _tax_free(client: SandboxClient) -> Names:
    return await _payment(client, amount=11_000, taxFreeAmount=5000)


def _canceled(*amounts: int | None) -> Callable[[SandboxClient], Awaitable[Names]]:
    async def make(client: SandboxClient) -> Names:
        names = await _payment(client)
        for amount in amounts:
            fields: dict[str, Any] = {} if amount is None else {"cancelAmount": amount}
            await client.cancel_payment(names["payment_key"], **fields)
        return names

    return make


async def _refused(client: SandboxClient) -> Names:
    billing_key = await client.billing_key("approves_after_1")
    await client.charge(billing_key)
    return {"billing_key": billing_key}


async def _session(client: SandboxClient) -> Names:
    body = {**CHARGE_BODY, "cardNumber": PERSONAS_BY_NAME["approve"].number}
    made = await client.http.post("_control/payments", json=body, auth=AUTH)
    return {"payment_key": made.json()["paymentKey"]}


async def _window(client: SandboxClient) -> Names:
    """A window is open, and its buyer has not paid."""
    await client.open_window(**{**ORDER_IN_WINDOW, "amount": "4900"})
    return {"payment_key": (await client.lookup("order-1")).json()["paymentKey"]}


def _paid_window(persona: str) -> Callable[[SandboxClient], Awaitable[Names]]:
    async def make(client: SandboxClient) -> Names:
        back = await client.pay_in_window(persona, amount="4900")
        return {"payment_key": back.params["paymentKey"]}

    return make


async def _late_window(client: SandboxClient) -> Names:
    names = await _window(client)
    await client.http.post("_control/clock/advance", json={"minutes": 30})
    return names


async def _late_session(client: SandboxClient) -> Names:
    names = await _session(client)
    await client.http.post("_control/clock/advance", json={"minutes": 10})
    return names


async def _old_shop(client: SandboxClient) -> Names:
    await client.http.post("_control/shops", json=OLD_SHOP)
    auth = (OLD_SHOP["secret_key"], "")
    issued = await client.http.post(CARD, json=CARD_BODY, auth=auth)
    return {"billing_key": issued.json()["billingKey"], "auth_key": await client.auth_key()}


async def _old_auth_key(client: SandboxClient) -> Names:
    await client.http.post("_control/shops", json=OLD_SHOP)
    return {"auth_key": await client.auth_key(clientKey=OLD_SHOP["client_key"])}


async def _old_payment(client: SandboxClient) -> Names:
    names = await _payment(client)
    await client.http.post("_control/clock/advance", json={"days": 15})
    return names


async def _lost_charge(client: SandboxClient) -> Names:
    billing_key = await client.billing_key()
    await client.fault("charge", "error_500_after", count=1)
    await client.charge(billing_key)
    return {"billing_key": billing_key}


async def _charged_again(client: SandboxClient) -> Names:
    names = await _lost_charge(client)
    await client.charge(names["billing_key"], "order-2")
    return names


async def _asked_first(client: SandboxClient) -> Names:
    names = await _lost_charge(client)
    await client.lookup("order-1")
    await client.charge(names["billing_key"], "order-2")
    return names


GIVEN: dict[str, Callable[[SandboxClient], Awaitable[Names]]] = {
    "nothing": _nothing,
    "an authKey": _auth_key,
    "a used authKey": _used_auth_key,
    "a key": _key,
    "an encoded key": _encoded_key,
    "a deleted key": _deleted_key,
    "a payment": _payment,
    "a partly tax-free payment": _tax_free,
    "a canceled payment": _canceled(None),
    "a payment with 900 canceled": _canceled(900),
    "a payment canceled in parts": _canceled(900, None),
    "a refused charge": _refused,
    "a lost charge": _lost_charge,
    "a charge made again after a lost answer": _charged_again,
    "a charge made after a look-up of a lost one": _asked_first,
    "a session": _session,
    "a late session": _late_session,
    "a window": _window,
    "a paid window": _paid_window("approve"),
    "a window paid with a stolen card": _paid_window("stolen"),
    "a late window": _late_window,
    "an older shop": _old_shop,
    "an authKey of an older shop": _old_auth_key,
    "a payment of 15 days ago": _old_payment,
    **{f"a key of {name}": _key_of(name) for name in PERSONAS_BY_NAME},
}


def filled(value: Any, names: Names) -> Any:
    """Replace names in braces by the values of the precondition."""
    if isinstance(value, str):
        return value.format_map(names) if names else value
    if isinstance(value, dict):
        return {name: filled(item, names) for name, item in value.items()}
    return value
