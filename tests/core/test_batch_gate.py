"""A batch gate releases many waiters at once."""

from __future__ import annotations

import asyncio

from tossbill_ui.core.batch_gate import BatchGate

LONG = 600.0


async def arrive(gate: BatchGate, count: int) -> list[asyncio.Task[None]]:
    """Start waiters at the gate and let them reach it."""
    tasks = [asyncio.create_task(gate.wait()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_gate_opens_when_enough_are_waiting() -> None:
    gate = BatchGate(most=3, seconds=LONG)
    early = await arrive(gate, 2)
    assert not any(task.done() for task in early)

    late = await arrive(gate, 2)

    await asyncio.wait_for(asyncio.gather(*early, late[0]), 10)
    assert not late[1].done()
    gate.open()
    await asyncio.wait_for(late[1], 10)


async def test_gate_opens_after_its_delay_every_time() -> None:
    gate = BatchGate(most=3, seconds=0.01)
    for _ in range(2):
        await asyncio.wait_for(asyncio.gather(*(await arrive(gate, 2))), 10)


async def test_opening_early_leaves_no_timer_behind() -> None:
    gate = BatchGate(most=9, seconds=0.01)
    first = await arrive(gate, 1)
    gate.open()
    await asyncio.wait_for(first[0], 10)

    slow = BatchGate(most=9, seconds=LONG)
    await arrive(slow, 1)
    slow.open()
    [waiting] = await arrive(slow, 1)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    slow.open()
    await asyncio.wait_for(waiting, 10)
