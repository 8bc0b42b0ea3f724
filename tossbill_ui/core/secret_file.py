"""Secrets that the app generates for itself, so that the first start needs no setup."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from tossbill_ui.core.crypto import new_encryption_key
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode, Settings

FILE_NAME = "secrets.json"


def load_secrets(settings: Settings) -> tuple[list[str], str]:
    """Return the signing keys (newest first) and the text of the encryption keys.

    Settings from the environment win. The rest comes from ``secrets.json`` in the data directory
    (mode 0600), which is created on the first start. Live mode refuses that: keys stored beside
    the data are lost, or stolen, together with it.

    Raises:
        SettingsError: Live mode has no keys in the environment, or the file cannot be read.
    """
    signing = settings.tossbill_secret_keys.get_secret_value()
    encryption = settings.tossbill_encryption_keys.get_secret_value()
    if not (signing and encryption):
        if settings.mode is Mode.LIVE:
            raise SettingsError(
                "Live mode needs TOSSBILL_SECRET_KEYS and TOSSBILL_ENCRYPTION_KEYS of its own; "
                "`tossbill new-keys` prints a fresh pair."
            )
        made = _read_or_make(settings.tossbill_data_dir / FILE_NAME)
        signing = signing or made["secret_keys"]
        encryption = encryption or made["encryption_keys"]
    return [key.strip() for key in signing.split(",") if key.strip()], encryption


def will_be_made(settings: Settings) -> bool:
    """Whether `load_secrets` would generate all keys now; this check creates no file."""
    is_set = settings.tossbill_secret_keys.get_secret_value() or (
        settings.tossbill_encryption_keys.get_secret_value()
    )
    path = settings.tossbill_data_dir / FILE_NAME
    return not is_set and settings.mode is not Mode.LIVE and not path.exists()


def new_secrets() -> dict[str, str]:
    """Return a new pair, in the form of the two settings."""
    return {
        "secret_keys": secrets.token_urlsafe(32),
        "encryption_keys": f"1:{new_encryption_key()}",
    }


def new_entry_key() -> str:
    """Return a new key with which a shop signs entries; no default start needs one."""
    return secrets.token_urlsafe(32)


def _read_or_make(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Write a draft and link it: the loser of a race between two starting processes reads the
    # winner's file, and a crash never leaves half a file under the real name.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump(new_secrets(), file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}. Restore it from a backup.") from None
