"""A shop with its engine, on a real database, with the real sandbox in this process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import SQLModel, select
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.payment_methods.flow import window_return
from tossbill_sandbox.app import SANDBOX_SECRET_KEY, create_app
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui import runtime
from tossbill_ui.build import ROOT
from tossbill_ui.composition import connect_domains
from tossbill_ui.core.calendar import instant, korean_day
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, Signer, new_encryption_key
from tossbill_ui.core.db import Database
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.types import EventType
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Payment, Refund
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import price_increase, subscribe
from tossbill_ui.subscriptions.engine import renewal
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.sandbox_clock import SandboxClock

BASE = "http://toss.test/sandbox"
OUR_WEBHOOKS = "http://shop.test/webhooks/toss"


class Shop:
    """Drives the services in place of customers, the engine and time."""

    def __init__(self, rt: Runtime, clock: FrozenClock, machine: FrozenClock, http: Any) -> None:
        self.rt = rt
        self.clock = clock
        self.machine = machine
        self._http: httpx.AsyncClient = http

    async def card(self, session: Session, persona: str = "approve") -> str:
        """Register a sandbox card and return the payment method's id."""
        call = await registration.start(self.rt, session)
        answer = await self.control(
            "POST",
            "authorizations",
            {
                "customerKey": call.customer_key,
                "cardNumber": PERSONAS_BY_NAME[persona].number,
            },
        )
        await registration.finish(self.rt, session, window_return(call, auth_key=answer["authKey"]))
        await self.rt.tasks.drain(seconds=120)
        outcome = await outcomes.get_outcome(self.rt, actor_of(session), call.registration_id)
        assert outcome.method is not None
        return outcome.method.id

    async def subscribe(
        self, session: Session, plan_code: str = "basic", persona: str = "approve"
    ) -> SubscriptionView:
        """Register a card, subscribe with it, and wait for the first charge."""
        method_id = await self.card(session, persona)
        return await self.view(session, await self.begin(session, plan_code, method_id))

    async def begin(self, session: Session, plan_code: str, method_id: str, **more: bool) -> str:
        """Subscribe on the current terms and return the id, without waiting for the charge."""
        quote = await subscribe.quote(self.rt, actor_of(session), plan_code)
        return await subscribe.subscribe(
            self.rt,
            actor_of(session),
            plan_code=plan_code,
            payment_method_id=method_id,
            agreed=quote.terms,
            **more,
        )

    async def view(self, session: Session, subscription_id: str) -> SubscriptionView:
        """Return a subscription once the running tasks have finished."""
        await self.rt.tasks.drain(seconds=120)
        return await view.subscription(self.rt, actor_of(session), subscription_id)

    async def run(self) -> renewal.Report:
        """Run the engine once, including refunds."""
        report = await renewal.run_due(self.rt)
        await settle(self.rt)
        return report

    async def consent_to_trial_end(self, session: Session, subscription_id: str) -> None:
        """Advance to three days before a trial ends, announce its end, and consent to it."""
        ends_on = (await self.view(session, subscription_id)).subscription.ends_on
        await self.go_to(ends_on - timedelta(days=3))
        await announce_trials(self.rt)
        await price_increase.record_decision(
            self.rt, actor_of(session), subscription_id, accepts=True
        )

    async def go_to(self, day: date, hour: int = 11) -> None:
        """Advance time to a Korean day and hour, without running anything."""
        at = instant(day) + timedelta(hours=hour)
        self.wait(at - self.clock.now())

    def wait(self, span: timedelta) -> None:
        """Advance both clocks."""
        self.clock.advance(span)
        self.machine.advance(span)

    async def run_daily_until(self, last: date) -> None:
        """Run the engine once a day up to and including a day."""
        day = korean_day(self.clock.now())
        while day < last:
            day += timedelta(days=1)
            await self.go_to(day)
            await self.run()

    async def faults(self, *rules: dict[str, Any]) -> None:
        """Replace the sandbox's fault rules."""
        await self.control("POST", "faults", list(rules))

    async def webhooks(self, method: str = "POST", path: str = "", **body: Any) -> Any:
        """Call the sandbox's webhook control API; return once the webhooks it sent are handled."""
        answer = await self.control(method, f"webhooks{path}", body or None)
        await self.rt.tasks.drain(seconds=120)
        return answer

    async def post_webhook(self, body: bytes) -> httpx.Response:
        """Post a body to our webhook address, as anybody could."""
        answer = await self._http.post(OUR_WEBHOOKS, content=body)
        await self.rt.tasks.drain(seconds=120)
        return answer

    async def billing_key(self, payment_method_id: str) -> str:
        """Return the billing key of a payment method, decrypted."""
        [method] = [row for row in await self.rows(PaymentMethod) if row.id == payment_method_id]
        context = billing_key_context(payment_method_id)
        return self.rt.cipher.decrypt(method.billing_key_sealed, context=context)

    async def money(self) -> list[tuple[str, int]]:
        """Return every charge and refund at Toss with its amount, oldest first."""
        ledger = await self.control("GET", "ledger")
        return [
            (row["effect"].removeprefix("payment_"), row["amount_krw"])
            for row in ledger["entries"]
            if row["amount_krw"] is not None
        ]

    async def refund_at_toss(
        self, payment: Payment, amount_krw: int | None = None, reason: str = "콘솔"
    ) -> None:
        """Refund a payment as in Toss's console, wholly or in part."""
        body = {"orderId": payment.order_id, "amount": amount_krw, "reason": reason}
        await self.control("POST", "refunds", body)

    async def assert_ledgers_agree(self) -> None:
        """Compare Toss's ledger with our rows, to the won."""
        ledger = await self.control("GET", "ledger")
        theirs = sorted(
            (row["order_id"], row["effect"], row["amount_krw"])
            for row in ledger["entries"]
            if row["amount_krw"] is not None
        )
        payments, refunds = await self.rows(Payment), await self.rows(Refund)
        orders = {payment.id: payment.order_id for payment in payments}
        ours = [(p.order_id, "payment_approved", p.amount_krw) for p in payments if p.payment_key]
        ours += [
            (orders[refund.payment_id], "payment_canceled", refund.amount_krw)
            for refund in refunds
            if refund.status == "done"
        ]
        assert sorted(ours) == theirs

    async def assert_toss_accuses_nobody(self) -> None:
        """Assert that we charged nobody again after an answer that we had not heard."""
        check = await self.control("GET", "ledger/check")
        assert (check["consistent"], check["double_charges"]) == (True, [])

    async def rows(self, table: type[Any]) -> list[Any]:
        """Return every row of a table, oldest first."""
        async with self.rt.db.read() as db:
            found = (await db.exec(select(table))).all()
        return sorted(found, key=lambda row: getattr(row, "created_at", row.id))

    async def event_types(self, session: Session, subscription_id: str) -> list[str]:
        """Return the types of a subscription's events but changes of access, oldest first."""
        lines = await view.events(self.rt, actor_of(session), subscription_id)
        return [line.type for line in lines if line.type != EventType.CUSTOMER_ACCESS_CHANGED]

    async def only_row(self, table: type[SQLModel], subscription_id: str) -> Any:
        """Return a subscription's only row in a table."""
        found = [row for row in await self.rows(table) if row.subscription_id == subscription_id]
        assert len(found) == 1
        return found[0]

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._http.request(method, f"{BASE}/_control/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()


@asynccontextmanager
async def open_shop(
    folder: Path,
    database_url: str,
    at: datetime,
    *,
    followed: bool = False,
    wrap_transport: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] | None = None,
    per_minute: int | None = None,
) -> AsyncGenerator[Shop]:
    """Open a shop with the sample plans.

    Args:
        folder: For the sandbox's file.
        database_url: A database with our schema.
        at: The time at which the clocks start.
        followed: Whether the shop follows the sandbox's clock.
        wrap_transport: Wraps the transport to Toss.
        per_minute: The limit of calls to Toss a minute.
    """
    clock, machine = FrozenClock(at), FrozenClock(at)
    app = Starlette(routes=list(ROUTES))
    wire = httpx.ASGITransport(app)
    sandbox = create_app(
        database=folder / "sandbox.db",
        clock=clock,
        seed="shop",
        followed=followed,
        webhook_transport=wire,
    )
    app.routes.append(Mount("/sandbox", sandbox))
    settings = Settings()
    connect_domains()
    rt = Runtime(
        settings=settings,
        db=Database(database_url),
        toss=TossClient(
            base_url=BASE,
            secret_key=settings.secret_key,
            transport=wrap_transport(wire) if wrap_transport else wire,
            per_minute=per_minute,
        ),
        clock=SandboxClock(BASE, wire) if followed else clock,
        machine=machine,
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
    )
    auth = (SANDBOX_SECRET_KEY, "")
    runtime.install(rt)
    try:
        await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))
        async with httpx.AsyncClient(transport=wire, auth=auth) as http:
            shop = Shop(rt, clock, machine, http)
            yield shop
            await shop.assert_toss_accuses_nobody()
    finally:
        runtime.install(None)
        await rt.close()
        await sandbox.aclose()
