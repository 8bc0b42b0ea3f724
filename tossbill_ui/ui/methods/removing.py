"""Removes a payment method for a page, and reports the result."""

from __future__ import annotations

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.payment_methods import removal
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions.change_method import remove_method
from tossbill_ui.ui.methods import removing_text as text
from tossbill_ui.ui.shared.text.refusals import REFUSALS

REMOVAL_SECONDS = 3.0


async def remove(rt: Runtime, actor: Actor, method_id: str) -> str:
    """Remove a method, wait a while for Toss, and return the notice; the service checks its owner.

    Args:
        rt: The process's runtime.
        actor: The customer.
        method_id: Untrusted.
    """
    try:
        await remove_method(rt, actor, method_id)
        method = await removal.wait(rt, actor, method_id, seconds=REMOVAL_SECONDS)
    except NotFound:
        return text.REFUSED()
    except Conflict as refused:
        return REFUSALS[refused.code]()
    return {
        MethodStatus.REMOVED: text.DONE,
        MethodStatus.REMOVING: text.IN_DOUBT,
        MethodStatus.ACTIVE: text.REFUSED,
    }[MethodStatus(method.status)]()
