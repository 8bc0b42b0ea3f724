"""The caller of a request or a connection."""

from __future__ import annotations

from starlette.types import Scope

from tossbill_ui.core.callers import UNKNOWN, caller_at


def address_of(scope: Scope) -> str:
    """Return the address of a request or a connection, behind trusted proxies the forwarded one."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else UNKNOWN


def caller_of(scope: Scope) -> str:
    """Return the caller of a request or a connection."""
    return caller_at(address_of(scope))
