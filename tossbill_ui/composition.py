"""Where the domains are connected: a process builds its runtime here before it does anything."""

from __future__ import annotations

from tossbill_ui.core.settings import Settings
from tossbill_ui.payments import outcome_handler
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.outcome import HANDLER


def connect_domains() -> None:
    """Tell the payments domain who handles its outcomes; doing it twice changes nothing."""
    outcome_handler.register(HANDLER)


def build_runtime(settings: Settings) -> Runtime:
    """Connect the domains and build what the settings ask for; see `Runtime.from_settings`.

    Raises:
        SettingsError: The settings contradict each other.
    """
    connect_domains()
    return Runtime.from_settings(settings)
