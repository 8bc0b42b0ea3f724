"""A change to another plan: the plans on offer, and the cost of each way of changing."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import change_plan
from tossbill_ui.subscriptions.actions.change_plan import ChangePreview
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.subscription import change_text as text


@dataclass(frozen=True)
class PlanChoice:
    """Another plan on offer."""

    plan_code: str
    name: str
    price: str


@dataclass(frozen=True)
class ChangeView:
    """The two ways of changing, each with its date, its amount and how that is computed.

    Attributes:
        plan_code: The new plan.
        charge_krw: The charge for changing now, in won.
        refund_krw: The refund for changing now.
        planned_krw: The charge for changing at the period's end.
    """

    plan_code: str = ""
    charge_krw: int = 0
    refund_krw: int = 0
    planned_krw: int = 0
    title: str = ""
    now: str = ""
    now_amount: str = ""
    now_how: str = ""
    later: str = ""
    later_when: str = ""
    later_amount: str = ""
    later_how: str = ""


async def plan_choices(rt: Runtime, actor: Actor, subscription_id: str) -> tuple[PlanChoice, ...]:
    """Return the plans that a subscription may change to.

    Raises:
        NotFound: No such subscription of this customer.
    """
    seen = await view.subscription(rt, actor, subscription_id)
    return tuple(
        PlanChoice(
            plan_code=offer.plan.code,
            name=wording.plan_text(offer.plan).name,
            price=wording.price(offer.price),
        )
        for offer in await catalog.offers(rt)
        if offer.plan.code != seen.plan.code
    )


async def change_view(
    rt: Runtime, actor: Actor, subscription_id: str, plan_code: str
) -> ChangeView:
    """Return both ways of changing to a plan.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: As `change_plan.preview`.
    """
    seen = await view.subscription(rt, actor, subscription_id)
    preview = await change_plan.preview(rt, actor, subscription_id, plan_code=plan_code)
    is_trial = seen.subscription.status == SubscriptionStatus.TRIALING
    planned, method = wording.won(preview.planned_krw), wording.by(method_label(seen.method))
    later_how = text.LATER_HOW_IN_TRIAL if is_trial else text.LATER_HOW
    return ChangeView(
        plan_code=plan_code,
        charge_krw=preview.charge_krw,
        refund_krw=preview.refund_krw,
        planned_krw=preview.planned_krw,
        title=text.TITLE(plan=wording.plan_text(preview.offer.plan).name),
        now=_now(preview, is_trial=is_trial),
        now_amount=_amount(preview),
        now_how=_how(preview, is_trial=is_trial),
        later=text.LATER(day=wording.button_day(preview.planned_on, today(rt))),
        later_when=text.LATER_WHEN(day=wording.full_day(preview.planned_on)),
        later_amount=text.LATER_AMOUNT(amount=planned),
        later_how=later_how(method=method, price=planned),
    )


def _now(preview: ChangePreview, *, is_trial: bool) -> str:
    if is_trial:
        return text.NOW()
    if preview.refund_krw:
        return text.NOW_AND_BACK(amount=wording.won(preview.refund_krw))
    return text.NOW_AND_PAY(amount=wording.won(preview.charge_krw))


def _amount(preview: ChangePreview) -> str:
    if preview.refund_krw:
        return text.BACK(amount=wording.won(preview.refund_krw))
    return text.PAYS(amount=wording.won(preview.charge_krw))


def _how(preview: ChangePreview, *, is_trial: bool) -> str:
    if is_trial:
        how = text.HOW_IN_TRIAL
    elif preview.refund_krw:
        how = text.HOW_BACK
    else:
        how = text.HOW_LESS if preview.credit_krw else text.HOW_ALL
    return how(
        price=wording.won(preview.planned_krw),
        credit=wording.won(preview.credit_krw),
        rate=wording.price(preview.offer.price),
        day=wording.full_day(preview.ends_on),
    )
