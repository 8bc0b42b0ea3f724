"""The sandbox's own fixtures."""

from tests.sandbox.conftest import box, hand_clock, sandbox, webhook_transport

__all__ = ["box", "hand_clock", "sandbox", "webhook_transport"]
