"""The two ways of canceling a subscription, to the won."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.money import share_up
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.actions.cancel import CancelPreview
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.subscription import text

ONE_DAY = timedelta(days=1)


class CancelView(TypedDict):
    """The two ways of canceling, each with its date, its refund and how that is computed.

    Attributes:
        refund_krw: What ending now gives back, in won.
    """

    title: str
    can_wait: bool
    wait_when: str
    wait: str
    wait_refund: str
    now: str
    now_refund: str
    now_how: str
    refund_krw: int


NO_CANCEL = CancelView(
    title="",
    can_wait=False,
    wait_when="",
    wait="",
    wait_refund="",
    now="",
    now_refund="",
    now_how="",
    refund_krw=0,
)


async def cancel_view(rt: Runtime, actor: Actor, subscription_id: str) -> CancelView:
    """Return both ways of canceling, to the won.

    Raises:
        NotFound: No such subscription of this customer.
    """
    seen = await view.subscription(rt, actor, subscription_id)
    preview = await cancel.preview(rt, actor, subscription_id)
    back = wording.won(preview.refund_krw)
    last_on = preview.ends_on - ONE_DAY
    return CancelView(
        title=text.CANCEL_TITLE(plan=seen.plan.name),
        can_wait=preview.can_wait,
        wait_when=text.CANCEL_WAIT_WHEN(day=wording.full_day(last_on)),
        wait=text.CANCEL_WAIT(day=wording.short_day(last_on)),
        wait_refund=text.CANCEL_WAIT_REFUND(amount=wording.won(0)),
        now=text.CANCEL_NOW_REFUND(amount=back) if preview.refund_krw else text.CANCEL_NOW(),
        now_refund=text.CANCEL_NOW_BACK(amount=back),
        now_how=_how(preview),
        refund_krw=preview.refund_krw,
    )


def _how(preview: CancelPreview) -> str:
    if not preview.refund_krw:
        return text.CANCEL_NOW_NOTHING()
    left, days = min(preview.days_left, preview.days), preview.days
    if preview.refund_krw != share_up(preview.price_krw, left, days):
        return text.CANCEL_NOW_LESS(left=left)
    return text.CANCEL_NOW_HOW(price=wording.won(preview.price_krw), left=left, days=days)
