"""The worker's job: delivers events as the shop's API shows them."""

from __future__ import annotations

from tossbill_ui.outbound.delivery import Courier, deliver
from tossbill_ui.outbound.sender import Sender
from tossbill_ui.resources.events import event_body
from tossbill_ui.runtime import Runtime


async def deliver_events(rt: Runtime) -> None:
    """Plan and send what is due; return without waiting for the receivers."""
    await deliver(rt, Courier(event_body, Sender(rt.settings.mode)))
