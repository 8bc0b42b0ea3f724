"""A door opens for many at once."""

from __future__ import annotations

import asyncio

from tossbill_ui.core.batch_gate import BatchGate

LONG = 600.0


async def through(door: BatchGate, count: int) -> list[asyncio.Task[None]]:
    """Send somebody to it, and let them arrive."""
    tasks = [asyncio.create_task(door.wait()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_it_opens_when_enough_have_come() -> None:
    door = BatchGate(most=3, seconds=LONG)
    early = await through(door, 2)
    assert not any(task.done() for task in early)

    late = await through(door, 2)

    await asyncio.wait_for(asyncio.gather(*early, late[0]), 10)
    assert not late[1].done()
    door.open()
    await asyncio.wait_for(late[1], 10)


async def test_it_opens_after_a_while_and_again() -> None:
    door = BatchGate(most=3, seconds=0.01)
    for _ in range(2):
        await asyncio.wait_for(asyncio.gather(*(await through(door, 2))), 10)


async def test_opening_early_leaves_no_timer_behind() -> None:
    door = BatchGate(most=9, seconds=0.01)
    first = await through(door, 1)
    door.open()
    await asyncio.wait_for(first[0], 10)

    slow = BatchGate(most=9, seconds=LONG)
    await through(slow, 1)
    slow.open()
    [waiting] = await through(slow, 1)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    slow.open()
    await asyncio.wait_for(waiting, 10)
