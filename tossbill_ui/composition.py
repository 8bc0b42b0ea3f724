"""The composition root: connects the domains; every process builds its runtime here first."""

from __future__ import annotations

from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import code_mail, reporting, verified_address
from tossbill_ui.notices import address, codes
from tossbill_ui.payment_methods import issued_handler, known_customers
from tossbill_ui.payments import outcome_handler
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import change_method
from tossbill_ui.subscriptions.lifecycle.outcome import HANDLER


def connect_domains() -> None:
    """Register the handlers of what lower domains report; safe to repeat."""
    code_mail.register(codes.mail)
    verified_address.register(address.tell_removed)
    reporting.register(known_customers.report)
    outcome_handler.register(HANDLER)
    issued_handler.register(change_method.HANDLER)


def build_runtime(settings: Settings) -> Runtime:
    """Connect the domains and build the runtime; see `Runtime.from_settings`.

    Raises:
        SettingsError: The settings contradict each other.
    """
    connect_domains()
    return Runtime.from_settings(settings)
