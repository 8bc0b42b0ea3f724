"""Webhooks in Toss's name: whatever they say, only a look-up at Toss may change a row."""

from __future__ import annotations

import random
from typing import Any

from tests.attacks.inputs import spoil
from tests.attacks.inputs.asgi import Request
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, Party, Site
from tests.attacks.inputs.surface import Surface
from tests.toss.responses import PAYMENT
from tossbill_ui.core.crypto import fingerprint

PATH = "/webhooks/toss"
# A row with its keys beside at most 8 kB of the body.
MOST_STORED = 8_192 + 1_024
MOST_LOGGED = 4_096
STATUSES = ("DONE", "CANCELED", "PARTIAL_CANCELED", "ABORTED", "EXPIRED", "WAITING_FOR_DEPOSIT")
HEADERS = {
    "content-type": "application/json",
    "tosspayments-webhook-transmission-time": "2026-11-24T12:00:00+09:00",
    "tosspayments-webhook-transmission-retried-count": "0",
    "tosspayments-webhook-transmission-id": "whtrans_a01j70335nkqqeg0zwzz2r4py9z",
}


def payment(rng: random.Random, of: Party) -> dict[str, Any]:
    """Return a webhook about a payment, as Toss sends it, with a status that is not true."""
    status = rng.choice(STATUSES)
    changes = {
        "orderId": of.order_id,
        "paymentKey": of.payment_key,
        "status": status,
        "balanceAmount": rng.choice([0, 1, 9900]),
        "cancels": [{"cancelAmount": 9900, "transactionKey": "t", "cancelStatus": "DONE"}],
    }
    kind = rng.choice(["PAYMENT_STATUS_CHANGED", "PAYMENT_STATUS_CHANGED", "CANCEL_STATUS_CHANGED"])
    return {"eventType": kind, "createdAt": "2026-11-24T12:00:00", "data": {**PAYMENT, **changes}}


def deleted(rng: random.Random, of: Party) -> dict[str, Any]:
    """Return a webhook about a deleted billing key that only guesses the key."""
    guess = rng.choice([of.method_id, of.payment_key, "sha256:", f"sha256:{fingerprint('guess')}"])
    data = {"billingKey": guess, "reason": "삭제 API 요청"}
    return {"eventType": "BILLING_DELETED", "createdAt": "2026-11-24T12:00:00", "data": data}


def deposit(rng: random.Random, of: Party) -> dict[str, Any]:
    """Return the flat webhook about a deposit."""
    return {
        "createdAt": "2026-11-24T12:00:00",
        "secret": "ps_guessed",
        "status": rng.choice(STATUSES),
        "transactionKey": of.payment_key,
        "orderId": of.order_id,
    }


def unknown(rng: random.Random, of: Party) -> dict[str, Any]:
    """Return a webhook that has nothing to do with billing."""
    kind = rng.choice(["payout.changed", "seller.changed", "METHOD_UPDATED", spoil.text(rng, "x")])
    return {"eventType": kind, "version": "1", "entityBody": {"customerKey": of.customer_key}}


def draw(rng: random.Random, site: Site) -> Request:
    """Draw a webhook."""
    of = site.parties[rng.choice([VICTIM, CUSTOMER])]
    body = rng.choice([payment, payment, deleted, deposit, unknown])(rng, of)
    swaps = (*site.parties[VICTIM].ids, *site.parties[CUSTOMER].ids)
    raw = spoil.written(rng, spoil.tree(rng, body, swaps))
    if rng.random() < 0.02:  # as large as it may be, and larger
        raw = raw[:-1] + b" " * rng.choice([8_000, 60_000, 70_000]) + raw[-1:]
    method = "POST" if rng.random() < 0.98 else rng.choice(["GET", "PUT", "DELETE", "HEAD"])
    return Request(PATH, method, spoil.headers(rng, HEADERS), raw)


async def attack(site: Site, sent: Request) -> str:
    """Post it: it is accepted or refused, and changes nothing."""
    async with site.watched(NOBODY, stored=MOST_STORED, logged=MOST_LOGGED):
        answer = await site.send(sent)
    assert answer.status == 200 or 400 <= answer.status < 500, answer.status
    return str(answer.status)


async def at_the_end(site: Site) -> None:
    """No webhook has moved money: both ledgers agree."""
    await site.shop.assert_ledgers_agree()


SURFACE = Surface("webhooks", draw, attack, weight=15, ends=at_the_end)
