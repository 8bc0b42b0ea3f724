"""Dispatch of Toss's HTTP API: authentication, idempotency, rate limits and fault rules."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tossbill_sandbox import hints
from tossbill_sandbox.api import billing, fault_effects, idempotency
from tossbill_sandbox.api.auth import authenticate
from tossbill_sandbox.api.call import Call
from tossbill_sandbox.api.endpoints import ENDPOINTS, Endpoint, Work
from tossbill_sandbox.api.hearing import Hearing, Hearings
from tossbill_sandbox.api.rates import RateLimiter
from tossbill_sandbox.api.response import SandboxResponse, language_of, refusal
from tossbill_sandbox.errors import ERRORS, TossRefusal
from tossbill_sandbox.store import faults, random_ids
from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.faults import Rule
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]
_LOGGER = logging.getLogger("tossbill_sandbox")
MAX_BODY_BYTES = 1024 * 1024
_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class Task:
    """A request in progress: its trace id, fault rule and endpoint, and what is heard of it."""

    trace_id: str
    rule: Rule | None
    endpoint: Endpoint
    hearing: Hearing
    identity: str | None = None


class Api:
    """Serves ``/v1``."""

    def __init__(self, store: Store, clock: Clock, switches: Switches, *, any_key: bool) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._any_key = any_key
        self._rate_limiter = RateLimiter()
        self._in_progress = idempotency.InProgress()
        self._hinted: set[str] = set()
        self._hearings = Hearings(store, clock)
        self._running: set[asyncio.Task[Any]] = set()
        self._delays: set[asyncio.Task[None]] = set()
        self._is_closing = False

    def routes(self) -> list[Route]:
        """Return the routes of contract §4; every other path returns Toss's 404."""
        return [
            *(
                Route(path, self._handler(endpoint), methods=[endpoint.method])
                for endpoint in ENDPOINTS
                for path in endpoint.paths
            ),
            *(Route(p, self.no_route, methods=_ALL_METHODS) for p in ("/v1", "/v1/{rest:path}")),
        ]

    async def aclose(self) -> None:
        """Wait for calls whose clients have disconnected, and for what is noted of them.

        Calls whose effect a fault delays are refused: the delay may be days.
        """
        self._is_closing = True
        for delay in self._delays:
            delay.cancel()
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
        self._is_closing = False

    async def call_as_sandbox(self, request: Request, work: Work) -> Response:
        """Run work for the control API: authenticated, but exempt from fault rules."""
        endpoint = Endpoint(request.method, request.url.path, "control", work, "", "")
        task = Task(await self._store.run(random_ids.trace_id), None, endpoint, Hearing())
        answer = await self._answer(request, task)
        return answer.to_response(trace_id=task.trace_id)

    def _handler(self, endpoint: Endpoint) -> Handler:
        async def handle(request: Request) -> Response:
            # Before anything else: a client that hangs up has sent what it has sent.
            if not await _is_read(request):
                return PlainTextResponse("The body is larger than 1 MB.\n", 413)
            hearing = self._hearings.begin(request)
            begin = partial(self._begin, endpoint=endpoint, hearing=hearing)
            task = await self._store.run(begin)
            instead = fault_effects.instead(task.rule, language_of(request), task.trace_id)
            if instead is not None:
                return instead
            answering = self._keep(self._answer(request, task))
            try:
                # Finishes even if the client disconnects, as a real server does.
                answer = await asyncio.shield(answering)
                response = await self._response(request, task, answer)
            except asyncio.CancelledError:
                self._hearings.hang_up(hearing)
                self._keep(self._settle(answering, hearing))
                raise
            return await self._hearings.delivery(hearing, response, request)

        return handle

    async def _response(self, request: Request, task: Task, answer: SandboxResponse) -> Response:
        self._log_once(answer.hint)
        response = answer.to_response(
            trace_id=task.trace_id, idempotency_key=_idempotency_key(request)
        )
        wait = partial(self._hearings.wait, task.hearing, request)
        return await fault_effects.distort(task.rule, answer, response, wait)

    async def _settle(self, answering: asyncio.Task[SandboxResponse], hearing: Hearing) -> None:
        """Note the loss of an answer whose client has hung up, once there is one."""
        await asyncio.wait([answering])
        await self._hearings.settle(hearing)

    async def no_route(self, request: Request) -> Response:
        """Return Toss's 404."""
        trace_id = await self._store.run(random_ids.trace_id)
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        answer = refusal("NOT_FOUND_HTTP_METHOD", language_of(request), hints.about_path(path))
        self._log_once(answer.hint)
        return answer.to_response(trace_id=trace_id)

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work to its end, whatever becomes of its request."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _answer(self, request: Request, task: Task) -> SandboxResponse:
        body = await request.body()
        try:
            receive = partial(self._receive, request=request, body=body, task=task)
            call, task, known = await self._store.run(receive)
            if known:
                return known
            self._rate_limiter.check(call, task.endpoint.name)
            with self._in_progress.hold(task.identity) if task.identity else nullcontext():
                await self._delay(request, task)
                test_code = request.headers.get("tosspayments-test-code")
                work = partial(self._work_and_note, call=call, task=task, test_code=test_code)
                return await self._store.run(work)
        except TossRefusal as refused:
            return refusal(refused.code, language_of(request), refused.hint)

    async def _delay(self, request: Request, task: Task) -> None:
        """Wait as a fault rule says; refuse the call if the sandbox closes meanwhile."""
        wait = partial(self._hearings.wait, task.hearing, request)
        delay = asyncio.ensure_future(fault_effects.wait_before(task.rule, wait))
        self._delays.add(delay)
        delay.add_done_callback(self._delays.discard)
        if self._is_closing:
            delay.cancel()
        await asyncio.wait([delay])
        if delay.cancelled():
            raise TossRefusal("COMMON_ERROR")
        delay.result()

    def _begin(self, connection: sqlite3.Connection, endpoint: Endpoint, hearing: Hearing) -> Task:
        trace_id = random_ids.trace_id(connection)
        hearing.rule = faults.take(connection, endpoint.name)
        self._hearings.arrive(connection, hearing)
        return Task(trace_id, hearing.rule, endpoint, hearing)

    def _log_once(self, hint: str) -> None:
        """Say it where the server runs; a client in a loop says the same again and again."""
        if hint and hint not in self._hinted:
            self._hinted.add(hint)
            _LOGGER.warning(hints.HINTS[hint])

    def _receive(
        self, connection: sqlite3.Connection, request: Request, body: bytes, task: Task
    ) -> tuple[Call, Task, SandboxResponse | None]:
        """Authenticate the call, and look up the response stored under its Idempotency-Key."""
        self._hearings.check(connection, task.hearing)
        call = Call(
            shop=authenticate(
                connection, request.headers.get("authorization"), any_key=self._any_key
            ),
            now=self._clock.now(),
            language=language_of(request),
            trace_id=task.trace_id,
            body=body,
            path=request.path_params,
            query=request.query_params,
            switches=self._switches,
        )
        identity = self._identity(request, call)
        known = idempotency.recall(connection, identity, call) if identity else None
        if known:
            self._hearings.note(connection, task.hearing, known)
        return call, replace(task, identity=identity), known

    def _identity(self, request: Request, call: Call) -> str | None:
        key, root = _idempotency_key(request), request.scope.get("root_path", "")
        honoured = request.method == "POST" or (
            request.method == "DELETE" and self._switches.delete_is_idempotent
        )
        if key is None or not honoured:
            return None
        return idempotency.identity_of(
            key=key,
            secret_key=call.shop.secret_key,
            method=request.method,
            # Alone, the sandbox has the same call under two addresses.
            url=f"{request.url.path.removeprefix(root)}?{request.url.query}",
        )

    def _work_and_note(
        self, connection: sqlite3.Connection, call: Call, task: Task, test_code: str | None
    ) -> SandboxResponse:
        self._hearings.check(connection, task.hearing)
        answer = self._work_once(connection, call, task, test_code)
        self._hearings.note(connection, task.hearing, answer)
        return answer

    def _work_once(
        self, connection: sqlite3.Connection, call: Call, task: Task, test_code: str | None
    ) -> SandboxResponse:
        """Do the work and store its response in one transaction: both are committed or neither."""
        identity = task.identity
        if identity and (known := idempotency.recall(connection, identity, call)):
            return known
        if task.rule and task.rule.kind == "key_deleted":
            billing.remove(connection, call.now, call.path.get("billing_key", ""), None)
        answer = _tested(call, task, test_code) or _work(connection, call, task.endpoint.work)
        is_final = answer.status < 500 or self._switches.server_errors_are_bound
        if identity and is_final and answer.status != 409:
            idempotency.remember(connection, identity, answer, call)
        return answer


async def _is_read(request: Request) -> bool:
    """Read a request's body unless it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return False
    request._body = bytes(body)  # pyright: ignore[reportPrivateUsage] - as `Request.body` does
    return True


def _tested(call: Call, task: Task, code: str | None) -> SandboxResponse | None:
    """Return the error requested by a test code, before any parameter is validated (§7)."""
    is_test = call.shop.secret_key.startswith("test_")
    if not code or not is_test or not task.endpoint.has_test_codes:
        return None
    return refusal(code if code in ERRORS else "INVALID_TEST_CODE", call.language)


def _work(connection: sqlite3.Connection, call: Call, work: Work) -> SandboxResponse:
    """Do the work; roll it back entirely if it is refused."""
    connection.execute("SAVEPOINT work")
    try:
        answer = work(connection, call)
    except TossRefusal as refused:
        connection.execute("ROLLBACK TO work")
        answer = refusal(refused.code, call.language, refused.hint)
    connection.execute("RELEASE work")
    return answer


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") or None
