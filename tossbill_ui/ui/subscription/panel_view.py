"""The content of each panel, the same for `first_paint` and for the state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import view as reading
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.ui.shared.panel_address import PanelAddress, PanelName
from tossbill_ui.ui.shared.view_rows import ABSENT
from tossbill_ui.ui.subscription import (
    cancel_view,
    change_view,
    pause_view,
    price_increase_view,
    view,
)
from tossbill_ui.ui.subscription.alerts import asked_now
from tossbill_ui.ui.subscription.rows import row

Find = Callable[[Runtime, Actor, str], Awaitable[object]]
FINDS: Mapping[str, Find] = {
    PanelName.CANCEL: cancel_view.cancel_view,
    PanelName.METHOD: view.method_panel,
    PanelName.PLAN: change_view.plan_choices,
    PanelName.PRICE: price_increase_view.price_view,
    PanelName.PAUSE: pause_view.pause_view,
}


async def content(rt: Runtime, actor: Actor, asked: PanelAddress) -> object | None:
    """Return the content of a panel; None if its subscription offers no such action now.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: As the preview of the action.
    """
    seen = await reading.subscription(rt, actor, asked.subscription_id)
    if not _is_offered(seen, asked.panel):
        return None
    find = (
        partial(change_view.change_view, plan_code=asked.plan_code)
        if asked.panel == PanelName.CHANGE
        else FINDS[asked.panel]
    )
    return await find(rt, actor, asked.subscription_id)


def _is_offered(seen: SubscriptionView, panel: str) -> bool:
    """Whether the page has a button that opens the panel."""
    parts = row(seen).parts
    match panel:
        case PanelName.CANCEL:
            found = [parts.cancel]
        case PanelName.METHOD:
            found = [parts.change, parts.card]
        case PanelName.PAUSE:
            found = [parts.pause]
        case PanelName.PRICE:
            # A more important alert may hide the button, but not the question.
            return asked_now(seen) is not None
        case _:
            found = [parts.change_plan]
    return any(part != ABSENT for part in found)
