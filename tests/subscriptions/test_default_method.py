"""Choosing the payment method that pages propose first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.default import choose_default
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.change_method import change_method, remove_method
from tossbill_ui.subscriptions.engine.method_deleted import lose_method
from tossbill_ui.subscriptions.reading.methods import offered_methods
from tossbill_ui.ui.registration import view


async def order_of(shop: Shop, session: Session) -> list[str]:
    return [one.method.id for one in await offered_methods(shop.rt, actor_of(session))]


async def three_cards(shop: Shop, session: Session) -> list[str]:
    """Register three cards, and return their ids, oldest first."""
    cards: list[str] = []
    for persona in ("approve", "approve_check", "monthly_limit"):
        cards.append(await shop.card(session, persona))
        shop.wait(timedelta(days=1))
    return cards


async def test_default_is_proposed_before_newer_methods_until_another_is_chosen(
    shop: Shop, session: Session
) -> None:
    old, middle, new = await three_cards(shop, session)
    assert await order_of(shop, session) == [new, middle, old]

    await choose_default(shop.rt, actor_of(session), old)
    assert await order_of(shop, session) == [old, new, middle]
    await choose_default(shop.rt, actor_of(session), middle)
    await choose_default(shop.rt, actor_of(session), middle)

    assert await order_of(shop, session) == [middle, new, old]


async def test_choices_at_the_same_time_leave_one_default(shop: Shop, session: Session) -> None:
    cards = await three_cards(shop, session)

    await asyncio.gather(
        *(choose_default(shop.rt, actor_of(session), card) for card in cards for _ in range(3))
    )

    assert sum([method.is_default for method in await shop.rows(PaymentMethod)]) == 1


async def test_removed_default_makes_place_for_the_newest(shop: Shop, session: Session) -> None:
    old, middle, new = await three_cards(shop, session)
    await choose_default(shop.rt, actor_of(session), old)

    await remove_method(shop.rt, actor_of(session), old)
    with pytest.raises(NotFound):
        await choose_default(shop.rt, actor_of(session), old)
    await shop.rt.tasks.drain(seconds=120)

    assert await order_of(shop, session) == [new, middle]
    assert not any([method.is_default for method in await shop.rows(PaymentMethod)])


async def test_method_of_another_customer_cannot_become_the_default(
    shop: Shop, session: Session, stranger: Session
) -> None:
    card = await shop.card(session)

    for method_id in (card, "", "0" * 32, "'; DROP TABLE payment_method"):
        with pytest.raises(NotFound):
            await choose_default(shop.rt, actor_of(stranger), method_id)

    assert not any([method.is_default for method in await shop.rows(PaymentMethod)])


async def test_method_just_registered_is_proposed_instead_of_the_default(
    shop: Shop, session: Session, stranger: Session
) -> None:
    old, _, new = await three_cards(shop, session)
    await choose_default(shop.rt, actor_of(session), old)
    of_another = await shop.card(stranger)

    for wanted, proposed in ((new, new), ("", old), (of_another, old)):
        opened = await view.opened(shop.rt, session, "basic", wanted=wanted)
        assert opened.chosen == proposed


async def test_default_is_chosen_while_toss_deletes_the_key(shop: Shop, session: Session) -> None:
    actor = actor_of(session)
    of = (await shop.subscribe(session)).subscription.id
    for _ in range(8):
        card = await shop.card(session)
        await change_method(shop.rt, actor, of, payment_method_id=card)
        [method] = [row for row in await shop.rows(PaymentMethod) if row.id == card]

        found = await asyncio.gather(
            *(choose_default(shop.rt, actor, card) for _ in range(2)),
            lose_method(shop.rt, method.billing_key_hash),
            *(choose_default(shop.rt, actor, card) for _ in range(2)),
            return_exceptions=True,
        )

        raised = [each for each in found if isinstance(each, BaseException)]
        assert [each for each in raised if not isinstance(each, NotFound)] == []


async def test_method_is_not_removed_while_it_is_taken_into_use(
    shop: Shop, session: Session
) -> None:
    actor = actor_of(session)
    for _ in range(8):
        card = await shop.card(session)
        quote = await subscribe.quote(shop.rt, actor, "pro")

        _, begun = await asyncio.gather(
            remove_method(shop.rt, actor, card),
            subscribe.subscribe(
                shop.rt,
                actor,
                plan_code="pro",
                payment_method_id=card,
                agreed=quote.terms,
                again=True,
            ),
            return_exceptions=True,
        )
        await shop.rt.tasks.drain(seconds=120)

        [method] = [row for row in await shop.rows(PaymentMethod) if row.id == card]
        assert method.is_active == isinstance(begun, str)
