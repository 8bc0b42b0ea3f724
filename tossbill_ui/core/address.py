"""Whether the app can listen where it is told to."""

from __future__ import annotations

import errno
import socket

from tossbill_ui.core.errors import SettingsError

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def check_free(host: str, port: int) -> None:
    """Try to listen, and stop.

    Raises:
        SettingsError: It cannot be done; the message says what to change.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except (OSError, UnicodeError) as error:
        raise SettingsError(_sentence(error, host, port)) from None


def _sentence(error: OSError | UnicodeError, host: str, port: int) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return f"Port {port} is taken; choose another: PORT=3001 make run"
        case errno.EACCES:
            return f"Port {port} needs more rights; choose one from 1024 on: PORT=3001 make run"
        case _:
            return f"HOST={host} is no address of this machine; leave it out, or use 127.0.0.1"


def reached_at(host: str, port: int) -> str:
    """Return where this machine finds a server that listens on a host: ``127.0.0.1:3000``."""
    host = ANYWHERE.get(host, host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
