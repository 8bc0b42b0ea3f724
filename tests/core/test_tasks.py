"""Detached tasks finish before the process does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tossbill_ui.core.tasks import Tasks


async def test_detached_task_finishes_before_the_process_does() -> None:
    tasks, done = Tasks(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.spawn(work(), name="work")
    await tasks.drain(seconds=120)

    assert done.is_set()


async def test_error_in_a_detached_task_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def work() -> None:
        raise LookupError("gone")

    with caplog.at_level(logging.ERROR):
        tasks.spawn(work(), name="issue 1")
        await tasks.drain(seconds=120)
        await asyncio.sleep(0)

    assert "issue 1 failed" in caplog.text
