"""Shared fixtures: a runtime on a real database, with a scripted transport to Toss."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support import fast
from tests.support.garbage import collect_rarely
from tests.support.isolated import isolate
from tests.support.postgres import Postgres
from tests.support.scratch import keep_files_in_memory
from tests.support.server import WITH_MEMBERS, Server
from tests.support.shared_statements import share_statements
from tests.support.wire import Wire
from tossbill_ui import migrations
from tossbill_ui.build import ensure_build
from tossbill_ui.composition import connect_domains
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, Signer, new_encryption_key
from tossbill_ui.core.db import Database
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

# The files that take more than a minute of a process, longest first.
LONGEST = (
    "simulation/test_simulation.py",
    "browser/test_every_state.py",
    "crash/test_kill.py",
    "crash/test_engine_killed.py",
    "crash/test_engine_outages.py",
    "browser/test_a_year.py",
    "crash/test_engine_steps.py",
    "browser/test_accounts.py",
    "worker/test_engine.py",
    "browser/test_presses.py",
    "browser/test_live.py",
    "browser/test_panels.py",
    "browser/test_failures.py",
    "worker/test_processes.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(fast.OPTION, action="store_true", help="skip tests that start a process")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare each of several test processes."""
    if config.getoption(fast.OPTION):
        config.pluginmanager.register(fast.Fast())
    share_statements()
    keep_files_in_memory()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files with browser tests last: Playwright keeps an event loop running in this thread.

    Whole files, because test processes are given one file at a time. The longest begin first, so
    that no process is left alone with one at the end.
    """
    late = {item.path for item in items if "browser" in item.fixturenames}  # pyright: ignore[reportAttributeAccessIssue]
    rank = {name: number for number, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> tuple[bool, int]:
        name = f"{item.path.parent.name}/{item.path.name}"
        return item.path in late, rank.get(name, len(rank))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Leave the modules of all tests alone when looking for garbage."""
    collect_rarely()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide ``.env`` and the keys of the machine from the tests."""
    isolate(monkeypatch, tmp_path / "data")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with our schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    migrations.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database_url(empty_database: Path, tmp_path: Path) -> str:
    """An empty database with our schema; test folders may override it with another kind."""
    return f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'tossbill.db')}"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def rt(database_url: str, clock: FrozenClock, wire: Wire) -> AsyncGenerator[Runtime]:
    connect_domains()
    runtime = Runtime(
        settings=Settings(),
        db=Database(database_url),
        toss=TossClient(
            base_url="https://toss.test",
            secret_key=SecretStr("test_sk_PLANTEDSECRETKEY"),
            transport=wire.transport(),
        ),
        clock=clock,
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
        lease=timedelta(seconds=5),
    )
    yield runtime
    await runtime.close()


@pytest.fixture
def session() -> Session:
    return new_session()


@pytest.fixture
def stranger() -> Session:
    return new_session()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    ensure_build()
    running = Server(tmp_path_factory.mktemp("app") / "data", dict(WITH_MEMBERS))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def form_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A shop with its own card form."""
    ensure_build()
    running = Server(tmp_path_factory.mktemp("form") / "data", {"TOSSBILL_CARD_FORM": "on"})
    running.start()
    yield running
    running.stop()
