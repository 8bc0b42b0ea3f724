"""Subscriptions: read, and what the shop does for its customers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.previews import Figures, change_of, charge_of, preview_of, refund_of
from tossbill_ui.api.problems import ApiProblem
from tossbill_ui.api.references import checked
from tossbill_ui.api.requests import CustomerRef, ObjectId, Part
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api.subscription_bodies import (
    CancelBody,
    ChangeBody,
    ConsentRequired,
    Preview,
    Question,
    ResumeBody,
    When,
)
from tossbill_ui.api_keys.commands import Command
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.errors import Conflict, NeedsConsent
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.models import PortalLink
from tossbill_ui.customers.service import id_of
from tossbill_ui.resources import subscriptions
from tossbill_ui.resources.lists import Page
from tossbill_ui.resources.subscriptions import Subscription, Wanted
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    offers,
    pause,
)
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.reading import view

MayRead = needs(ApiScope.READ)
MayAsk = Annotated[Program, needs(ApiScope.READ)]
MayAct = Annotated[Program, needs(ApiScope.SUBSCRIPTIONS)]
Act = Callable[[], Awaitable[object]]
# How long the answer to a request to pay waits for Toss's.
WAIT_SECONDS = 10.0
OFFERED: dict[str, Any] = {
    "response_model": Subscription,
    "responses": {202: {"model": ConsentRequired, "description": "Only the customer may do it."}},
}

router = new_router("Subscriptions")


class SubscriptionPart(Part):
    """The subscriptions that are wanted."""

    customer: CustomerRef | None = None
    """Only this customer's."""

    status: SubscriptionStatus | None = None
    """Only in this status."""


@router.get("/subscriptions", dependencies=[MayRead])
async def list_subscriptions(part: Annotated[SubscriptionPart, Query()]) -> Page[Subscription]:
    """List subscriptions, newest first."""
    rt = runtime.current()
    customer_id = await id_of(rt, checked(part.customer)) if part.customer else None
    async with rt.db.read() as db:
        wanted = Wanted(customer_id=customer_id, status=part.status)
        return await subscriptions.page(rt, db, part.window, wanted)


@router.get("/subscriptions/{subscription_id}", dependencies=[MayRead])
async def get_subscription(subscription_id: ObjectId) -> Subscription:
    """Get a subscription."""
    return await _subscription(runtime.current(), subscription_id)


@router.post("/subscriptions/{subscription_id}/preview")
async def preview_act(subscription_id: ObjectId, body: Question, program: MayAsk) -> Preview:
    """Say what an act would do, to the won; nothing changes."""
    return await preview_of(runtime.current(), program.actor, subscription_id, body)


@router.post("/subscriptions/{subscription_id}/cancel")
async def cancel_subscription(
    subscription_id: ObjectId, body: CancelBody, program: MayAct, command: TheCommand
) -> Subscription:
    """Cancel a subscription at the period's end, or now with a refund of the rest."""
    rt, of = runtime.current(), (runtime.current(), program.actor, subscription_id)
    if command.was_done:
        return await _subscription(rt, subscription_id)
    if body.expected_refund_krw is None:
        await cancel.cancel_at_period_end(*of)
    else:
        act = partial(cancel.cancel_now, *of, expected_refund_krw=body.expected_refund_krw)
        await _as_expected(act, partial(refund_of, *of))
    return await _subscription(rt, subscription_id)


@router.post("/subscriptions/{subscription_id}/undo-cancel", **OFFERED)
async def undo_cancel(
    subscription_id: ObjectId, program: MayAct, command: TheCommand
) -> Subscription | Response:
    """Undo a cancellation; one by the customer becomes an offer to them."""
    act = partial(cancel.undo, runtime.current(), program.actor, subscription_id)
    return await _act_or_offer(program, command, subscription_id, act, Task.CANCEL)


