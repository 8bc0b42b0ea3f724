"""A customer's history lists everything in one order, page by page, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import SHOWN
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause, refund
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import (
    CardLine,
    ChangeLine,
    Entry,
    PaymentLine,
    RefundLine,
    Topic,
)
from tossbill_ui.ui.history.text import CHANGES, CHANGES_OF_TRIAL

UNFILTERED = Wanted()


def describe(entry: Entry) -> str:
    """Describe an entry in a few words."""
    match entry.line:
        case CardLine(registration=registration):
            return f"card {registration.status}"
        case PaymentLine(payment=payment, plan=plan):
            return f"{plan.code} {payment.status} {payment.amount_krw}"
        case RefundLine(refund=refund, plan=plan):
            return f"{plan.code} back {refund.status} {refund.amount_krw}"
        case ChangeLine(event=event, plan=plan):
            return f"{plan.code} {event.type.removeprefix('subscription.')}"


async def whole_history(
    shop: Shop, session: Session | None, wanted: Wanted = UNFILTERED
) -> list[str]:
    return [describe(entry) async for entry in timeline.every(shop.rt, actor_of(session), wanted)]


@pytest.fixture
async def busy_subscription(shop: Shop, session: Session) -> str:
    """Create two months of varied history; return the subscription's id."""
    subscription_id = (await shop.subscribe(session)).subscription.id
    shop.wait(timedelta(hours=1))
    await pause.pause(shop.rt, actor_of(session), subscription_id)
    shop.wait(timedelta(hours=1))
    await pause.resume(shop.rt, actor_of(session), subscription_id)
    await shop.go_to(date(2026, 12, 24))
    await shop.run()
    shop.wait(timedelta(hours=1))
    shown = await change_plan.preview(shop.rt, actor_of(session), subscription_id, plan_code="pro")
    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        subscription_id,
        plan_code="pro",
        expected_charge_krw=shown.charge_krw,
    )
    await shop.view(session, subscription_id)
    shop.wait(timedelta(hours=1))
    back = await cancel.preview(shop.rt, actor_of(session), subscription_id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), subscription_id, expected_refund_krw=back.refund_krw
    )
    await shop.run()
    return subscription_id


EVERYTHING = [
    "basic back done 9900",
    "pro back done 19100",
    "pro ended",
    "pro canceled",
    "pro plan_changed",
    "pro done 19100",
    "basic done 9900",
    "basic resumed",
    "basic paused",
    "basic done 9900",
    "card issued",
]


async def test_history_is_one_list_newest_first(
    shop: Shop, session: Session, busy_subscription: str
) -> None:
    assert sorted((await whole_history(shop, session))[:2]) == EVERYTHING[:2]
    assert (await whole_history(shop, session))[2:] == EVERYTHING[2:]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
async def test_paging_forth_and_back_loses_no_entries(
    shop: Shop, session: Session, busy_subscription: str, size: int
) -> None:
    whole = [entry async for entry in timeline.every(shop.rt, actor_of(session))]
    pages = [await timeline.older(shop.rt, actor_of(session), size=size)]
    while pages[-1].has_older:
        last = pages[-1].entries[-1].cursor
        pages.append(await timeline.older(shop.rt, actor_of(session), than=last, size=size))

    assert [entry for page in pages for entry in page.entries] == whole
    assert not pages[0].has_newer

    seen = pages.pop()
    while pages:
        seen = await timeline.newer(
            shop.rt, actor_of(session), than=seen.entries[0].cursor, size=size
        )
        assert seen.entries == pages.pop().entries
    assert not seen.has_newer


async def test_page_is_stable_while_new_entries_arrive(
    shop: Shop, session: Session, busy_subscription: str
) -> None:
    first = await timeline.older(shop.rt, actor_of(session), size=3)
    second = await timeline.older(shop.rt, actor_of(session), than=first.entries[-1].cursor, size=3)
    back = await timeline.newer(shop.rt, actor_of(session), than=second.entries[-1].cursor, size=1)
    shop.wait(timedelta(hours=1))
    await shop.card(session)

    again = await timeline.older(shop.rt, actor_of(session), than=second.anchor, size=3)
    assert again == second
    assert (await timeline.older(shop.rt, actor_of(session), than=back.anchor, size=1)) == back
    top = await timeline.newer(shop.rt, actor_of(session), than=second.entries[0].cursor, size=4)
    assert describe(top.entries[0]) == "card issued"
    assert top.entries[1:] == first.entries


