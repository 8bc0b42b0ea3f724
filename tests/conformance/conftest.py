"""Fixtures shared with tests/sandbox."""

from tests.sandbox.conftest import client, manual_clock, sandbox, webhook_transport

__all__ = ["client", "manual_clock", "sandbox", "webhook_transport"]
