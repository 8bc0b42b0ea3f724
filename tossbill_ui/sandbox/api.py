"""Toss's HTTP API: from a request to an answer, and what the wire does to it."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tossbill_ui.sandbox import billing, faults, idempotency
from tossbill_ui.sandbox.answers import Answer, language_of, refusal
from tossbill_ui.sandbox.auth import authenticate
from tossbill_ui.sandbox.billing import Call
from tossbill_ui.sandbox.clock import Clock
from tossbill_ui.sandbox.errors import TossRefusal
from tossbill_ui.sandbox.faults import Rule
from tossbill_ui.sandbox.store import Store
from tossbill_ui.sandbox.switches import Switches

Work = Callable[[sqlite3.Connection, Call], Answer]
Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """Serves ``/v1``."""

    def __init__(self, store: Store, clock: Clock, switches: Switches) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._in_progress = idempotency.InProgress()
        self._running: set[asyncio.Task[Answer]] = set()

    def routes(self) -> list[Route]:
        """Return the routes of contract §4; every other path answers Toss's 404."""
        issue = self._handler("issue", billing.issue)
        delete = self._handler("delete", billing.delete)
        lookup = self._handler("lookup", _no_payment)
        return [
            Route("/v1/billing/authorizations/issue", issue, methods=["POST"]),
            Route(
                "/v1/billing/authorizations/card",
                self._handler("issue", _no_contract),
                methods=["POST"],
            ),
            Route("/v1/billing/authorizations/{auth_key}", issue, methods=["POST"]),
            # ":path" because a percent-encoded key may hold an encoded slash.
            Route("/v1/billing/{billing_key:path}", delete, methods=["DELETE"]),
            Route("/v1/payments/orders/{order_id}", lookup, methods=["GET"]),
            Route("/v1/payments/{payment_key}", lookup, methods=["GET"]),
            Route("/v1/{rest:path}", _no_route, methods=_ALL_METHODS),
        ]

    async def aclose(self) -> None:
        """Wait for calls whose callers have gone."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _handler(self, endpoint: str, work: Work) -> Handler:
        async def handle(request: Request) -> Response:
            language = language_of(request)
            rule = await self._store.run(lambda c: faults.take(c, endpoint))
            fault = faults.instead(rule, language)
            if fault is not None:
                return fault
            answer = await self._finish(self._answer(request, work, rule))
            response = answer.to_response(idempotency_key=_idempotency_key(request))
            return await faults.distort(rule, answer, response)

        return handle

    async def _finish(self, answering: Awaitable[Answer]) -> Answer:
        """Answer even if the caller has gone: a real server does not stop half-way either."""
        task = asyncio.ensure_future(answering)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _answer(self, request: Request, work: Work, rule: Rule | None) -> Answer:
        language = language_of(request)
        body = await request.body()
        try:
            call = await self._call(request, body)
            identity = self._identity(request, call)
            if identity and (known := await self._recall(identity)):
                return known
            with self._in_progress.hold(identity) if identity else nullcontext():
                if rule and rule.kind == "delay_before":
                    await asyncio.sleep(rule.delay_seconds)
                return await self._store.run(lambda c: self._work_once(c, call, work, identity))
        except TossRefusal as refused:
            return refusal(refused.code, language)

    async def _call(self, request: Request, body: bytes) -> Call:
        header = request.headers.get("authorization")
        return Call(
            shop=await self._store.run(lambda c: authenticate(c, header)),
            now=self._clock.now(),
            language=language_of(request),
            body=body,
            path=request.path_params,
            switches=self._switches,
        )

    def _identity(self, request: Request, call: Call) -> str | None:
        key = _idempotency_key(request)
        honoured = request.method == "POST" or (
            request.method == "DELETE" and self._switches.delete_is_idempotent
        )
        if key is None or not honoured:
            return None
        return idempotency.identity_of(
            key=key,
            secret_key=call.shop.secret_key,
            method=request.method,
            url=f"{request.url.path}?{request.url.query}",
        )

    async def _recall(self, identity: str) -> Answer | None:
        now = self._clock.now()
        return await self._store.run(lambda c: idempotency.recall(c, identity, now))

    def _work_once(
        self, connection: sqlite3.Connection, call: Call, work: Work, identity: str | None
    ) -> Answer:
        """Do the work and keep its answer: one transaction, so both are there or neither is."""
        if identity and (known := idempotency.recall(connection, identity, call.now)):
            return known
        try:
            answer = work(connection, call)
        except TossRefusal as refused:
            answer = refusal(refused.code, call.language)
        if identity and (answer.status < 500 or self._switches.server_errors_are_bound):
            idempotency.remember(connection, identity, answer, call.now)
        return answer


_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") or None


def _no_payment(connection: sqlite3.Connection, call: Call) -> Answer:
    raise TossRefusal("NOT_FOUND_PAYMENT")


def _no_contract(connection: sqlite3.Connection, call: Call) -> Answer:
    # Toss makes no new contracts for this form (contract §4.2).
    raise TossRefusal("NOT_SUPPORTED_METHOD")


async def _no_route(request: Request) -> Response:
    return refusal("NOT_FOUND_HTTP_METHOD", language_of(request)).to_response()
