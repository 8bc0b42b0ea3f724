"""Removes a payment method for a page, or makes it the default, and reports the result."""

from __future__ import annotations

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.payment_methods import default, removal
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions.change_method import remove_method
from tossbill_ui.ui.methods import actions_text as text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.shared.text.refusals import REFUSALS

REMOVAL_SECONDS = 3.0


async def choose_default(rt: Runtime, actor: Actor, method_id: str) -> str:
    """Make a method the default, and return the notice; the service checks its owner.

    Args:
        rt: The process's runtime.
        actor: The customer.
        method_id: Untrusted.
    """
    try:
        method = await default.choose_default(rt, actor, method_id)
    except NotFound:
        return text.GONE()
    return text.DEFAULT(method=wording.by(method_label(method)))


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
