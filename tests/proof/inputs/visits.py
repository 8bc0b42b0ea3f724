"""Spoiled requests to our own pages, files and webhooks: returns, cookies, filters."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from tests.conftest import NOON
from tests.payment_methods.flow import methods
from tests.proof.inputs import spoil
from tests.support.shop import Shop, open_shop
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.http.downloads import download_routes
from tossbill_ui.http.pages import page_routes
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payments.models import Payment, Refund
from tossbill_ui.subscriptions.models import Subscription, SubscriptionEvent
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.history.csv_file import history_csv
from tossbill_ui.ui.history.view import CSV_PATH

MONEY = (Payment, Refund, Subscription, SubscriptionEvent, PaymentMethod)
RETURN_NAMES = (
    "authKey",
    "customerKey",
    "registration",
    "token",
    "code",
    "message",
    "plan",
    "kind",
)
FILTER_NAMES = ("topic", "period", "since_on", "until_on", "subscription")
HOOKS = ("PAYMENT_STATUS_CHANGED", "CANCEL_STATUS_CHANGED", "BILLING_DELETED", "DEPOSIT_CALLBACK")


@dataclass(frozen=True)
class Visited:
    """A shop with one customer who pays, and a way to its pages.

    Attributes:
        cookie: The value of the customer's cookie.
    """

    shop: Shop
    owner: Session
    cookie: str
    http: httpx.AsyncClient

    async def get(self, path: str, *, cookie: bytes = b"") -> httpx.Response:
        """Visit a page; an exception of ours comes out here."""
        headers = [(b"cookie", cookie)] if cookie else []
        self.http.cookies.clear()  # those of the visit before
        return await self.http.get(path, headers=headers)

    async def everything(self) -> list[str]:
        """Return what nobody's input may change."""
        rows = [repr(row) for table in MONEY for row in await self.shop.rows(table)]
        return [*rows, str(await self.shop.control("GET", "ledger"))]


@asynccontextmanager
async def visited(folder: Path, database_url: str) -> AsyncGenerator[Visited]:
    """Open a shop and its pages, without what the compiler makes of them."""
    async with open_shop(folder, database_url, NOON) as shop:
        owner = new_session()
        await shop.subscribe(owner)
        routes = [*ROUTES, *download_routes({CSV_PATH: history_csv}), *_pages(folder, shop)]
        wire = httpx.ASGITransport(Starlette(routes=routes))
        cookie = sessions.seal(shop.rt.signer, owner)
        # Nobody waits for an answer that does not come.
        with patch.object(first_paint, "WAIT_SECONDS", 0.0):
            async with httpx.AsyncClient(transport=wire, base_url="http://shop.test") as http:
                yield Visited(shop, owner, cookie, http)


def _pages(folder: Path, shop: Shop) -> list[Route]:
    paints = first_paint.first_paints(shop.rt.settings)
    client = folder / "client"
    for path in paints:
        page = client / path.strip("/") / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text('<p data-slot="view">-</p><p data-slot="body">-</p>')
    return list(page_routes(client, paints))


async def hear_spoiled_webhooks(
    folder: Path, database_url: str, inputs: int, luck: random.Random
) -> Counter[str]:
    """Post spoiled webhooks to ``/webhooks/toss``; none of them changes anything."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        [payment] = await world.shop.rows(Payment)
        known = (payment.order_id, payment.payment_key, "DONE", "CANCELED", *HOOKS)
        before = await world.everything()
        for _ in range(inputs):
            answer = await world.shop.hear(_webhook(luck, known))
            found[str(answer.status_code)] += 1
        assert set(found) == {"200"}
        assert await world.everything() == before
    return found


def _webhook(luck: random.Random, known: tuple[str, ...]) -> bytes:
    names = ("orderId", "paymentKey", "status", "billingKey", "secret", "totalAmount")
    inner = {name: spoil.value(luck, *known) for name in luck.sample(names, k=3)}
    body = {"eventType": luck.choice(HOOKS), "data": inner if luck.random() < 0.7 else None}
    for name in luck.sample(sorted(body), k=luck.randint(0, 1)):
        body[name] = spoil.value(luck, *known)
    written = json.dumps(body).encode()
    return spoil.data(luck, written) if luck.random() < 0.3 else written


async def come_back_spoiled(
    folder: Path, database_url: str, inputs: int, luck: random.Random
) -> Counter[str]:
    """Come back from Toss's window with spoiled queries; no card is registered by them."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        call = await registration.start(world.shop.rt, world.owner)
        back = dict(parse_qsl(urlsplit(call.success_url).query))
        back |= {"authKey": "PLANTED", "customerKey": call.customer_key}
        before = await methods(world.shop.rt)
        for _ in range(inputs):
            # One of them is always another's: all that is right would be a real return.
            spoiled = spoil.query(luck, _with_one_wrong(luck, back), RETURN_NAMES)
            path = luck.choice(("/success/", "/fail/"))
            answer = await world.get(f"{path}?{spoiled}", cookie=_sent(world.cookie))
            found[_judged(answer)] += 1
        rows: list[Registration] = await world.shop.rows(Registration)
        assert [row.status for row in rows if row.auth_key_hash] == ["issued"]
        assert await methods(world.shop.rt) == before
        await world.shop.assert_ledgers_agree()
    return found


