"""Follows each answer to its caller, to know which charges their callers never heard of."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tossbill_sandbox.api.response import SandboxResponse
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import double_charges, schema
from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.faults import Rule
from tossbill_sandbox.store.store import Store

# Kinds of faults that leave nothing of an answer by which a caller could tell that it paid.
LOSING = frozenset(
    {"reset_after", "no_answer_after", "error_500_after", "html", "bad_json", "wrong_shape"}
)
# Kinds that give a caller time to hang up, and the sandbox time to be killed.
DELAYING = frozenset({"delay_before", "delay_after", "slow_drip"})
HUNG_UP = "disconnected"


@dataclass(slots=True, eq=False)
class Hearing:
    """What the caller learns from one call.

    Attributes:
        billing_key: The billing key that the call charges, if it does.
        earlier: Calls for the same billing key whose callers had hung up when this one arrived.
        generation: The generation of the tables when this call arrived; None if it does not matter.
        is_head: Whether the caller asks for the headers of the answer alone.
        rule: The fault rule that applies to the call.
        suspects: Lost charges of the same billing key when this call arrived.
        charged: The payment that the call approved.
        followers: Payments approved before this one by calls that arrived after its caller hung up.
        told: Unheard payments that the answer names.
        is_over: Whether the answer has been delivered or lost.
        is_lost: Whether it has been lost.
    """

    billing_key: str | None = None
    earlier: list["Hearing"] = field(default_factory=list["Hearing"])
    is_head: bool = False
    generation: int | None = None
    rule: Rule | None = None
    suspects: list[str] = field(default_factory=list[str])
    charged: str | None = None
    followers: list[str] = field(default_factory=list[str])
    told: set[str] = field(default_factory=set[str])
    is_over: bool = False
    is_lost: bool = False

    @property
    def losing(self) -> str | None:
        """The kind of fault that loses the answer, if one does."""
        return self.rule.kind if self.rule and self.rule.kind in LOSING else None

    @property
    def is_noted(self) -> bool:
        """Whether the store, not only this process, knows that the answer is on its way."""
        return self.rule is not None and self.rule.kind in LOSING | DELAYING


class Hearings:
    """Notes what was heard and what was lost."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # Payments whose approval has not reached its caller yet, nor been lost.
        self._on_their_way: set[str] = set()
        # Calls whose callers have hung up, until that is stored.
        self._lost: list[Hearing] = []
        self._generation = 0

    def begin(self, request: Request) -> Hearing:
        """Begin to follow a call, when it arrives."""
        key = request.path_params.get("billing_key")
        earlier = [each for each in self._lost if key and each.billing_key == key]
        return Hearing(key, earlier, request.method == "HEAD")

    def arrive(self, connection: sqlite3.Connection, hearing: Hearing) -> None:
        """Note the tables that a call finds; after a reset or a restore, forget what was before."""
        hearing.generation = schema.generation(connection)
        if hearing.generation != self._generation:
            self._generation = hearing.generation
            self._on_their_way.clear()
        hearing.earlier = [each for each in hearing.earlier if _is_of_now(connection, each)]
        if hearing.billing_key is not None:
            hearing.suspects = double_charges.lost(connection, hearing.billing_key)

    def check(self, connection: sqlite3.Connection, hearing: Hearing) -> None:
        """Refuse a call that began before a reset or a restore: it has no effect after it.

        Raises:
            TossRefusal: ``COMMON_ERROR``.
        """
        if not _is_of_now(connection, hearing):
            raise TossRefusal("COMMON_ERROR")

    def note(
        self, connection: sqlite3.Connection, hearing: Hearing, answer: SandboxResponse
    ) -> None:
        """Note what an answer says, in the transaction of its effect."""
        if answer.charged is None:
            if not hearing.is_head:
                hearing.told = self._told(connection, hearing, answer)
            return
        hearing.charged = key = answer.charged
        if hearing.is_lost:
            double_charges.expect_loss(connection, key, HUNG_UP)
            double_charges.lose(connection, key, self._clock.now())
        else:
            self._on_their_way.add(key)
            if hearing.is_noted:
                double_charges.expect_loss(connection, key, hearing.losing or HUNG_UP)
        self._name(connection, hearing, key)

    async def wait(self, hearing: Hearing, request: Request, seconds: float) -> None:
        """Wait for a time, and note at once if the caller hangs up.

        A call that has had its effect then has nobody left to wait for.
        """
        until = asyncio.get_running_loop().time() + seconds
        if await _hangs_up(request, until):
            self.hang_up(hearing)
            if hearing.charged is None:
                await asyncio.sleep(until - asyncio.get_running_loop().time())
            else:
                await self.settle(hearing)

    def hang_up(self, hearing: Hearing) -> None:
        """Note that the caller waits no longer, whether or not its call has had its effect."""
        if not hearing.is_over:
            hearing.is_over = hearing.is_lost = True
            self._lost.append(hearing)

    async def settle(self, hearing: Hearing) -> None:
        """Store the loss of an answer, unless the caller has looked the payment up meanwhile."""
        key = hearing.charged
        if key in self._on_their_way:
            self._on_their_way.discard(key)
            await self._store.run(partial(self._store_loss, hearing=hearing, key=key))
        if hearing in self._lost:
            self._lost.remove(hearing)

    async def hear(self, hearing: Hearing) -> None:
        """Note that the answer is about to arrive."""
        hearing.is_over = True
        told = set(hearing.told)
        if hearing.charged is not None:
            self._on_their_way.discard(hearing.charged)
            told |= {hearing.charged} if hearing.is_noted else set()
        if told:
            self._on_their_way.difference_update(told)
            await self._store.run(partial(_store_news, hearing=hearing, told=told))

    async def delivery(self, hearing: Hearing, response: Response, request: Request) -> Response:
        """Return the response, followed if it matters whether it arrives."""
        if hearing.is_lost:
            await self.settle(hearing)
            return response
        if hearing.charged is None and not hearing.told:
            return response
        return _Followed(response, hearing, self, request.is_disconnected)

    def _store_loss(self, connection: sqlite3.Connection, hearing: Hearing, key: str) -> None:
        if not _is_of_now(connection, hearing):
            return
        # What was noted and is gone was told meanwhile: by another process, or by a webhook.
        if not hearing.is_noted:
            double_charges.expect_loss(connection, key, HUNG_UP)
        double_charges.lose(connection, key, self._clock.now())

    def _name(self, connection: sqlite3.Connection, hearing: Hearing, key: str) -> None:
        """Name a charge if it repeats a lost one, or if one that has happened since repeats it."""
        charged = [each.charged for each in hearing.earlier if each.charged]
        double_charges.name(connection, key, [*hearing.suspects, *charged])
        for each in hearing.earlier:
            if each.charged is None:
                each.followers.append(key)
        for follower in hearing.followers:
            double_charges.name(connection, follower, [key])

    def _told(
        self, connection: sqlite3.Connection, hearing: Hearing, answer: SandboxResponse
    ) -> set[str]:
        """Return the payments that an answer names and whose shop has not heard of them yet."""
        is_any = (
            hearing.billing_key or self._on_their_way or double_charges.is_any_unheard(connection)
        )
        if answer.status != 200 or not is_any:
            return set()
        return {
            key
            for key in _payment_keys(answer)
            if key in self._on_their_way
            or double_charges.is_unheard(connection, key)
            or (hearing.billing_key and double_charges.is_named(connection, key))
        }


