"""Brings webhooks to their addresses, when they are due on the sandbox's clock."""

import asyncio
import sqlite3
from contextlib import suppress

import httpx

from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import outbox, webhook_text, webhooks
from tossbill_sandbox.webhooks.webhooks import Delivery


class Postman:
    """Sends what is due and plans again whenever something was written.

    Nothing is remembered here: what is under way when the process dies is still due afterwards.
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
        self._round: asyncio.Task[None] | None = None
        self._under_way: dict[int, asyncio.Task[None]] = {}
        store.on_change(self._ring)

    def start(self) -> None:
        """Begin, unless it has begun in the loop that runs now."""
        if self._round and self._round.get_loop() is asyncio.get_running_loop():
            return
        # In a test a later loop may follow one that is gone, with all that hung on it.
        self._http, self._wake, self._under_way = None, asyncio.Event(), {}
        self._round = asyncio.create_task(self._go_round(), name="sandbox-webhooks")

    def _ring(self) -> None:
        self._wake.set()

    async def flush(self) -> None:
        """Return when nothing that is due by now is left to send."""
        while await self._send_due():
            await asyncio.wait(self._under_way.values())

    async def aclose(self) -> None:
        """Stop; what was not sent stays due."""
        tasks = [*self._under_way.values(), *([self._round] if self._round else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http:
            await self._http.aclose()

    async def _go_round(self) -> None:
        while True:
            self._wake.clear()
            await self._send_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._seconds_to_next()):
                    await self._wake.wait()

    async def _send_due(self) -> bool:
        """Start what is due; tell whether anything is under way."""
        now = self._clock.now()

        def plan(connection: sqlite3.Connection) -> list[Delivery]:
            outbox.fan_out(connection, now, self._switches)
            return webhooks.due(connection, now)

        for delivery in await self._store.run(plan):
            if delivery.id not in self._under_way:
                self._under_way[delivery.id] = asyncio.create_task(self._deliver(delivery))
        return bool(self._under_way)

    async def _seconds_to_next(self) -> float | None:
        due_at = await self._store.run(webhooks.next_due_at)
        if due_at is None:
            return None
        # What is under way is due as well; its end wakes us.
        return max(1.0, (due_at - self._clock.now()).total_seconds())

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            status, error = await self._post(delivery)
            at = self._clock.now()
            await self._store.run(
                lambda c: webhooks.record_attempt(c, delivery, at, status=status, error=error)
            )
        finally:
            del self._under_way[delivery.id]

    async def _post(self, delivery: Delivery) -> tuple[int | None, str | None]:
        headers = webhook_text.headers(
            delivery.event_type,
            delivery.body,
            delivery.transmission_id,
            delivery.retried_count,
            self._clock.now(),
        )
        try:
            # httpx counts each step of a call; Toss counts all of them together.
            async with asyncio.timeout(self._switches.webhook_timeout.total_seconds()):
                answer = await self._client().post(
                    delivery.url, content=delivery.body.encode(), headers=headers
                )
        except (TimeoutError, httpx.TimeoutException):
            return None, "no answer in time"
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, None

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                transport=self._transport,
                timeout=self._switches.webhook_timeout.total_seconds(),
                # No proxy of the environment: most addresses are on this machine.
                trust_env=False,
            )
        return self._http
