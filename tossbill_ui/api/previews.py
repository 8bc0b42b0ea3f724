"""What an act would do, and the amounts that programs expect."""

from __future__ import annotations

from tossbill_ui.api.subscription_bodies import (
    CancelPreview,
    CancelQuestion,
    ChangePreview,
    ChangeQuestion,
    Preview,
    Question,
    ResumePreview,
    When,
)
from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause


async def preview_of(
    rt: Runtime, actor: Actor, subscription_id: str, question: Question
) -> Preview:
    """Return what an act would do.

    Raises:
        NotFound: There is no such subscription or plan.
        Conflict: The act is not possible.
    """
    match question:
        case CancelQuestion():
            return await _cancel(rt, actor, subscription_id)
        case ChangeQuestion(plan=plan):
            return await _change(rt, actor, subscription_id, plan)
        case _:
            amount = await resume_krw(rt, actor, subscription_id)
            return ResumePreview(act="resume", expected_amount_krw=amount)


async def _cancel(rt: Runtime, actor: Actor, subscription_id: str) -> CancelPreview:
    shown = await cancel.preview(rt, actor, subscription_id)
    return CancelPreview(
        act="cancel",
        expected_refund_krw=shown.refund_krw,
        days_left=shown.days_left,
        can_wait=shown.can_wait,
        ends_on=shown.ends_on,
    )


async def _change(rt: Runtime, actor: Actor, subscription_id: str, plan: str) -> ChangePreview:
    shown = await change_plan.preview(rt, actor, subscription_id, plan_code=plan)
    return ChangePreview(
        act="change",
        plan=plan,
        now_krw=shown.charge_krw,
        credit_krw=shown.credit_krw,
        refund_krw=shown.refund_krw,
        ends_on=shown.ends_on,
        period_end_krw=shown.planned_krw,
        period_end_on=shown.planned_on,
    )


Figures = dict[str, int]


async def refund_of(rt: Runtime, actor: Actor, subscription_id: str) -> Figures:
    """Return what canceling now would refund, as a command expects it."""
    shown = await cancel.preview(rt, actor, subscription_id)
    return {"expected_refund_krw": shown.refund_krw}


async def change_of(
    rt: Runtime, actor: Actor, subscription_id: str, plan: str, when: When
) -> Figures:
    """Return what changing to a plan would charge and refund, as a command expects it."""
    shown = await change_plan.preview(rt, actor, subscription_id, plan_code=plan)
    if when is When.PERIOD_END:
        return {"expected_amount_krw": shown.planned_krw}
    return {"expected_amount_krw": shown.charge_krw, "expected_refund_krw": shown.refund_krw}


async def charge_of(rt: Runtime, actor: Actor, subscription_id: str) -> Figures:
    """Return what resuming would charge, as a command expects it."""
    return {"expected_amount_krw": await resume_krw(rt, actor, subscription_id)}


async def resume_krw(rt: Runtime, actor: Actor, subscription_id: str) -> int:
    """Return what resuming would charge, in whole won."""
    return await pause.preview(rt, actor, subscription_id)
