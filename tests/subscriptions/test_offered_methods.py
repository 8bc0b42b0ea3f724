"""The order in which a customer's payment methods are offered: one that works comes first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import NEVER_CHARGED
from tossbill_ui.subscriptions.reading.methods import offered_methods


async def offered(shop: Shop, session: Session) -> list[str]:
    return [each.method.id for each in await offered_methods(shop.rt, actor_of(session))]


async def later_card(shop: Shop, session: Session, persona: str = "approve") -> str:
    shop.wait(timedelta(minutes=1))
    return await shop.card(session, persona)


async def test_newest_method_is_the_default(shop: Shop, session: Session) -> None:
    old = await shop.card(session)
    new = await later_card(shop, session)

    assert await offered(shop, session) == [new, old]


async def test_card_of_a_refused_first_payment_is_not_offered_first(
    shop: Shop, session: Session
) -> None:
    old = await shop.card(session)
    refused = await later_card(shop, session, "stopped")

    await shop.view(session, await shop.begin(session, "basic", refused))

    assert await offered(shop, session) == [old, refused]
    [_, last] = await offered_methods(shop.rt, actor_of(session))
    assert (last.refused_code, last.works) == ("INVALID_STOPPED_CARD", False)


async def test_card_that_paid_since_its_refusal_works(shop: Shop, session: Session) -> None:
    old = await shop.card(session)
    card = await later_card(shop, session, "approves_after_1")
    await shop.view(session, await shop.begin(session, "basic", card))
    assert await offered(shop, session) == [old, card]

    shop.wait(timedelta(minutes=1))
    await shop.view(session, await shop.begin(session, "basic", card))

    assert await offered(shop, session) == [card, old]


@pytest.mark.parametrize("code", [NEVER_CHARGED, "UNAUTHORIZED_KEY", "INVALID_REQUEST", "WHO"])
async def test_failure_that_is_not_the_methods_fault_does_not_count(
    shop: Shop, session: Session, code: str
) -> None:
    old = await shop.card(session)
    card = await later_card(shop, session, "stopped")
    await shop.view(session, await shop.begin(session, "basic", card))
    async with shop.rt.db.write() as db:
        [payment] = await shop.rows(Payment)
        payment.failure_code = code
        db.add(payment)

    assert await offered(shop, session) == [card, old]


async def test_expired_card_is_not_offered_first(shop: Shop, session: Session) -> None:
    old = await shop.card(session)
    expired = await later_card(shop, session)
    await set_expiry(shop.rt, actor_of(session), expired, month=date(2026, 11, 1))
    assert await offered(shop, session) == [expired, old]

    await shop.go_to(date(2026, 12, 1))

    assert await offered(shop, session) == [old, expired]


async def test_methods_of_another_customer_are_not_offered(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.card(session)

    assert await offered(shop, stranger) == []
    assert len(await shop.rows(PaymentMethod)) == 1
