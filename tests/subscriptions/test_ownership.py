"""Another customer's subscription and payment method do not exist, for every action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.actor import VISITOR, Actor
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.invitations import Invitation, Target
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import removal
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    merge,
    merge_at_entry,
    offers,
    pause,
    portal_link,
    post_price,
    price_increase,
    profile,
    refund,
    subscribe,
)
from tossbill_ui.subscriptions.actions.profile import Profile
from tossbill_ui.subscriptions.actions.review import approve
from tossbill_ui.subscriptions.reading import spending, timeline, view
from tossbill_ui.subscriptions.reading.methods import offered_methods
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.terms.catalog import PriceEntry

Act = Callable[[Runtime, Actor, str], Awaitable[object]]

ACTIONS: dict[str, Act] = {
    "cancel.preview": cancel.preview,
    "cancel_at_period_end": cancel.cancel_at_period_end,
    "cancel_now": partial(cancel.cancel_now, expected_refund_krw=9900),
    "undo": cancel.undo,
    "change.preview": partial(change_plan.preview, plan_code="pro"),
    "change_now": partial(change_plan.change_now, plan_code="pro", expected_charge_krw=0),
    "change_at_period_end": partial(change_plan.change_at_period_end, plan_code="pro"),
    "change_method": partial(change_method.change_method, payment_method_id="0" * 32),
    "pay_now": change_method.pay_now,
    "pause": pause.pause,
    "resume.preview": pause.preview,
    "offer": partial(offers.offer, task=Task.PLAN, link_id="0" * 32),
    "resume": pause.resume,
    "answer": partial(price_increase.record_decision, accepts=True),
    "ask": partial(price_increase.ask, price_id="pro", how_to_cancel=""),
    "approve": approve,
    "subscription": view.subscription,
    "events": view.events,
    "wait": partial(view.wait, seconds=0),
}


async def test_others_neither_see_nor_change_a_subscription(
    shop: Shop, session: Session, stranger: Session
) -> None:
    mine = (await shop.subscribe(session)).subscription.id
    before = await shop.event_types(session, mine)
    found: list[tuple[str, str]] = []
    with pytest.raises(NotFound):
        await change_method.register_for(shop.rt, stranger, mine)

    for actor in (actor_of(stranger), VISITOR):
        for subscription_id in (mine, "0" * 32, "", "' OR 1=1 --"):
            for name, act in ACTIONS.items():
                try:
                    await act(shop.rt, actor, subscription_id)
                except NotFound:
                    continue
                found.append((name, subscription_id))

    assert found == []
    assert await shop.event_types(session, mine) == before


async def test_others_cannot_remove_a_method_or_refund_a_payment(
    shop: Shop, session: Session, stranger: Session
) -> None:
    seen = await shop.subscribe(session)
    assert seen.last_payment is not None

    for actor in (actor_of(stranger), VISITOR):
        with pytest.raises(NotFound):
            await change_method.remove_method(shop.rt, actor, seen.method.id)
        with pytest.raises(NotFound):
            await removal.wait(shop.rt, actor, seen.method.id, seconds=0)
    for actor in (actor_of(session), actor_of(stranger), VISITOR):
        with pytest.raises(NotFound):
            await refund.refund_payment(
                shop.rt, actor, seen.last_payment.id, amount_krw=None, reason="x"
            )


async def test_customers_change_no_customer_and_no_price_as_programs_do(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.card(session)
    price = PriceEntry(starts_on=date(2027, 1, 1), amount_krw=200)
    named = Profile(given=frozenset({"name"}), name="x")

    for actor in (actor_of(session), actor_of(stranger), VISITOR):
        with pytest.raises(NotFound):
            await profile.upsert(shop.rt, actor, "42", named)
        with pytest.raises(NotFound):
            await profile.change(shop.rt, actor, session.customer_id, named)
        with pytest.raises(NotFound):
            await post_price.post_price(shop.rt, actor, "basic", price)


async def test_others_cannot_merge_two_customers(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.card(session)
    pair = {"anonymous_id": session.customer_id, "linked_id": "0" * 32}

    for actor in (actor_of(stranger), VISITOR):
        with pytest.raises(NotFound):
            await merge.merge(shop.rt, actor, **pair)
        nothing = Invitation(token_hash="", target=Target())
        with pytest.raises(NotFound):
            await merge_at_entry.enter_and_merge(shop.rt, actor, nothing, Press(""), before=session)


@pytest.mark.parametrize("actor", [VISITOR, KIM], ids=["a visitor", "an operator"])
async def test_other_actors_own_nothing_and_cannot_subscribe(
    actor: Actor, shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    quote = await subscribe.quote(shop.rt, actor, "basic")

    assert await view.subscriptions(shop.rt, actor) == []
    assert await offered_methods(shop.rt, actor) == []
    assert await timeline.subscriptions(shop.rt, actor) == []
    assert (await timeline.older(shop.rt, actor)).entries == []
    assert not any(month.amount_krw for month in await spending.last_months(shop.rt, actor))
    with pytest.raises(NotFound):
        await subscribe.subscribe(
            shop.rt,
            actor,
            plan_code="basic",
            payment_method_id=seen.method.id,
            agreed=quote.terms,
        )


async def test_operator_sees_and_changes_every_customers_subscription(
    shop: Shop, session: Session
) -> None:
    theirs = (await shop.subscribe(session)).subscription.id

    await cancel.cancel_at_period_end(shop.rt, KIM, theirs)

    assert (await view.wait(shop.rt, KIM, theirs, seconds=0)).subscription.status == "canceled"
    assert [line.actor for line in await view.events(shop.rt, KIM, theirs)][-1] == KIM
    wanted = Wanted(subscription_id=theirs)
    theirs_lines = (await timeline.older(shop.rt, actor_of(session), wanted)).entries
    assert (await timeline.older(shop.rt, KIM, wanted)).entries == theirs_lines


async def test_link_for_a_task_is_made_for_the_owner_of_its_subscription_alone(
    shop: Shop, session: Session
) -> None:
    mine = (await shop.subscribe(session)).subscription.id
    async with shop.rt.db.write() as db:
        (await db.get_one(Customer, session.customer_id)).external_id = "owner"
    wanted = portal_link.MemberLink(external_id="owner", task=Task.CANCEL, subscription_id=mine)

    await portal_link.make_link(shop.rt, KIM, wanted)
    with pytest.raises(NotFound):
        await portal_link.make_link(shop.rt, KIM, replace(wanted, external_id="another"))
    with pytest.raises(InvalidRequest, match="nosuch"):
        await portal_link.make_link(shop.rt, KIM, replace(wanted, plan_code="nosuch"))

    [link] = await shop.rows(PortalLink)
    assert (link.customer_id, link.made_by) == (session.customer_id, KIM.label)
    assert [row.external_id for row in await shop.rows(Customer) if row.external_id] == ["owner"]
    [line] = [line for line in await shop.rows(AuditEntry) if line.kind == portal_link.MADE]
    assert line.customer_id == session.customer_id
