"""The page that each link leads to."""

from __future__ import annotations

from collections.abc import Mapping

from tossbill_ui.core.scope import Task
from tossbill_ui.customers.invitations import Target

FIRST = "/subscription/"
_PANEL = "/subscription/?panel={panel}&subscription={subscription}"
PATHS: Mapping[Task, str] = {
    # Its alert says why and how much, and has the button to pay.
    Task.PAY: FIRST,
    Task.METHOD: _PANEL.replace("{panel}", "method"),
    Task.PRICE: _PANEL.replace("{panel}", "price"),
    Task.PLAN: _PANEL.replace("{panel}", "plan"),
    Task.PAUSE: _PANEL.replace("{panel}", "pause"),
    Task.CANCEL: _PANEL.replace("{panel}", "cancel"),
    Task.HISTORY: "/history/?subscription={subscription}",
}
CHANGE = _PANEL.replace("{panel}", "change") + "&plan={plan}"
REGISTER = "/register/?plan={plan}"


def path_of(target: Target) -> str:
    """Return the path and query of the page that a link leads to."""
    if target.task is None:
        return REGISTER.format(plan=target.plan_code) if target.plan_code else FIRST
    is_change = target.task is Task.PLAN and target.plan_code
    path = CHANGE if is_change else PATHS[target.task]
    return path.format(subscription=target.subscription_id, plan=target.plan_code)
