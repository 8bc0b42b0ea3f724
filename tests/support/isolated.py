"""Isolation of the tests from ``.env`` and the environment of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tossbill_ui.core.settings import Settings


def isolate(patch: pytest.MonkeyPatch, data: Path) -> None:
    """Reset all settings to their defaults, with their files in a folder."""
    for name in ("port", *Settings.model_fields):
        patch.delenv(name.upper(), raising=False)
    patch.setitem(Settings.model_config, "env_file", None)
    patch.setenv("TOSSBILL_DATA_DIR", str(data))
