"""The addresses of the running app, for commands beside it: a file that lives as long as the app.

In the sandbox the running app is Toss and keeps the clock, so a command has to find it. The app
holds a lock on its file; the kernel releases the lock when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode, Settings

PREFIX = "running-"


class RunningApp(BaseModel):
    """An app in sandbox mode.

    Attributes:
        port: The port that customers open.
        public_url: The URL of the pages.
        backend_url: The URL of our HTTP routes; another one than that of the pages under Reflex's
            dev server.
        api_base_url: The URL of the sandbox's API.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    port: int
    public_url: str
    backend_url: str
    api_base_url: str

    @classmethod
    def of(cls, settings: Settings) -> RunningApp:
        """Return the app that runs with these settings."""
        return cls(
            port=settings.tossbill_port,
            public_url=settings.public_url,
            backend_url=settings.backend_url,
            api_base_url=settings.api_base_url,
        )


@contextmanager
def announced(settings: Settings) -> Generator[None]:
    """Let commands find this app while the block runs, in sandbox mode."""
    if settings.mode is not Mode.SANDBOX:
        yield
        return
    app = RunningApp.of(settings)
    path = settings.tossbill_data_dir / f"{PREFIX}{app.port}.json"
    # A new file, locked before it has its name: it takes the place of a killed app's.
    draft = path.with_suffix(f".{os.getpid()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(app.model_dump_json())
        file.flush()
        draft.rename(path)
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                    path.unlink()


def running_apps(folder: Path) -> list[RunningApp]:
    """Return the apps that run on a data folder, by their ports."""
    found = [_read(path) for path in folder.glob(f"{PREFIX}*.json")]
    return sorted((app for app in found if app), key=lambda app: app.port)


def find(settings: Settings, *, port: int | None) -> RunningApp | None:
    """Return the app that runs on the data folder; None if none does.

    Args:
        settings: The settings of a command.
        port: The port that its caller named, if any.

    Raises:
        SettingsError: Several run and no port was named, or those that run have other ports.
    """
    folder = settings.tossbill_data_dir
    apps = running_apps(folder)
    ports = " and ".join(str(app.port) for app in apps)
    if port is None and len(apps) > 1:
        example = f"PORT={apps[0].port} tossbill …"
        raise SettingsError(f"Apps on ports {ports} use {folder}: name one, as in {example}")
    named = [app for app in apps if port in (None, app.port)]
    if apps and not named:
        raise SettingsError(f"The app that uses {folder} is on port {ports}, not on {port}.")
    return named[0] if named else None


def beside(settings: Settings, app: RunningApp) -> Settings:
    """Return the settings of a command with the addresses of the running app."""
    addresses = {
        "tossbill_port": app.port,
        "tossbill_public_url": app.public_url,
        "toss_api_base_url": app.api_base_url,
    }
    return settings.model_copy(update=addresses).with_backend(app.backend_url)


def _read(path: Path) -> RunningApp | None:
    """Return the app of a file, or None if it no longer runs."""
    with suppress(FileNotFoundError), path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return RunningApp.model_validate_json(file.read())
    return None
