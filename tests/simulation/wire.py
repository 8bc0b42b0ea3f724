"""The wire of the simulation: every request waits until the scheduler decides its fate."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx


class Fate(StrEnum):
    """What becomes of a request, or of the worker that sent it."""

    DELIVER = "deliver"
    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"
    LATE = "late"
    """The worker gives up waiting; Toss gets the request later."""
    BREAK = "break"
    """A 500 before anything happened."""
    KILL_BEFORE = "kill_before"
    KILL_AFTER = "kill_after"
    PAUSE = "pause"
    """The worker stands still, as under SIGSTOP, and goes on later."""


@dataclass
class Parked:
    """A request that waits for its fate."""

    request: httpx.Request
    answer: asyncio.Future[httpx.Response]


@dataclass
class Gate(httpx.AsyncBaseTransport):
    """The transport of one worker; it never has more than one request under way."""

    inner: httpx.AsyncBaseTransport
    parked: Parked | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.parked is None, "a worker of the simulation asks one thing at a time"
        mine = self.parked = Parked(request, asyncio.get_running_loop().create_future())
        self.changed.set()
        try:
            return await mine.answer
        finally:
            if self.parked is mine:  # the worker was killed
                self.parked = None

    async def decide(self, fate: Fate, late: list[httpx.Request]) -> None:
        """Carry out a fate that is not the worker's."""
        parked, self.parked = self.parked, None
        assert parked is not None
        match fate:
            case Fate.DELIVER:
                parked.answer.set_result(await self.deliver(parked.request))
            case Fate.BREAK:
                parked.answer.set_result(httpx.Response(500, json={"code": "COMMON_ERROR"}))
            case Fate.LOSE_ANSWER:
                await self.deliver(parked.request)
                parked.answer.set_exception(httpx.ReadTimeout("lost", request=parked.request))
            case Fate.LATE:
                late.append(parked.request)
                parked.answer.set_exception(httpx.ReadTimeout("late", request=parked.request))
            case _:
                parked.answer.set_exception(httpx.ReadTimeout("lost", request=parked.request))

    async def deliver(self, request: httpx.Request) -> httpx.Response:
        """Let Toss work on a request and read its whole answer."""
        answer = await self.inner.handle_async_request(request)
        await answer.aread()
        headers: Any = answer.headers
        return httpx.Response(answer.status_code, content=answer.content, headers=headers)
