"""Texts of a start, in English and Korean: a developer may read either."""

from __future__ import annotations

from tossbill_ui.core.settings import Mode, Settings

STARTING = "Tossbill UI is starting. It takes a few seconds; after a change, half a minute more."
NEXT_STEP = (
    "카드를 등록하고 시계를 한 달 뒤로 맞춰 보세요.",
    "Register a card, then move the clock a month ahead.",
)
STOP = "Stop with Ctrl-C."


def listening(settings: Settings) -> str:
    """Return what to say once the app listens: its addresses, and what to try first."""
    lines = [f"Tossbill UI ({settings.mode} mode) is at {settings.public_url}"]
    if settings.mode is Mode.SANDBOX:
        lines += [f"Sandbox panel: {settings.public_url}/sandbox/", *NEXT_STEP]
    return "\n".join([*lines, STOP])
