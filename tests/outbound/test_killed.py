"""A process that delivers, killed at each of its steps: nothing is lost, and at most repeated.

The steps are its commits (planned, claimed, each recorded), before and after each of them, and the
time in which the receiver has the request.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.crash.managed_process import FORKSERVER, eventually
from tests.outbound.receiver import Receiver
from tests.outbound.stage import COURIER, Stage
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, Signer
from tossbill_ui.core.db import Database
from tossbill_ui.core.settings import Settings
from tossbill_ui.outbound.delivery import deliver
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient

pytestmark = pytest.mark.processes

KEY = f"1:{'A' * 43}="
EVENTS = 3
# One plans, one claims, and each delivery is recorded.
COMMITS = 2 + EVENTS


@dataclass(frozen=True)
class Process:
    """A process that runs the job once.

    Attributes:
        at: The machine's time.
        kill_at: The number of the commit at which it dies; 0 for none.
        after: Whether it dies after the commit instead of before it.
    """

    database_url: str
    at: datetime
    kill_at: int = 0
    after: bool = False

    def __call__(self) -> None:
        """Run in a process of its own."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        rt = Runtime(
            settings=Settings(),
            db=Database(self.database_url),
            toss=TossClient(base_url="https://toss.test", secret_key=SecretStr("test_sk_x")),
            clock=FrozenClock(NOON),
            cipher=Cipher.from_text(KEY),
            signer=Signer(["k" * 32]),
            machine=FrozenClock(self.at),
        )
        if self.kill_at:
            self._die_at_a_commit(rt)
        await deliver(rt, COURIER)
        await rt.tasks.drain(seconds=60)
        await rt.close()

    def _die_at_a_commit(self, rt: Runtime) -> None:
        left = self.kill_at

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        if self.after:
            event.listen(Session, "after_commit", count)
        else:
            event.listen(rt.db.engine.sync_engine, "commit", count)


@pytest.fixture
def shop(stage: Stage) -> Stage:
    stage.rt = replace(stage.rt, cipher=Cipher.from_text(KEY))
    return stage


async def recover_and_check(shop: Stage, receiver: Receiver) -> None:
    """Let the leases end, and another process do what is left."""
    await shop.deliver_after(shop.rt.lease * 3)
    await shop.deliver_after(timedelta(minutes=10))
    assert set(receiver.table) == set(await shop.event_ids())
    assert all(delivery.done_at for delivery in await shop.deliveries())
    times = Counter(receiver.event_ids).values()
    assert max(times) <= 2
    receiver.received.clear()


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
async def test_a_process_killed_at_any_commit_loses_no_delivery(
    shop: Stage, receiver: Receiver, database_url: str, after: bool
) -> None:
    await shop.endpoint(receiver)
    for kill_at in range(1, COMMITS + 2):
        await shop.publish(EVENTS)
        work = Process(database_url, shop.machine.now(), kill_at, after)
        process = FORKSERVER.Process(target=work)
        process.start()
        process.join()

        assert process.exitcode == (-signal.SIGKILL if kill_at <= COMMITS else 0)
        await recover_and_check(shop, receiver)


async def test_a_process_killed_while_the_receiver_has_the_request_repeats_it(
    shop: Stage, receiver: Receiver, database_url: str
) -> None:
    await shop.endpoint(receiver)
    await shop.publish(EVENTS)
    receiver.open.clear()
    process = FORKSERVER.Process(target=Process(database_url, shop.machine.now()))
    process.start()
    eventually(lambda: receiver.waiting == EVENTS, "the requests")
    process.kill()
    process.join()
    receiver.open.set()
    eventually(lambda: receiver.waiting == 0, "the receiver")

    assert not any(delivery.done_at for delivery in await shop.deliveries())
    await recover_and_check(shop, receiver)


async def test_a_process_that_was_frozen_longer_than_its_lease_records_nothing_late(
    shop: Stage, receiver: Receiver, database_url: str
) -> None:
    """Another has taken over and recorded a success; the frozen one hears of a failure."""
    endpoint_id, _ = await shop.endpoint(receiver)
    await shop.publish()
    receiver.open.clear()
    receiver.statuses.extend([500, 200])
    process = FORKSERVER.Process(target=Process(database_url, shop.machine.now()))
    process.start()
    eventually(lambda: receiver.waiting == 1, "the request")
    assert process.pid
    os.kill(process.pid, signal.SIGSTOP)
    shop.machine.advance(shop.rt.lease * 3)
    await deliver(shop.rt, shop.courier)
    await asyncio.to_thread(eventually, lambda: receiver.waiting == 2, "the repetition")
    receiver.open.set()
    await shop.rt.tasks.drain(seconds=60)
    os.kill(process.pid, signal.SIGCONT)
    process.join()

    [delivery], state = await shop.deliveries(), await shop.state(endpoint_id)
    assert (delivery.done_at is not None, delivery.last_status, state.state) == (True, 200, "on")
