"""Checks that the app can listen on its host and port."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

from tossbill_ui.core.errors import SettingsError

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound

TRIES, LAST_PORT = 100, 65535


def check_free(host: str, port: int) -> None:
    """Try to bind the address, then release it.

    Raises:
        SettingsError: The address cannot be bound; the message says what to change.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except (OSError, UnicodeError) as error:
        raise SettingsError(_message(error, host, port)) from None


def next_free(host: str, port: int) -> int:
    """Return the first port from this one on that can be bound.

    Raises:
        SettingsError: There is none, or the host is not an address of this machine.
    """
    for candidate in range(port, min(port + TRIES, LAST_PORT)):
        with suppress(SettingsError):
            check_free(host, candidate)
            return candidate
    check_free(host, port)
    return port


def _message(error: OSError | UnicodeError, host: str, port: int) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return f"Port {port} is already in use; choose another: PORT=3001 make run"
        case errno.EACCES:
            return f"Port {port} needs root privileges; choose 1024 or higher: PORT=3001 make run"
        case _:
            return f"HOST={host} is not an address of this machine; unset it or use 127.0.0.1"


def reached_at(host: str, port: int) -> str:
    """Return the local address of a server that listens on a host, such as ``127.0.0.1:3000``."""
    host = ANYWHERE.get(host, host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
