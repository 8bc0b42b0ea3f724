"""Corrupted requests to our own pages, files and webhooks: returns, cookies, filters."""

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
from tests.proof.inputs import corrupt
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
    """A shop with one paying customer, and a client of its pages.

    Attributes:
        cookie: The value of the customer's cookie.
    """

    shop: Shop
    owner: Session
    cookie: str
    http: httpx.AsyncClient

    async def get(self, path: str, *, cookie: bytes = b"") -> httpx.Response:
        """Request a page; an exception in our code is raised here."""
        headers = [(b"cookie", cookie)] if cookie else []
        self.http.cookies.clear()  # those of the previous request
        return await self.http.get(path, headers=headers)

    async def everything(self) -> list[str]:
        """Return everything that no input may change."""
        rows = [repr(row) for table in MONEY for row in await self.shop.rows(table)]
        return [*rows, str(await self.shop.control("GET", "ledger"))]


@asynccontextmanager
async def visited(folder: Path, database_url: str) -> AsyncGenerator[Visited]:
    """Open a shop and its pages, without compiling them."""
    async with open_shop(folder, database_url, NOON) as shop:
        owner = new_session()
        await shop.subscribe(owner)
        routes = [*ROUTES, *download_routes({CSV_PATH: history_csv}), *_pages(folder, shop)]
        wire = httpx.ASGITransport(Starlette(routes=routes))
        cookie = sessions.seal(shop.rt.signer, owner)
        # Do not wait for responses that never come.
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


async def post_corrupted_webhooks(
    folder: Path, database_url: str, inputs: int, rng: random.Random
) -> Counter[str]:
    """Post corrupted webhooks to ``/webhooks/toss``; none of them changes anything."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        [payment] = await world.shop.rows(Payment)
        known = (payment.order_id, payment.payment_key, "DONE", "CANCELED", *HOOKS)
        before = await world.everything()
        for _ in range(inputs):
            answer = await world.shop.post_webhook(_webhook(rng, known))
            found[str(answer.status_code)] += 1
        assert set(found) == {"200"}
        assert await world.everything() == before
    return found


def _webhook(rng: random.Random, known: tuple[str, ...]) -> bytes:
    names = ("orderId", "paymentKey", "status", "billingKey", "secret", "totalAmount")
    inner = {name: corrupt.value(rng, *known) for name in rng.sample(names, k=3)}
    body = {"eventType": rng.choice(HOOKS), "data": inner if rng.random() < 0.7 else None}
    for name in rng.sample(sorted(body), k=rng.randint(0, 1)):
        body[name] = corrupt.value(rng, *known)
    written = json.dumps(body).encode()
    return corrupt.data(rng, written) if rng.random() < 0.3 else written


async def return_with_corrupted_queries(
    folder: Path, database_url: str, inputs: int, rng: random.Random
) -> Counter[str]:
    """Return from Toss's window with corrupted queries; none of them registers a card."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        call = await registration.start(world.shop.rt, world.owner)
        back = dict(parse_qsl(urlsplit(call.success_url).query))
        back |= {"authKey": "PLANTED", "customerKey": call.customer_key}
        before = await methods(world.shop.rt)
        for _ in range(inputs):
            # One value is always wrong: with all values right it would be a real return.
            query = corrupt.query(rng, _with_one_wrong(rng, back), RETURN_NAMES)
            path = rng.choice(("/success/", "/fail/"))
            answer = await world.get(f"{path}?{query}", cookie=_cookie_header(world.cookie))
            found[_checked(answer)] += 1
        rows: list[Registration] = await world.shop.rows(Registration)
        assert [row.status for row in rows if row.auth_key_hash] == ["issued"]
        assert await methods(world.shop.rt) == before
        await world.shop.assert_ledgers_agree()
    return found


def _with_one_wrong(rng: random.Random, back: dict[str, str]) -> dict[str, str]:
    wrong = rng.choice(("token", "registration", "customerKey"))
    return back | {"code": "REJECT_CARD_COMPANY", "message": "no", wrong: "of-another"}


