"""The two ways of canceling a subscription, to the won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.money import share_up
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.actions.cancel import CancelPreview
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.subscription import text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CancelView:
    """The two ways of canceling, each with its date, its refund and how that is computed.

    Attributes:
        refund_krw: The refund for ending now, in won.
    """

    title: str = ""
    can_wait: bool = False
    wait_when: str = ""
    wait: str = ""
    wait_refund: str = ""
    now: str = ""
    now_refund: str = ""
    now_how: str = ""
    refund_krw: int = 0


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
        title=text.CANCEL_TITLE(plan=wording.plan_text(seen.plan).name),
        can_wait=preview.can_wait,
        wait_when=text.CANCEL_WAIT_WHEN(day=wording.full_day(last_on)),
        wait=text.CANCEL_WAIT(day=wording.button_day(last_on, today(rt))),
        wait_refund=text.CANCEL_WAIT_REFUND(amount=wording.won(0)),
        now=text.CANCEL_NOW_REFUND(amount=back) if preview.refund_krw else text.CANCEL_NOW(),
        now_refund=text.CANCEL_NOW_BACK(amount=back),
        now_how=_how(preview),
        refund_krw=preview.refund_krw,
    )


def _how(preview: CancelPreview) -> str:
    left, days = min(preview.days_left, preview.days), preview.days
    share_krw = share_up(preview.price_krw, left, days) if days else 0
    if not preview.refund_krw:
        return (text.CANCEL_NOW_ALL_BACK if share_krw else text.CANCEL_NOW_NOTHING)()
    if preview.refund_krw != share_krw:
        share, back = wording.won(share_krw), wording.won(preview.refund_krw)
        return text.CANCEL_NOW_LESS(left=left, share=share, back=back)
    return text.CANCEL_NOW_HOW(price=wording.won(preview.price_krw), left=left, days=days)
