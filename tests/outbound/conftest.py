from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.outbound.receiver import Receiver
from tests.outbound.stage import Stage
from tests.support.both_databases import database_url
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.runtime import Runtime


@pytest.fixture
def stage(rt: Runtime) -> Stage:
    # The time of the wall: receivers accept no signature of another day.
    machine = FrozenClock(datetime.now(UTC))
    return Stage(replace(rt, machine=machine), machine)


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def other() -> Generator[Receiver]:
    with Receiver() as running:
        yield running


__all__ = ["database_url", "other", "receiver", "stage"]