@router.post("/subscriptions/{subscription_id}/pause")
async def pause_subscription(
    subscription_id: ObjectId, program: MayAct, command: TheCommand
) -> Subscription:
    """Charge nothing until it is resumed; the paid period still works until it ends."""
    rt = runtime.current()
    if not command.was_done:
        await pause.pause(rt, program.actor, subscription_id)
    return await _subscription(rt, subscription_id)


@router.post("/subscriptions/{subscription_id}/resume", **OFFERED)
async def resume_subscription(
    subscription_id: ObjectId, body: ResumeBody, program: MayAct, command: TheCommand
) -> Subscription | Response:
    """Resume a paused subscription; if it charges, or the customer paused it, it is offered."""
    of, expected = (runtime.current(), program.actor, subscription_id), body.expected_amount_krw

    async def act() -> None:
        resume = partial(pause.resume, *of, expected_krw=expected)
        await _as_expected(resume, partial(charge_of, *of))

    return await _act_or_offer(program, command, subscription_id, act, Task.PAUSE)


@router.post("/subscriptions/{subscription_id}/change", **OFFERED)
async def change_subscription(
    subscription_id: ObjectId, body: ChangeBody, program: MayAct, command: TheCommand
) -> Subscription | Response:
    """Change the plan; a dearer one becomes an offer to the customer."""
    of, expected = (runtime.current(), program.actor, subscription_id), body.expected_amount_krw
    refund = body.expected_refund_krw
    ways = {
        When.NOW: partial(
            change_plan.change_now, *of, expected_charge_krw=expected, expected_refund_krw=refund
        ),
        When.PERIOD_END: partial(change_plan.change_at_period_end, *of, expected_krw=expected),
    }

    async def act() -> None:
        change = partial(ways[body.when], plan_code=body.plan)
        await _as_expected(change, partial(change_of, *of, body.plan, body.when))

    return await _act_or_offer(program, command, subscription_id, act, Task.PLAN, body.plan)


@router.post("/subscriptions/{subscription_id}/retry")
async def retry_payment(
    subscription_id: ObjectId, program: MayAct, command: TheCommand
) -> Subscription:
    """Collect what is owed at once, and answer when Toss has, or after 10 seconds."""
    rt = runtime.current()
    if not command.was_done:
        await change_method.pay_now(rt, program.actor, subscription_id)
    await view.wait(rt, program.actor, subscription_id, seconds=WAIT_SECONDS)
    return await _subscription(rt, subscription_id)


async def _subscription(rt: Runtime, subscription_id: str) -> Subscription:
    async with rt.db.read() as db:
        return await subscriptions.get(rt, db, subscription_id)


async def _as_expected(act: Act, figures: Callable[[], Awaitable[Figures]]) -> None:
    """Act, or name the amounts that hold now."""
    try:
        await act()
    except Conflict as conflict:
        if conflict.code != "preview_changed":
            raise
        facts = await figures()
        raise ApiProblem(409, conflict.code, conflict.message, facts=facts) from None


async def _act_or_offer(
    program: Program,
    command: Command,
    subscription_id: str,
    act: Act,
    task: Task,
    plan_code: str | None = None,
) -> Subscription | Response:
    """Act, or offer it to the customer if only they may."""
    rt = runtime.current()
    if not command.was_done:
        try:
            await act()
        except NeedsConsent:
            await offers.offer(
                rt,
                program.actor,
                subscription_id,
                task=task,
                plan_code=plan_code,
                link_id=command.object_id,
            )
    return await _offered(rt, command) or await _subscription(rt, subscription_id)


async def _offered(rt: Runtime, command: Command) -> Response | None:
    """Return the answer to a command that became an offer; None if it did not."""
    async with rt.db.read() as db:
        link = await db.get(PortalLink, command.object_id)
        url = await portal_links.address_again(rt, db, command.object_id)
    if link is None or url is None:
        return None
    facts = {"url": url, "link_id": link.id, "expires_at": link.expires_at}
    offered = ConsentRequired.model_validate(facts | {"code": NeedsConsent.code})
    return JSONResponse(offered.model_dump(mode="json"), 202)