async def test_refreshed_page_keeps_its_entries(
    shop: Shop, session: Session, busy_subscription: str
) -> None:
    first = await timeline.older(shop.rt, actor_of(session), size=3)
    for _ in range(3):
        shop.wait(timedelta(hours=1))
        await shop.card(session)

    async def again(size: int) -> timeline.Page:
        last = first.entries[-1].cursor
        return await timeline.again(shop.rt, actor_of(session), anchor=None, last=last, size=size)

    assert [describe(entry) for entry in (await again(3)).entries] == ["card issued"] * 3 + [
        describe(entry) for entry in first.entries
    ]
    assert len((await again(2)).entries) == 4, "at most one page of new entries"
    assert (await again(2)).has_older
    whole = await again(20)
    assert (len(whole.entries), whole.has_older) == (len(EVERYTHING) + 3, False)


async def test_entries_are_filtered_by_topic_time_and_subscription(
    shop: Shop, session: Session, busy_subscription: str
) -> None:
    other = (await shop.subscribe(session, "letter")).subscription.id

    async def of(**wanted: object) -> list[str]:
        return await whole_history(shop, session, Wanted(**wanted))  # pyright: ignore[reportArgumentType]

    assert await of(topic=Topic.PAYMENT, subscription_id=busy_subscription) == [
        "pro done 19100",
        "basic done 9900",
        "basic done 9900",
    ]
    assert sorted(await of(topic=Topic.REFUND)) == EVERYTHING[:2]
    assert await of(topic=Topic.CARD) == ["card issued", "card issued"]
    assert await of(subscription_id=other) == ["letter done 1900"]
    november = {"since": instant(date(2026, 11, 1)), "until": instant(date(2026, 12, 1))}
    assert await of(**november) == EVERYTHING[-4:]
    assert await of(topic=Topic.CHANGE, **november) == ["basic resumed", "basic paused"]
    assert await of(until=instant(date(2026, 11, 24))) == []


async def test_payment_entry_includes_its_refunds(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    payment_id = seen.last_payment.id if seen.last_payment else ""
    for amount in (900, 3000):
        await refund.refund_payment(shop.rt, KIM, payment_id, amount_krw=amount, reason="x")
        await shop.run()

    page = await timeline.older(shop.rt, actor_of(session), Wanted(topic=Topic.PAYMENT))

    [line] = [entry.line for entry in page.entries]
    assert isinstance(line, PaymentLine)
    assert [refund.amount_krw for refund in line.refunds] == [900, 3000]


async def test_others_see_no_entries(
    shop: Shop, session: Session, stranger: Session, busy_subscription: str
) -> None:
    theirs = await timeline.older(shop.rt, actor_of(session), size=3)

    for who in (stranger, None):
        assert await whole_history(shop, who) == []
        assert await whole_history(shop, who, Wanted(subscription_id=busy_subscription)) == []
        assert (
            await timeline.newer(shop.rt, actor_of(who), than=theirs.entries[-1].cursor)
        ).entries == []
        assert await timeline.first_at(shop.rt, actor_of(who)) is None


@pytest.mark.parametrize("wanted", ["x", "'; --", "0" * 32, "\x00", "x" * 5000])
async def test_unknown_subscription_has_no_entries(
    shop: Shop, session: Session, busy_subscription: str, wanted: str
) -> None:
    assert await whole_history(shop, session, Wanted(subscription_id=wanted)) == []


async def test_first_entry_time_is_known(shop: Shop, session: Session) -> None:
    started = shop.clock.now()
    await shop.card(session)
    shop.wait(timedelta(days=3))
    await shop.card(session)

    assert await timeline.first_at(shop.rt, actor_of(session)) == started


def test_every_shown_event_has_text() -> None:
    assert set(CHANGES) == set(SHOWN)
    assert set(CHANGES_OF_TRIAL) <= set(SHOWN)
