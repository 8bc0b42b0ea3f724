"""The scopes of API keys."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tossbill_ui.core.errors import InvalidRequest


class ApiScope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    """Everything may be read, except secrets, which nobody can read."""

    CUSTOMERS = "customers"
    """Customers may be added, changed and merged."""

    LINKS = "links"
    """Links may be made that sign customers in, and revoked."""

    SUBSCRIPTIONS = "subscriptions"
    """Subscriptions may be canceled, paused, resumed and changed; debts may be collected."""

    REFUNDS = "refunds"
    """Payments may be refunded."""

    PLANS = "plans"
    """Prices may be added."""

    WEBHOOKS = "webhooks"
    """Webhook endpoints may be added, changed and removed; events may be sent again."""


def parse(names: Iterable[str]) -> list[ApiScope]:
    """Return the scopes of some names, each once, in the order of `ApiScope`.

    Raises:
        InvalidRequest: A name is none of a scope, or there is none.
    """
    wanted = set(names)
    if unknown := sorted(wanted - set(ApiScope)):
        raise InvalidRequest(f"There is no scope {unknown[0][:40]}: choose of {_all()}.")
    if not wanted:
        raise InvalidRequest(f"Choose at least one scope of {_all()}.")
    return [scope for scope in ApiScope if scope in wanted]


def _all() -> str:
    return ", ".join(ApiScope)