def _with_one_wrong(luck: random.Random, back: dict[str, str]) -> dict[str, str]:
    wrong = luck.choice(("token", "registration", "customerKey"))
    return back | {"code": "REJECT_CARD_COMPANY", "message": "no", wrong: "of-another"}


def _judged(answer: httpx.Response) -> str:
    """A page, or the way to one of ours; no text of a stranger stands in it as HTML."""
    assert answer.status_code in (200, 303), answer.status_code
    if answer.status_code == 303:
        assert answer.headers["location"].startswith(("/success/?", "/fail/?"))
        assert "PLANTED" not in answer.headers["location"]
    assert "<script>alert" not in answer.text
    return str(answer.status_code)


def _sent(cookie: str) -> bytes:
    return f"{sessions.COOKIE_NAME}={cookie}".encode()


async def visit_with_spoiled_cookies(
    folder: Path, database_url: str, inputs: int, luck: random.Random
) -> Counter[str]:
    """Ask for the history with spoiled cookies; nobody but its owner is shown a line."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        other = sessions.seal(world.shop.rt.signer, new_session())
        every = len((await world.get(CSV_PATH, cookie=_sent(world.cookie))).text.splitlines())
        assert every > 1
        for _ in range(inputs):
            cookie = _spoiled_cookie(luck, world.cookie, other)
            answer = await world.get(CSV_PATH, cookie=cookie)
            assert answer.status_code == 200
            is_shown = len(answer.text.splitlines()) > 1
            assert not is_shown or _is_signed(cookie, world.cookie), cookie
            found["shown to the owner" if is_shown else "nobody"] += 1
    return found


def _spoiled_cookie(luck: random.Random, mine: str, other: str) -> bytes:
    """Return a header: as it should be, spoiled, signed for another, or with several of them."""
    (one, who, _), (_, _, token) = mine.split("."), other.split(".")
    forged = f"{one}.{who}.{token}"
    value = luck.choice((spoil.text(luck, mine), forged, spoil.text(luck, forged), other, mine))
    written = f"{sessions.COOKIE_NAME}={value}"
    if luck.random() < 0.3:
        written = f'{luck.choice(spoil.EVIL)}=x; {written}; a="'
    sent = written.encode(errors="replace")
    return spoil.data(luck, sent) if luck.random() < 0.3 else sent


def _is_signed(header: bytes, cookie: str) -> bool:
    """Whether the owner's own signature stands in a header, however base64 may spell it."""
    identity, _, token = cookie.rpartition(".")
    _, _, rest = header.partition(f"{identity}.".encode())
    given = base64.urlsafe_b64decode(rest[: len(token)] + b"=") if rest else b""
    return given == base64.urlsafe_b64decode(token + "=")


async def filter_with_nonsense(
    folder: Path, database_url: str, inputs: int, luck: random.Random
) -> Counter[str]:
    """Filter the history by nonsense; what is shown is some of what there is, in its order."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        mine, nobody = _sent(world.cookie), b""
        every = (await world.get(CSV_PATH, cookie=mine)).text.splitlines()
        known = await _filters(world)
        for _ in range(inputs):
            asked = spoil.query(luck, known, FILTER_NAMES)
            shown = (await world.get(f"{CSV_PATH}?{asked}", cookie=mine)).text.splitlines()
            assert shown == [line for line in every if line in shown]
            if luck.random() < 0.2:
                page = await world.get(f"/history/?{asked}", cookie=mine)
                assert page.status_code == 200
            strangers = (await world.get(f"{CSV_PATH}?{asked}", cookie=nobody)).text.splitlines()
            assert len(strangers) == 1
            found["all" if shown == every else "some" if len(shown) > 1 else "none"] += 1
    return found


async def _filters(world: Visited) -> dict[str, str]:
    [row] = await world.shop.rows(Subscription)
    days = {"since_on": "2026-11-01", "until_on": "2026-12-01"}
    return {"topic": "payment", "period": "days", "subscription": row.id, **days}
