"""View row of the pause panel: its effect on the days that are paid for and the next payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.subscription import text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PauseView:
    """The effect of pausing."""

    title: str = ""
    when: str = ""
    amount: str = ""
    how: str = ""


async def pause_view(rt: Runtime, actor: Actor, subscription_id: str) -> PauseView:
    """Return what pausing does.

    Raises:
        NotFound: No such subscription of this customer.
    """
    seen = await view.subscription(rt, actor, subscription_id)
    last = wording.full_day(seen.subscription.ends_on - ONE_DAY)
    return PauseView(
        title=text.PAUSE_TITLE(plan=wording.plan_text(seen.plan).name),
        when=text.PAUSE_WHEN(day=last),
        amount=text.PAUSE_AMOUNT(amount=wording.won(0)),
        how=text.PAUSE_HOW(day=last),
    )
