"""Charges the CPU time of the event loop's tasks to those on whose behalf they run.

A payer is set where a request or an event comes in; every task that this one starts inherits it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import Context, ContextVar
from time import thread_time
from types import TracebackType
from typing import Any, Protocol


class Payer(Protocol):
    """Someone who is charged."""

    @property
    def key(self) -> str:
        """The caller, as limits count callers."""
        ...

    def pay(self, seconds: float) -> None:
        """Take note of CPU time that has been used."""
        ...


_payer: ContextVar[Payer | None] = ContextVar("payer", default=None)


def payer() -> Payer | None:
    """Return who pays for the current task, or None if it is our own work."""
    return _payer.get()


def charge_to(payer: Payer | None) -> None:
    """Let someone pay for this step of the current task, and for all that follow."""
    _payer.set(payer)


def meter_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Measure every step of every task that the loop starts from now on."""
    loop.set_task_factory(_metered_task)


def _metered_task(
    loop: asyncio.AbstractEventLoop,
    coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    *,
    context: Context | None = None,
    **options: Any,  # noqa: ANN401 - what later versions of Python pass on to the task
) -> asyncio.Task[Any]:
    metered = _Metered(coro) if isinstance(coro, Coroutine) else coro
    return asyncio.Task(metered, loop=loop, context=context, **options)


class _Metered(Coroutine[Any, Any, Any]):
    """A coroutine whose steps are charged to the payer that is set at their end."""

    __slots__ = ("_coro",)

    def __init__(self, coro: Coroutine[Any, Any, Any]) -> None:
        self._coro = coro

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any of its attributes
        """Return what `inspect`, anyio and tracebacks read of a coroutine, such as `cr_frame`."""
        return getattr(self._coro, name)

    def send(self, value: object) -> Any:  # noqa: ANN401 - whatever it awaits
        """Run to the next await."""
        start = thread_time()
        try:
            return self._coro.send(value)
        finally:
            if (payer := _payer.get()) is not None:
                payer.pay(thread_time() - start)

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: BaseException | object | None = None,
        tb: TracebackType | None = None,
    ) -> Any:  # noqa: ANN401 - whatever it awaits
        """Raise an error where it awaits, and run to the next await."""
        start = thread_time()
        try:
            return (
                self._coro.throw(typ)
                if isinstance(typ, BaseException)
                else self._coro.throw(typ, val, tb)
            )
        finally:
            if (payer := _payer.get()) is not None:
                payer.pay(thread_time() - start)

    def close(self) -> None:
        """End it where it awaits."""
        self._coro.close()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._coro.__await__()
