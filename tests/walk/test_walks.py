"""A subscription and an authKey pass no more modules than listed, and the trace counts right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from tests.walk.table import WALKS, Walk
from tests.walk.trace import Call, Figures, Stay, Trace, figures, holds, stays
from tests.walk.walking import take
from tossbill_ui.payments.models import Payment

ID = "a" * 32


@dataclass
class Holder:
    what: object


class Service:
    def __init__(self, what: str) -> None:
        self.what = what


def in_module(module: str, function: Callable[..., Any], **names: object) -> FunctionType:
    """Return a function moved to another module, with these global names."""
    return FunctionType(function.__code__, {"__name__": module, "asyncio": asyncio, **names})


async def outer(value: str) -> None:
    await asyncio.sleep(0)
    await inner(value)  # pyright: ignore[reportUndefinedVariable]
    await inner("another")  # pyright: ignore[reportUndefinedVariable]


async def inner(value: str) -> None:
    for _ in range(2):
        await asyncio.sleep(0)


async def traced(module_of_inner: str) -> list[Call]:
    there = in_module(module_of_inner, inner)
    here = in_module("tossbill_ui.one", outer, inner=there)
    trace = Trace()
    trace.begin(ID)
    try:
        await here(ID)
    finally:
        trace.end()
    return trace.calls


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
async def test_walk_has_the_counts_of_the_table(
    walk: Walk, tmp_path: Path, database_url: str
) -> None:
    calls = await take(walk, tmp_path, database_url)

    assert calls[0].function.rpartition(".")[2] == walk.entry.name
    assert figures(calls) == walk.figures, stays(calls)


async def test_awaiting_call_is_counted_once() -> None:
    assert await traced("tossbill_ui.two") == [Call("one", "outer"), Call("two", "inner")]


@pytest.mark.parametrize("room", ["tossbill_sandbox.two", "tossbill_ui.core.db", "asyncio.two"])
async def test_foreign_modules_are_not_counted(room: str) -> None:
    assert await traced(room) == [Call("one", "outer")]


def test_only_one_value_is_traced_at_a_time() -> None:
    first = Trace()
    first.begin(ID)
    try:
        with pytest.raises(RuntimeError):
            Trace().begin(ID)
    finally:
        first.end()


@pytest.mark.parametrize(
    "thing",
    [
        ID,
        [ID],
        {"row": {"subscription_id": ID}},
        (1, {ID}),
        Holder(Holder(ID)),
        Holder([Payment.model_construct(subscription_id=ID)]),
    ],
    ids=repr,
)
def test_holder_of_a_value_carries_it(thing: object) -> None:
    assert holds(thing, ID)


@pytest.mark.parametrize(
    "thing",
    [
        f"order-{ID}",
        date(2026, 12, 24),
        Payment.model_construct(subscription_id="b" * 32),
        Service(ID),
        Holder,
        Holder(Holder(Holder(Holder(ID)))),
        None,
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_object_without_the_value_does_not_carry_it(thing: object) -> None:
    assert not holds(thing, ID)


def test_return_is_a_stay_in_a_module_visited_before() -> None:
    calls = [Call(room, "f") for room in "abbacb"]

    assert stays(calls)[1] == Stay("b", ("f", "f"))
    assert figures(calls) == Figures(stays=5, rooms=3, returns=2)
