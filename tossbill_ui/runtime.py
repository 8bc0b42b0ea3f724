"""The runtime: the resources that every service needs, built once per process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from tossbill_ui.core.clock import Clock, SystemClock
from tossbill_ui.core.crypto import Cipher, Signer
from tossbill_ui.core.db import Database
from tossbill_ui.core.lease import HeldLeases
from tossbill_ui.core.pubsub import PubSub
from tossbill_ui.core.secret_file import load_secrets
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.core.tasks import Tasks
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.sandbox_clock import SandboxClock

DRAIN_SECONDS = 10.0
# Toss allows 100 a minute in its test environment (contract §7) and states no limit for the live
# one (contract §10). Each process applies this limit by itself.
CALLS_PER_MINUTE = {Mode.SANDBOX: None, Mode.TEST: 90, Mode.LIVE: 1200}


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The process's storage, gateway, clock and keys.

    Attributes:
        machine: The machine's clock, used for leases, timeouts and back-off; `clock` may be a
            virtual one that jumps a month.
        lease: The duration of a claim without renewal. A running worker renews its claims, so
            this only bounds the wait for the rows of a killed one.
        name: A name that no other running process on this database has, ensured by a lock
            (`core.lock`). None without such a lock, as on PostgreSQL.
    """

    settings: Settings
    db: Database
    toss: TossClient
    clock: Clock
    cipher: Cipher
    signer: Signer
    pubsub: PubSub = field(default_factory=PubSub)
    leases: HeldLeases = field(default_factory=HeldLeases)
    tasks: Tasks = field(default_factory=Tasks)
    machine: Clock = field(default_factory=SystemClock)
    lease: timedelta = timedelta(seconds=10)
    name: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Runtime:
        """Build the runtime from the settings; opens no connection yet.

        Raises:
            SettingsError: The settings contradict each other.
        """
        signing_keys, encryption_keys = load_secrets(settings)
        return cls(
            settings=settings,
            db=Database(settings.database_url),
            toss=TossClient(
                base_url=settings.api_base_url,
                secret_key=settings.secret_key,
                per_minute=CALLS_PER_MINUTE[settings.mode],
            ),
            clock=SandboxClock(settings.api_base_url)
            if settings.mode is Mode.SANDBOX
            else SystemClock(),
            cipher=Cipher.from_text(encryption_keys),
            signer=Signer(signing_keys),
        )

    async def close(self) -> None:
        """Wait for background tasks, then close every connection."""
        self.tasks.is_stopping = True
        await self.tasks.drain(seconds=DRAIN_SECONDS)
        await self.toss.aclose()
        await self.clock.aclose()
        await self.db.close()


_current: Runtime | None = None


def install(runtime: Runtime | None) -> None:
    """Install a runtime for this process; ``None`` removes it."""
    global _current
    _current = runtime


def current() -> Runtime:
    """Return the runtime of this process.

    Raises:
        RuntimeError: The app has not started.
    """
    if _current is None:
        raise RuntimeError("The app has not started: no runtime is installed.")
    return _current
