"""The settings and the runtime of one command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tossbill_ui.core import running_app
from tossbill_ui.core.clock import NoClock
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode, Settings

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime

T = TypeVar("T")
PORTS = range(1, 65536)
HOW_TO_START = "Start the app (`make run`), or name its port: PORT=3001 tossbill …"


def named_port() -> int | None:
    """Return the port that the caller named in the variable PORT.

    Raises:
        SettingsError: It is not a port.
    """
    text = os.environ.get("PORT", "")
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or int(text) not in PORTS:
        raise SettingsError(f"PORT is invalid: {text[:20]} is not a number from 1 to 65535.")
    return int(text)


def read_settings(port: int | None = None) -> Settings:
    """Read the settings; a port, else the variable PORT, wins over TOSSBILL_PORT.

    Raises:
        SettingsError: A value is invalid.
    """
    port = port or named_port()
    return Settings(tossbill_port=port) if port else Settings()


def settings_beside_app() -> Settings:
    """Read the settings; in sandbox mode with the addresses of the running app, if any.

    Raises:
        SettingsError: A value is invalid, or it is not clear which app is meant.
    """
    settings = read_settings()
    app = app_beside(settings)
    return running_app.beside(settings, app) if app else settings


def app_beside(settings: Settings) -> running_app.RunningApp | None:
    """Return the running app whose sandbox a command uses; None if another sandbox is set.

    Raises:
        SettingsError: It is not clear which app is meant.
    """
    if settings.mode is not Mode.SANDBOX or settings.toss_api_base_url:
        return None
    return running_app.find(settings, port=named_port())


def with_runtime(work: Callable[[Runtime], Awaitable[T]], *, needs_time: bool = True) -> T:
    """Run work with a runtime on the database, which must exist and be up to date.

    Args:
        work: The work; the runtime is closed after it.
        needs_time: Whether the work asks for the time or for Toss. In sandbox mode the running app
            has both. Other work gets a clock that raises.

    Raises:
        SettingsError: There is no database yet, its schema is not the newest, or the sandbox's
            clock does not respond.
    """
    from tossbill_ui.composition import build_runtime
    from tossbill_ui.core.pubsub_between_processes import forward_to_others
    from tossbill_ui.doctor import database_problems

    settings = settings_beside_app() if needs_time else read_settings()
    if problems := database_problems(settings):
        raise SettingsError(problems[0])
    if needs_time:
        _refuse_without_sandbox(settings)

    async def run() -> T:
        rt = build_runtime(settings)
        forward_to_others(rt.db, rt.pubsub, rt.tasks)
        try:
            if not needs_time:
                return await work(replace(rt, clock=NoClock()))
            await _read_clock(rt)
            return await work(rt)
        finally:
            await rt.close()

    return asyncio.run(run())


def _refuse_without_sandbox(settings: Settings) -> None:
    """Raise unless it is known where the sandbox is: that of another shop would be wrong."""
    is_known = settings.toss_api_base_url or named_port()
    if settings.mode is Mode.SANDBOX and not is_known:
        folder = settings.tossbill_data_dir
        raise SettingsError(f"Nothing was done: no app runs on {folder}. {HOW_TO_START}")


async def _read_clock(rt: Runtime) -> None:
    """Read the time, before anything is done at a wrong one."""
    from tossbill_ui.toss.sandbox_clock import ClockUnavailable

    try:
        await rt.clock.refresh()
    except ClockUnavailable:
        at = rt.settings.api_base_url
        raise SettingsError(
            f"Nothing was done: the sandbox's clock at {at} does not respond. {HOW_TO_START}"
        ) from None
