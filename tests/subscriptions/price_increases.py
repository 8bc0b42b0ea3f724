"""Helpers for tests of price increases and of consents to them."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.subscriptions.actions import price_increase
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription

RENEWAL = date(2026, 12, 24)
HOW_TO_CANCEL = "내 구독에서 해지하기를 누르면 돼요."


async def add_price(shop: Shop, amount_krw: int = 12900) -> str:
    """Add a price to the basic plan and return its id."""
    price = Price(
        id=f"{amount_krw:032d}", plan_code="basic", starts_on=RENEWAL, amount_krw=amount_krw
    )
    async with shop.rt.db.write() as db:
        db.add(price)
    return price.id


async def update_row(shop: Shop, subscription_id: str, **values: object) -> None:
    """Change a subscription's row directly, as no service would."""
    row = sa.update(Subscription).where(col(Subscription.id) == subscription_id)
    async with shop.rt.db.write() as db:
        await db.exec(row.values(**values))


async def ask_for_consent(shop: Shop, subscription_id: str, price_id: str) -> PriceConsent:
    """Ask a customer for consent to a price."""
    return await price_increase.ask(
        shop.rt, KIM, subscription_id, price_id=price_id, how_to_cancel=HOW_TO_CANCEL
    )
