"""The whole app in this process, with two customers and everything that they have."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from reflex.app import _ContextMiddleware
from starlette.types import ASGIApp

from tests.attacks.inputs import asgi
from tests.attacks.inputs.asgi import Answer, AsgiSocket, Headers, Request
from tests.attacks.inputs.guard import Guard, LogWatch, Stopwatch, TossWatch
from tests.conftest import NOON
from tests.simulation.seeded_ids import seeded_ids
from tests.support.shop import Shop, open_shop
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui import migrations, tossbill_ui
from tossbill_ui.build import ROOT, ensure_build
from tossbill_ui.core.logging import ONLY_WARNINGS
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payments.models import Payment
from tossbill_ui.ui import first_paint

VICTIM, CUSTOMER, VISITOR, NOBODY = "victim", "customer", "visitor", "nobody"
MOST_SECONDS = 2.0  # of CPU for one input; the slowest page takes a hundredth


@dataclass(frozen=True)
class Party:
    """A customer with a paid subscription, who is about to register another card.

    Attributes:
        cookie: The value of the session cookie.
        token: The one-time token of the open registration.
        auth_key: One that Toss has given out for this customer, not used yet.
    """

    session: Session
    cookie: str
    customer_key: str
    subscription_id: str
    method_id: str
    order_id: str
    payment_key: str
    registration_id: str
    token: str
    auth_key: str

    @property
    def customer_id(self) -> str:
        """The customer's id."""
        return self.session.customer_id

    @property
    def ids(self) -> tuple[str, ...]:
        """Everything that a thief could have seen."""
        return (
            *(self.session.id, self.customer_id, self.customer_key, self.subscription_id),
            *(self.method_id, self.order_id, self.payment_key, self.registration_id),
            *(self.token, self.auth_key),
        )


@dataclass
class Site:
    """The app and its customers."""

    app: ASGIApp
    folder: Path
    shop: Shop
    parties: dict[str, Party]
    visitor: str
    guard: Guard
    toss: TossWatch
    log: LogWatch
    _calls: int = 0

    def cookie_of(self, caller: str) -> str:
        """Return the session cookie's value: a party's, a visitor's without rows, or none."""
        if caller in self.parties:
            return self.parties[caller].cookie
        return self.visitor if caller == VISITOR else ""

    def headers_of(self, caller: str) -> Headers:
        """Return the headers of a caller's browser."""
        cookie = self.cookie_of(caller)
        return ((b"cookie", f"{sessions.COOKIE_NAME}={cookie}".encode()),) if cookie else ()

    async def send(self, sent: Request) -> Answer:
        """Send a request with its caller's cookie, and wait for the work that it starts."""
        headers = (*sent.headers, *self.headers_of(sent.caller))
        whole = Request(sent.target, sent.method, headers, sent.body)
        answer = await asgi.respond(self.app, whole, self._address())
        await self.shop.rt.tasks.drain(seconds=60)
        return answer

    async def socket(self, target: str, headers: Headers) -> AsgiSocket:
        """Open a websocket."""
        opened = AsgiSocket()
        await opened.open(self.app, target, headers, self._address())
        return opened

    def _address(self) -> str:
        """Return another address for each call: what one address may do has tests of its own."""
        self._calls += 1
        return f"10.{self._calls >> 16 & 255}.{self._calls >> 8 & 255}.{self._calls & 255}"

    @asynccontextmanager
    async def watched(self, caller: str, *, stored: int, logged: int) -> AsyncGenerator[None]:
        """Check an input's effects: see `guard`.

        Args:
            caller: Whose rows it may change, if a customer sent it.
            stored: How many bytes it may store.
            logged: How many bytes it may log.
        """
        watch = Stopwatch()
        try:
            yield
            watch.check(most=MOST_SECONDS)
            self.log.check(most=logged)
            self.guard.check(caller, stored=stored)
            self.toss.check(caller)
        finally:
            self.log.lines.clear()
            self.guard.take()
            self.toss.take()


@asynccontextmanager
async def open_site(folder: Path, seed: int) -> AsyncGenerator[Site]:
    """Open a site with its own database.

    Args:
        folder: For the files.
        seed: The same seed makes the same customers.
    """
    file = folder / "tossbill.db"
    url = f"sqlite+aiosqlite:///{file}"
    await asyncio.to_thread(migrations.upgrade, url)
    async with AsyncExitStack() as stack:
        stack.enter_context(seeded_ids(seed))
        shop = await stack.enter_async_context(open_shop(folder, url, NOON))
        app = await stack.enter_async_context(_running(shop))
        parties = {name: await _party(shop) for name in (VICTIM, CUSTOMER)}
        guard = Guard(file, {name: party.customer_id for name, party in parties.items()})
        stack.callback(guard.close)
        keys = {name: party.customer_key for name, party in parties.items()}
        toss = TossWatch(folder / "sandbox.db", keys)
        stack.callback(toss.close)
        log = stack.enter_context(_logged())
        visitor = sessions.seal(shop.rt.signer, new_session())
        yield Site(app, folder, shop, parties, visitor, guard, toss, log)


@contextmanager
def _logged() -> Generator[LogWatch]:
    """Watch what the web process would write to its log."""
    watch, root = LogWatch(), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("root", *ONLY_WARNINGS)}
    root.addHandler(watch)
    for name in levels:
        logging.getLogger(name).setLevel(logging.INFO if name == "root" else logging.WARNING)
    try:
        yield watch
    finally:
        root.removeHandler(watch)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@asynccontextmanager
async def _running(shop: Shop) -> AsyncGenerator[ASGIApp]:
    """Put our routes and protections around Reflex's app, with the shop's runtime."""
    environment = {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(ensure_build().relative_to(ROOT)),
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "TOSSBILL_CARD_FORM": "on",
    }
    reflex = tossbill_ui.app
    assert reflex._api
    assert reflex.sio
    # It looks for sockets that have gone silent, on the event loop of the first site only.
    reflex.sio.eio.start_service_task = False
    with (
        patch.dict(os.environ, environment),
        patch.object(tossbill_ui, "build_runtime", lambda settings: shop.rt),
        # Nobody waits for what never comes.
        patch.object(first_paint, "WAIT_SECONDS", 0.0),
    ):
        app = _ContextMiddleware(tossbill_ui.with_our_routes(reflex._api), reflex)
        async with reflex._setup_event_processor():
            yield app


async def _party(shop: Shop) -> Party:
    session = new_session()
    seen = await shop.subscribe(session)
    [payment] = [row for row in await shop.rows(Payment) if row.customer_id == session.customer_id]
    call = await registration.start(shop.rt, session)
    back = dict(parse_qsl(urlsplit(call.success_url).query))
    card = {"customerKey": call.customer_key, "cardNumber": PERSONAS_BY_NAME["approve"].number}
    given = await shop.control("POST", "authorizations", card)
    return Party(
        session=session,
        cookie=sessions.seal(shop.rt.signer, session),
        customer_key=call.customer_key,
        subscription_id=seen.subscription.id,
        method_id=seen.method.id,
        order_id=payment.order_id,
        payment_key=payment.payment_key or "",
        registration_id=call.registration_id,
        token=back["token"],
        auth_key=given["authKey"],
    )
