"""Lists are read by cursors, in one order, with a fixed number of statements a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.support.population import fill, give_own_cards
from tests.support.shop import Shop
from tests.support.statements import statements
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.events.types import EventType
from tossbill_ui.resources import (
    customers,
    events,
    invoices,
    payment_methods,
    payments,
    plans,
    refunds,
    subscriptions,
)
from tossbill_ui.resources.lists import Page, Window, pack
from tossbill_ui.resources.owned import Wanted
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.models import SubscriptionStatus

MANY = 100
READ = Callable[[Shop, AsyncSession, Window], Awaitable[Page[Any]]]
ALL, ANY = Wanted(), subscriptions.Wanted()
LISTS: dict[str, READ] = {
    "customers": lambda _, db, window: customers.page(db, window),
    "subscriptions": lambda shop, db, window: subscriptions.page(shop.rt, db, window, ANY),
    "payments": lambda _, db, window: payments.page(db, window, ALL),
    "invoices": lambda _, db, window: invoices.page(db, window, ALL),
    "refunds": lambda _, db, window: refunds.page(db, window, ALL),
    "prices": lambda _, db, window: plans.page(db, window),
}


MONEY = {"payments": payments.page, "invoices": invoices.page, "refunds": refunds.page}


async def read_money(
    _: Shop, db: AsyncSession, window: Window, *, page: Any, wanted: Wanted
) -> Page[Any]:
    """Read a list of payments, invoices or refunds."""
    return await page(db, window, wanted)


async def read_all(shop: Shop, read: READ, limit: int) -> list[list[str]]:
    """Return the ids of each page of a list."""
    pages: list[list[str]] = []
    window = Window(limit)
    async with shop.rt.db.read() as db:
        while True:
            found = await read(shop, db, window)
            pages.append([each.id for each in found.data])
            if found.next is None:
                return pages
            window = Window(limit, found.next)


@pytest.fixture
async def busy(shop: Shop) -> Shop:
    """A shop with a canceled subscription and two live ones, of three customers."""
    for hours in range(3):
        session = new_session()
        seen = await shop.subscribe(session)
        if hours == 0:
            shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
            await cancel.cancel_now(
                shop.rt,
                actor_of(session),
                seen.subscription.id,
                expected_refund_krw=shown.refund_krw,
            )
        shop.wait(timedelta(hours=hours))  # the first two begin at one instant
    return shop


async def test_pages_of_any_size_show_each_item_once_and_in_one_order(busy: Shop) -> None:
    for name, read in LISTS.items():
        [whole] = await read_all(busy, read, 100)
        assert len(whole) == len(set(whole)) == {"refunds": 1, "prices": 4}.get(name, 3)
        for limit in (1, 2, 3):
            pages = await read_all(busy, read, limit)
            assert [each for page in pages for each in page] == whole
            assert {len(page) for page in pages[:-1]} <= {limit}


async def test_lists_are_newest_first(busy: Shop) -> None:
    async with busy.rt.db.read() as db:
        found = await payments.page(db, Window(), ALL)

    times = [each.created_at for each in found.data]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 2


async def test_filters_show_only_what_they_name(busy: Shop) -> None:
    rt = busy.rt
    async with rt.db.read() as db:
        ended = await subscriptions.page(
            rt, db, Window(), subscriptions.Wanted(status=SubscriptionStatus.ENDED)
        )
        [one] = ended.data
        for wanted in (Wanted(customer_id=one.customer_id), Wanted(subscription_id=one.id)):
            [refund] = (await refunds.page(db, Window(), wanted)).data
            [payment] = (await payments.page(db, Window(), wanted)).data
            [invoice] = (await invoices.page(db, Window(), wanted)).data
            assert refund.payment_id == payment.id
            assert payment.invoice_id == invoice.id
        mine = subscriptions.Wanted(customer_id=one.customer_id)
        assert (await subscriptions.page(rt, db, Window(), mine)).data == [one]
        none = Wanted(customer_id=one.customer_id, status="refused")
        assert (await payments.page(db, Window(), none)).data == []
        assert (await payments.page(db, Window(), Wanted(subscription_id="x"))).data == []
        cards = await payment_methods.of_customer(db, one.customer_id, Window())
        assert [each.id for each in cards.data] == [one.payment_method_id]
        assert [each.plan for each in (await plans.page(db, Window(), plan="pro")).data] == ["pro"]
        with pytest.raises(InvalidRequest):
            await payments.page(db, Window(), Wanted(status="done"))


WINDOW = Window(9, pack(f"1.{'a' * 32}"))
IN_ORDER: dict[str, READ] = {
    **{name: read for name, read in LISTS.items() if name != "prices"},
    "subscriptions in a status": lambda shop, db, window: subscriptions.page(
        shop.rt, db, window, subscriptions.Wanted(status=SubscriptionStatus.PAST_DUE)
    ),
    **{
        f"{name} of a {key}": partial(read_money, page=page, wanted=Wanted(**{f"{key}_id": "a"}))
        for name, page in MONEY.items()
        for key in ("customer", "subscription")
    },
}


async def test_lists_are_read_in_the_order_of_an_index(busy: Shop) -> None:
    if not busy.rt.db.is_sqlite:
        pytest.skip("PostgreSQL's plans depend on the contents of the tables")
    for name, read in IN_ORDER.items():
        async with busy.rt.db.read() as db:
            with statements(busy.rt) as executed:
                await read(busy, db, WINDOW)
        sql, values = executed[0]
        async with busy.rt.db.engine.connect() as connection:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            steps = [row.detail for row in plan]
        assert "INDEX" in steps[0], (name, steps)
        assert not [step for step in steps if "TEMP B-TREE" in step], (name, steps)


BAD = ("", "x", "%%%", "é", pack("1"), pack("1.2"), pack(f"{'9' * 18}.{'0' * 32}"), "A" * 4000)


async def test_bad_cursor_is_refused(shop: Shop) -> None:
    async with shop.rt.db.read() as db:
        for cursor in BAD:
            for read in LISTS.values():
                with pytest.raises(InvalidRequest):
                    await read(shop, db, Window(after=cursor))


async def test_a_cursor_has_one_spelling(busy: Shop) -> None:
    async with busy.rt.db.read() as db:
        cursor = (await customers.page(db, Window(1))).next
        assert cursor is not None
        for other in (f"{cursor}=", f"{cursor}\n", cursor[:-1]):
            with pytest.raises(InvalidRequest):
                await customers.page(db, Window(after=other))


async def test_a_page_of_a_hundred_takes_a_fixed_number_of_statements(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    row = seen.subscription
    await shop.go_to(row.ends_on)
    await fill(shop.rt, MANY, customer_id=row.customer_id, payment_method_id=row.payment_method_id)
    await give_own_cards(shop.rt)
    await shop.run()
    counts = {
        name: [await count(shop, read, limit) for limit in (1, MANY)]
        for name, read in LISTS.items()
    }
    counts["events"] = [await count_events(shop, limit) for limit in (10, MANY)]

    assert counts == {
        "customers": [1, 1],
        "subscriptions": [3, 3],
        "payments": [1, 1],
        "invoices": [1, 1],
        "refunds": [1, 1],
        "prices": [1, 1],
        "events": [11, 11],
    }


async def count(shop: Shop, read: READ, limit: int) -> int:
    """Return how many statements a page takes."""
    async with shop.rt.db.read() as db:
        with statements(shop.rt) as executed:
            found = await read(shop, db, Window(limit))
    assert len(found.data) == limit or found.next is None
    return len(executed)


async def count_events(shop: Shop, limit: int) -> int:
    """Return how many statements a part of the log takes."""
    async with shop.rt.db.read() as db:
        with statements(shop.rt) as executed:
            found = await events.pull(shop.rt, db, events.Wanted(after=0, limit=limit))
    assert len(found.data) == limit
    return len(executed)


async def test_states_of_many_customers_take_one_statement(busy: Shop) -> None:
    changed = (EventType.CUSTOMER_ACCESS_CHANGED,)
    counts: list[int] = []
    for limit, customers_of_it in ((1, 1), (4, 3)):  # one of them lost access again
        async with busy.rt.db.read() as db:
            with statements(busy.rt) as executed:
                page = await events.pull(busy.rt, db, events.Wanted(0, limit, changed))
        assert (
            len({event.data.customer.id for event in page.data if event.data.state})
            == customers_of_it
        )
        counts.append(len(executed))

    assert counts[0] == counts[1]


async def test_unknown_objects_are_not_found(busy: Shop) -> None:
    rt = busy.rt
    for name in ("", "0" * 32, "ext:42", "é" * 100, "' OR 1=1 --"):
        async with rt.db.read() as db:
            for found in (
                customers.get(db, name),
                subscriptions.get(rt, db, name),
                payments.get(db, name),
                invoices.get(db, name),
                refunds.get(db, name),
                plans.get(rt, db, name),
            ):
                with pytest.raises(NotFound):
                    await found


async def test_objects_are_found_by_their_ids(busy: Shop) -> None:
    rt = busy.rt
    async with rt.db.read() as db:
        [customer, *_] = (await customers.page(db, Window())).data
        [subscription, *_] = (await subscriptions.page(rt, db, Window(), ANY)).data
        [payment, *_] = (await payments.page(db, Window(), ALL)).data
        [refund, *_] = (await refunds.page(db, Window(), ALL)).data

        assert await customers.get(db, customer.id) == customer
        assert await subscriptions.get(rt, db, subscription.id) == subscription
        assert await payments.get(db, payment.id) == payment
        assert await payments.get(db, payment.order_id) == payment
        assert (await invoices.get(db, payment.invoice_id)).amount_krw == payment.amount_krw
        assert await refunds.get(db, refund.id) == refund
        assert await plans.get(rt, db, "pro") == (await plans.everything(rt, db)).data[1]
