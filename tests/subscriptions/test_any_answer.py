"""A thousand spoiled answers to charges: nothing breaks, and nothing is believed that is not so."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import NOON
from tests.support.population import fill
from tests.support.shop import Shop, open_shop
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Invoice, InvoiceStatus, Payment
from tossbill_ui.payments.settle import settle
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.renewal import run_due

ANSWERS = 1_000
JUNK = (None, True, -1, 0, 10**30, 1.5, "", "x", "9900", "2026-13-45", [], {}, [{}], "\ud800")
Body = dict[str, Any]


class Spoiler(httpx.AsyncBaseTransport):
    """Spoils every answer to a charge; half of the requests do not even reach Toss."""

    def __init__(self, wire: httpx.AsyncBaseTransport, luck: random.Random) -> None:
        self._wire, self._luck = wire, luck
        self.spoiled: Counter[str] = Counter()
        self.is_well = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        parts = request.url.path.rpartition("/v1/billing/")
        is_charge = bool(parts[1]) and "/" not in parts[2]
        if self.is_well or not is_charge:
            return await self._wire.handle_async_request(request)
        if self._luck.random() < 0.5:
            return self._spoil({"orderId": "none", "status": "DONE"})
        answer = await self._wire.handle_async_request(request)
        return self._spoil(json.loads(await answer.aread()))

    def _spoil(self, body: Body) -> httpx.Response:
        way = self._luck.choice(WAYS)
        self.spoiled[way.__name__] += 1
        return way(self._luck, body)


def other_values(luck: random.Random, body: Body) -> httpx.Response:
    """Some fields hold something else."""
    for name in luck.sample(sorted(body), k=min(3, len(body))):
        body[name] = luck.choice(JUNK)
    return httpx.Response(200, content=json.dumps(body).encode())


def missing_fields(luck: random.Random, body: Body) -> httpx.Response:
    """Only some fields are there."""
    kept = luck.sample(sorted(body), k=len(body) // 2)
    return httpx.Response(200, json={name: body[name] for name in kept})


def another_payment(luck: random.Random, body: Body) -> httpx.Response:
    """The answer is about something else, or calls it by another's name."""
    changes: list[Body] = [
        {"orderId": "0" * 32 + "-0001-1"},
        {"totalAmount": 1},
        {"status": "WAITING"},
        {"paymentKey": "of-another"},
    ]
    return httpx.Response(200, json={**body, **luck.choice(changes)})


def cut_off(luck: random.Random, body: Body) -> httpx.Response:
    """The answer ends too early."""
    text = json.dumps(body).encode()
    return httpx.Response(200, content=text[: luck.randrange(len(text))])


def flipped_bits(luck: random.Random, body: Body) -> httpx.Response:
    """Some bytes are others."""
    text = bytearray(json.dumps(body).encode())
    for _ in range(8):
        text[luck.randrange(len(text))] ^= 1 << luck.randrange(8)
    return httpx.Response(200, content=bytes(text))


def noise(luck: random.Random, body: Body) -> httpx.Response:
    """Any bytes under any status."""
    return httpx.Response(luck.randrange(200, 600), content=luck.randbytes(luck.randrange(200)))


def unseen_code(luck: random.Random, body: Body) -> httpx.Response:
    """An error that nobody has told us of."""
    problem = {"code": f"UNSEEN_{luck.randrange(100)}", "message": luck.choice(JUNK)}
    status = luck.choice([400, 403, 404, 409, 500, 503])
    return httpx.Response(status, content=json.dumps(problem).encode())


def not_an_object(luck: random.Random, body: Body) -> httpx.Response:
    """JSON, but not what was agreed."""
    status = luck.choice([200, 201, 204, 301, 400, 500])
    return httpx.Response(status, content=json.dumps(luck.choice(JUNK)).encode())


def lost(luck: random.Random, body: Body) -> httpx.Response:
    """No answer at all."""
    raise luck.choice([httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError])("lost")


WAYS: tuple[Callable[[random.Random, Body], httpx.Response], ...] = (
    other_values,
    missing_fields,
    another_payment,
    cut_off,
    flipped_bits,
    noise,
    unseen_code,
    not_an_object,
    lost,
)


async def test_a_thousand_spoiled_answers(
    tmp_path: Path, database_url: str, session: Session
) -> None:
    spoilers: list[Spoiler] = []

    def through(wire: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        spoilers.append(Spoiler(wire, random.Random(1)))  # noqa: S311 - answers, no secret
        return spoilers[0]

    async with open_shop(tmp_path, database_url, NOON, through=through) as shop:
        card = await shop.card(session)
        await fill(shop.rt, ANSWERS, customer_id=session.customer_id, payment_method_id=card)

        report = await run_due(shop.rt, budget_seconds=600)

        assert report.failed == 0
        assert sum(spoilers[0].spoiled.values()) == ANSWERS
        assert len(spoilers[0].spoiled) == len(WAYS)
        await assert_nothing_wrong(shop)

        spoilers[0].is_well = True
        shop.machine.advance(timedelta(hours=1))
        await settle(shop.rt, FOLLOW)
        await shop.assert_ledgers_agree()
        await assert_nothing_wrong(shop)


async def assert_nothing_wrong(shop: Shop) -> None:
    """What is *done* was charged, what is *refused* was not, and only what is paid is entered."""
    ledger = await shop.control("GET", "ledger")
    charged = {row["order_id"] for row in ledger["entries"] if row["effect"] == "payment_approved"}
    payments: list[Payment] = await shop.rows(Payment)
    assert len(payments) == ANSWERS
    assert {p.order_id for p in payments if p.status == "done"} <= charged
    assert not {p.order_id for p in payments if p.status == "refused"} & charged
    paid = {p.invoice_id for p in payments if p.status == "done"}
    invoices: list[Invoice] = await shop.rows(Invoice)
    assert {each.id for each in invoices if each.status == InvoiceStatus.PAID} == paid
    entered = [each for each in await shop.rows(Subscription) if each.period_number > 1]
    assert len(entered) == len(paid)
