"""Delivery of webhooks when they are due on the sandbox's clock."""

import asyncio
import sqlite3
from contextlib import suppress

import httpx

from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import outbox, webhook_text, webhooks
from tossbill_sandbox.webhooks.webhooks import Delivery


class WebhookSender:
    """Sends due webhooks, and checks for new ones after every write to the store.

    It keeps no state of its own: a delivery in flight when the process dies is still due at the
    next start.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        switches: Switches,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        store.on_change(self._wake_up)

    def start(self) -> None:
        """Start, unless already started in the running event loop."""
        if self._loop and self._loop.get_loop() is asyncio.get_running_loop():
            return
        # In tests, an earlier event loop may be gone with its client, event and tasks.
        self._http, self._wake, self._in_flight = None, asyncio.Event(), {}
        self._loop = asyncio.create_task(self._run(), name="sandbox-webhooks")

    def _wake_up(self) -> None:
        self._wake.set()

    async def flush(self) -> None:
        """Send until nothing is due."""
        while await self._send_due():
            await asyncio.wait(self._in_flight.values())

    async def aclose(self) -> None:
        """Stop; unsent deliveries stay due."""
        tasks = [*self._in_flight.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http:
            await self._http.aclose()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            await self._send_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._seconds_to_next()):
                    await self._wake.wait()

    async def _send_due(self) -> bool:
        """Start all due deliveries; return whether any is in flight."""
        now = self._clock.now()

        def plan(connection: sqlite3.Connection) -> list[Delivery]:
            outbox.fan_out(connection, now, self._switches)
            return webhooks.due(connection, now)

        for delivery in await self._store.run(plan):
            if delivery.id not in self._in_flight:
                self._in_flight[delivery.id] = asyncio.create_task(self._deliver(delivery))
        return bool(self._in_flight)

    async def _seconds_to_next(self) -> float | None:
        due_at = await self._store.run(webhooks.next_due_at)
        if due_at is None:
            return None
        # A delivery in flight is still due; its end wakes us up.
        return max(1.0, (due_at - self._clock.now()).total_seconds())

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            status, error = await self._post(delivery)
            at = self._clock.now()
            await self._store.run(
                lambda c: webhooks.record_attempt(c, delivery, at, status=status, error=error)
            )
        finally:
            del self._in_flight[delivery.id]

    async def _post(self, delivery: Delivery) -> tuple[int | None, str | None]:
        headers = webhook_text.headers(
            delivery.event_type,
            delivery.body,
            delivery.transmission_id,
            delivery.retried_count,
            self._clock.now(),
        )
        try:
            # httpx limits each phase of a request; Toss limits the whole request.
            async with asyncio.timeout(self._switches.webhook_timeout.total_seconds()):
                # The answer's body means nothing, and is not read: it could be of any size.
                async with self._client().stream(
                    "POST", delivery.url, content=delivery.body.encode(), headers=headers
                ) as answer:
                    return answer.status_code, None
        except (TimeoutError, httpx.TimeoutException):
            return None, "no answer in time"
        except httpx.HTTPError as error:
            return None, type(error).__name__

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                transport=self._transport,
                timeout=self._switches.webhook_timeout.total_seconds(),
                # Ignore the environment's proxy: most URLs are on this machine.
                trust_env=False,
            )
        return self._http