def _checked(answer: httpx.Response) -> str:
    """Check that a response is a page of ours or a redirect to one, without injected HTML."""
    assert answer.status_code in (200, 303), answer.status_code
    if answer.status_code == 303:
        assert answer.headers["location"].startswith(("/success/?", "/fail/?"))
        assert "PLANTED" not in answer.headers["location"]
    assert "<script>alert" not in answer.text
    return str(answer.status_code)


def _cookie_header(cookie: str) -> bytes:
    return f"{sessions.COOKIE_NAME}={cookie}".encode()


async def visit_with_corrupted_cookies(
    folder: Path, database_url: str, inputs: int, rng: random.Random
) -> Counter[str]:
    """Request the history with corrupted cookies; only its owner sees any line."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        other = sessions.seal(world.shop.rt.signer, new_session())
        every = len(
            (await world.get(CSV_PATH, cookie=_cookie_header(world.cookie))).text.splitlines()
        )
        assert every > 1
        for _ in range(inputs):
            cookie = _corrupted_cookie(rng, world.cookie, other)
            answer = await world.get(CSV_PATH, cookie=cookie)
            assert answer.status_code == 200
            is_shown = len(answer.text.splitlines()) > 1
            assert not is_shown or _is_signed(cookie, world.cookie), cookie
            found["shown to the owner" if is_shown else "no_cookie"] += 1
    return found


def _corrupted_cookie(rng: random.Random, own_cookie: str, other: str) -> bytes:
    """Return a cookie header: right, corrupted, signed for another, or with several cookies."""
    (one, who, _), (_, _, token) = own_cookie.split("."), other.split(".")
    forged = f"{one}.{who}.{token}"
    value = rng.choice(
        (corrupt.text(rng, own_cookie), forged, corrupt.text(rng, forged), other, own_cookie)
    )
    written = f"{sessions.COOKIE_NAME}={value}"
    if rng.random() < 0.3:
        written = f'{rng.choice(corrupt.EVIL)}=x; {written}; a="'
    sent = written.encode(errors="replace")
    return corrupt.data(rng, sent) if rng.random() < 0.3 else sent


def _is_signed(header: bytes, cookie: str) -> bool:
    """Whether a header contains the owner's signature, in any base64 spelling."""
    identity, _, token = cookie.rpartition(".")
    _, _, rest = header.partition(f"{identity}.".encode())
    given = base64.urlsafe_b64decode(rest[: len(token)] + b"=") if rest else b""
    return given == base64.urlsafe_b64decode(token + "=")


async def filter_with_nonsense(
    folder: Path, database_url: str, inputs: int, rng: random.Random
) -> Counter[str]:
    """Filter the history with nonsense; the lines shown are a subsequence of all lines."""
    found: Counter[str] = Counter()
    async with visited(folder, database_url) as world:
        own_cookie, no_cookie = _cookie_header(world.cookie), b""
        every = (await world.get(CSV_PATH, cookie=own_cookie)).text.splitlines()
        known = await _filters(world)
        for _ in range(inputs):
            query = corrupt.query(rng, known, FILTER_NAMES)
            shown = (await world.get(f"{CSV_PATH}?{query}", cookie=own_cookie)).text.splitlines()
            assert shown == [line for line in every if line in shown]
            if rng.random() < 0.2:
                page = await world.get(f"/history/?{query}", cookie=own_cookie)
                assert page.status_code == 200
            stranger_lines = (
                await world.get(f"{CSV_PATH}?{query}", cookie=no_cookie)
            ).text.splitlines()
            assert len(stranger_lines) == 1
            found["all" if shown == every else "some" if len(shown) > 1 else "none"] += 1
    return found


async def _filters(world: Visited) -> dict[str, str]:
    [row] = await world.shop.rows(Subscription)
    days = {"since_on": "2026-11-01", "until_on": "2026-12-01"}
    return {"topic": "payment", "period": "days", "subscription": row.id, **days}
