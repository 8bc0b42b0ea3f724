"""The sandbox's global state: clock, switches, seed and snapshots."""

import sqlite3
from collections.abc import Callable
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tossbill_sandbox.api import payments
from tossbill_sandbox.control import settings
from tossbill_sandbox.control.settings import Source
from tossbill_sandbox.store import double_charges, schema
from tossbill_sandbox.store.clock import VirtualClock
from tossbill_sandbox.store.store import IN_MEMORY, Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import webhooks

T = TypeVar("T")


class UnknownSnapshot(LookupError):
    """There is no snapshot of this name."""


class SandboxState:
    """Clock, switches, seed and snapshots. Changes happen between API calls, never during one."""

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        switches: Switches,
        *,
        database: Path,
        seed: str | None = None,
        followed: bool = False,
        webhook_url: str = "",
    ) -> None:
        self.clock = clock
        self.switches = switches
        # Sources of due events; webhooks add their own.
        self.sources: list[Source] = [settings.next_persona, settings.next_expiry]
        self._store = store
        self._initial = copy(switches)
        self._database = database
        self._seed = seed
        self._followed = followed
        self._webhook_url = webhook_url
        self._follower_next: datetime | None = None
        self._follower_waits: dict[str, str] | None = None
        self.sources.append(lambda connection, now: self._follower_next)
        self._is_ready = False
        self._in_memory: dict[str, sqlite3.Connection] = {}

    async def ready(self) -> None:
        """Load clock and switches from the file, once."""
        if not self._is_ready:
            await self._store.run(self._begin)
            self._is_ready = True

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction; if it fails, reload clock and switches."""
        try:
            return await self._store.run(work)
        except BaseException:
            await self._store.run(self._load)
            raise

    async def move(self, target: Callable[[datetime], datetime], stopped: bool | None) -> None:
        """Move the clock to ``target(now)`` and expire overdue payments.

        If an app follows the clock, only the clock's target is set: the app steps the clock from
        one due event to the next (see `follow`).
        """
        await self.run(lambda c: self._go_to(c, target(self._target()), stopped))

    async def follow(
        self,
        next_at: datetime | None,
        *,
        waits: dict[str, str] | None,
        step_to: datetime | None,
    ) -> None:
        """Store what the following app has due and waits for; move the clock if it says so."""
        self._follower_next, self._follower_waits = next_at, waits
        if step_to is not None:
            await self.run(lambda c: self._move(c, step_to, None))

    async def move_to_next(self) -> bool:
        """Move the clock to the next due event; return False if there is none."""

        def work(connection: sqlite3.Connection) -> bool:
            instant = settings.next_event_at(connection, self.clock.now(), self.sources)
            if instant is not None:
                self._go_to(connection, instant, None)
            return instant is not None

        return await self.run(work)

    async def next_at(self) -> datetime | None:
        """Return when the next event is due."""
        return await self._store.run(
            lambda c: settings.next_event_at(c, self.clock.now(), self.sources)
        )

    def way(self) -> dict[str, Any]:
        """Return where the clock is moving to, and what the app waits for before it gets there.

        The time until which it waits is the machine's.
        """
        target = self.clock.target
        return {
            "target": target.isoformat() if target else None,
            "waits": self._follower_waits if target else None,
        }

    async def set_switches(self, changes: dict[str, Any]) -> None:
        """Set switches by name; see ``settings.set_switches``."""
        await self.run(lambda c: settings.set_switches(c, self.switches, changes))

    async def reset(self, *, seed: str | None = None, at: datetime | None = None) -> None:
        """Delete all data.

        Args:
            seed: The new seed; if None, the one the sandbox was created with.
            at: Stop the clock at this time; if None, it runs with the system clock.
        """

        def work(connection: sqlite3.Connection) -> None:
            schema.rebuild(connection, seed or self._seed)
            self._begin(connection)
            if at is not None:
                self._move(connection, at, True)

        await self.run(work)

    async def take_snapshot(self, name: str) -> None:
        """Copy all data under a name, replacing an older snapshot of that name."""

        def work(connection: sqlite3.Connection) -> None:
            with self._snapshot(name) as copied:
                connection.backup(copied)

        await self._store.run_outside(work)

    async def restore(self, name: str) -> None:
        """Restore all data from a snapshot, discarding everything since.

        Raises:
            UnknownSnapshot: There is no snapshot of this name.
        """
        if name not in self.snapshots():
            raise UnknownSnapshot(name)

        def work(connection: sqlite3.Connection) -> None:
            with self._snapshot(name) as copied:
                copied.backup(connection)
            schema.create(connection)
            double_charges.forget_delayed(connection)
            self._begin(connection)

        await self._store.run_outside(work)

    def snapshots(self) -> list[str]:
        """Return the names of all snapshots."""
        files = self._folder.glob("*.db") if self._has_file else ()
        return sorted({*self._in_memory, *(path.stem for path in files)})

    def _target(self) -> datetime:
        """Return the clock's target, or the current time if it has none."""
        return self.clock.target or self.clock.now()

    def _go_to(self, connection: sqlite3.Connection, to: datetime, stopped: bool | None) -> None:
        if self._followed and stopped is None and to > self.clock.now():
            self.clock.send(connection, to)
        else:
            self._move(connection, to, stopped)

    def _move(self, connection: sqlite3.Connection, to: datetime, stopped: bool | None) -> None:
        self.clock.move(connection, to, stopped=stopped)
        payments.expire(connection, self.clock.now())

    def _begin(self, connection: sqlite3.Connection) -> None:
        self._load(connection)
        double_charges.lose_expected(connection, self.clock.now())
        if self._webhook_url:
            now = self.clock.now()
            webhooks.register_own(connection, self._webhook_url, now, self.switches)

    def _load(self, connection: sqlite3.Connection) -> None:
        self.clock.load(connection)
        settings.load_switches(connection, self.switches, self._initial)

    def _snapshot(self, name: str) -> "_Open":
        if not self._has_file:
            made = self._in_memory.get(name) or sqlite3.connect(IN_MEMORY, check_same_thread=False)
            self._in_memory[name] = made
            return _Open(made, close=False)
        self._folder.mkdir(exist_ok=True)
        return _Open(sqlite3.connect(self._folder / f"{name}.db"), close=True)

    @property
    def _has_file(self) -> bool:
        return str(self._database) != IN_MEMORY

    @property
    def _folder(self) -> Path:
        return self._database.with_name(f"{self._database.name}.snapshots")


class _Open:
    """A connection for one block; a file is closed afterwards, an in-memory copy stays open."""

    def __init__(self, connection: sqlite3.Connection, *, close: bool) -> None:
        self._connection = connection
        self._close = close

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        if self._close:
            self._connection.close()