def _is_of_now(connection: sqlite3.Connection, hearing: Hearing) -> bool:
    return hearing.generation in (None, schema.generation(connection))


def _store_news(connection: sqlite3.Connection, hearing: Hearing, told: set[str]) -> None:
    if not _is_of_now(connection, hearing):
        return
    double_charges.hear(connection, told)
    if hearing.billing_key:
        double_charges.resolve(connection, told)


class _Followed(Response):
    """A response, and what becomes of it."""

    def __init__(
        self,
        response: Response,
        hearing: Hearing,
        hearings: Hearings,
        is_disconnected: Callable[[], Awaitable[bool]],
    ) -> None:
        super().__init__()
        self._response = response
        self._hearing = hearing
        self._hearings = hearings
        self._is_disconnected = is_disconnected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; note its end before the caller can act on it."""
        ending = _Ending()

        async def followed(message: Message) -> None:
            if ending.is_reached(message) and not self._hearing.is_over:
                is_lost = await self._is_disconnected()
                await (self._lose() if is_lost else self._hearings.hear(self._hearing))
            await send(message)

        try:
            # Silence ends when the caller hangs up, and only then is the answer lost to it.
            if self._hearing.losing not in (None, "no_answer_after"):
                await self._lose()
            await self._response(scope, receive, followed)
        finally:
            if not self._hearing.is_over:
                await self._lose()

    async def _lose(self) -> None:
        self._hearings.hang_up(self._hearing)
        await self._hearings.settle(self._hearing)


class _Ending:
    """Finds the message after which a caller has the whole answer.

    A caller may close as soon as it has all the bytes announced to it, while a streamed answer
    still ends with an empty message.
    """

    def __init__(self) -> None:
        self._left: int | None = None

    def is_reached(self, message: Message) -> bool:
        """Return whether the answer is whole with this message."""
        if message["type"] == "http.response.start":
            length = Headers(raw=list(message.get("headers", ()))).get("content-length")
            self._left = int(length) if length else None
            return False
        if self._left is not None:
            self._left -= len(message.get("body", b""))
        return not message.get("more_body") or (self._left is not None and self._left <= 0)


async def _hangs_up(request: Request, until: float) -> bool:
    """Return whether the caller disconnects before a time of the event loop."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return True
    return False


def _payment_keys(answer: SandboxResponse) -> set[str]:
    """Return the payments that a response names: one, or a list of transactions."""
    found: Any = json.loads(answer.body or b"null")
    rows = cast("list[Any]", found if isinstance(found, list) else [found])
    return {row["paymentKey"] for row in rows if isinstance(row, dict) and "paymentKey" in row}
