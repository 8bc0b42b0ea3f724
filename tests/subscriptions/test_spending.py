"""Monthly totals of a customer's payments."""

from __future__ import annotations

from datetime import date

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import refund
from tossbill_ui.subscriptions.reading import spending


async def sums(shop: Shop, session: Session | None) -> dict[str, int]:
    found = await spending.last_months(shop.rt, actor_of(session))
    assert len(found) == spending.MONTHS
    return {f"{month.first_on:%Y-%m}": month.amount_krw for month in found if month.amount_krw}


async def test_months_are_korean_and_refunds_are_subtracted(shop: Shop, session: Session) -> None:
    await shop.go_to(date(2026, 11, 30), hour=12)
    seen = await shop.subscribe(session)
    await shop.go_to(date(2026, 12, 30), hour=10)
    await shop.run()
    assert await sums(shop, session) == {"2026-11": 9900, "2026-12": 9900}

    payments = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payments[0].id, amount_krw=4000, reason="x")
    await shop.run()

    assert seen.subscription.id == payments[0].subscription_id
    assert await sums(shop, session) == {"2026-11": 5900, "2026-12": 9900}


async def test_month_starts_at_midnight_in_korea(shop: Shop, session: Session) -> None:
    await shop.go_to(date(2026, 12, 1), hour=0)

    await shop.subscribe(session)

    assert await sums(shop, session) == {"2026-12": 9900}


async def test_only_charges_of_the_last_twelve_months_count(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.subscribe(session, "basic-yearly")
    await shop.subscribe(session, "letter", persona="monthly_limit")
    assert await sums(shop, session) == {"2026-11": 99000}
    assert await sums(shop, stranger) == await sums(shop, None) == {}

    await shop.go_to(date(2027, 10, 31))
    assert await sums(shop, session) == {"2026-11": 99000}
    await shop.go_to(date(2027, 11, 1))
    assert await sums(shop, session) == {}
