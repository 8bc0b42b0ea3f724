"""Every beginning and end of access is published once, at its minute, and is what pages say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from tests.subscriptions.test_merge import user_of
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.calendar import instant
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_method, merge, pause
from tossbill_ui.subscriptions.engine import access_end
from tossbill_ui.subscriptions.engine.access_end import end_access
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.models import Subscription

RENEWAL = date(2026, 12, 24)
MIDNIGHT_ON = date(2026, 12, 8)
REFUSED = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"}
MINUTE = timedelta(minutes=1)

Change = tuple[str, bool, str]
Work = Callable[[Runtime], Awaitable[object]]


async def changes(shop: Shop, subscription_id: str) -> list[Change]:
    """Return each change of access: when in Korea, whether it works after it, and why."""
    rows = sorted(await shop.rows(EventRecord), key=lambda row: row.seq)
    return [
        (f"{row.at.astimezone(SEOUL):%m-%d %H:%M}", row.data["access"][1], row.reason)
        for row in rows
        if row.type == EventType.CUSTOMER_ACCESS_CHANGED and row.subscription_id == subscription_id
    ]


async def letter(shop: Shop, starts_on: date) -> tuple[Session, str]:
    """Subscribe a new customer to the weekly plan, whose grace is three days."""
    await shop.go_to(starts_on)
    session = new_session()
    return session, (await shop.subscribe(session, "letter")).subscription.id


async def ending_at_midnight(shop: Shop, session: Session) -> dict[str, tuple[Session, str]]:
    """Return subscriptions that stop working at the same midnight, by the reason."""
    trial = (await shop.subscribe(session, "pro")).subscription.id
    paused, paused_id = await letter(shop, date(2026, 11, 24))
    canceled, canceled_id = await letter(shop, date(2026, 11, 24))
    late, late_id = await letter(shop, date(2026, 11, 28))
    await shop.run_daily_until(date(2026, 12, 2))
    await pause.pause(shop.rt, actor_of(paused), paused_id)
    await cancel.cancel_at_period_end(shop.rt, actor_of(canceled), canceled_id)
    await shop.faults(REFUSED)
    await shop.run_daily_until(date(2026, 12, 7))
    await shop.faults()
    return {
        "trial_over": (session, trial),
        "paused": (paused, paused_id),
        "period_over": (canceled, canceled_id),
        "grace_over": (late, late_id),
    }


async def test_access_ends_in_the_first_minute_of_the_korean_day(
    shop: Shop, session: Session
) -> None:
    found = await ending_at_midnight(shop, session)
    shop.wait(instant(MIDNIGHT_ON) - 3 * MINUTE - shop.clock.now())

    for _ in range(6):
        await asyncio.gather(end_access(shop.rt), end_access(shop.rt))
        for of, subscription_id in found.values():
            _, works, _ = (await changes(shop, subscription_id))[-1]
            assert works == (await shop.view(of, subscription_id)).works
            assert works == (shop.clock.now() < instant(MIDNIGHT_ON))
        shop.wait(MINUTE)

    for reason, (_, subscription_id) in found.items():
        began, *rest = await changes(shop, subscription_id)
        assert began[1:] == (True, "started")
        assert rest == [("12-08 00:00", False, reason)]
    assert all(row.access_until is None for row in await shop.rows(Subscription))


@pytest.mark.parametrize("order", [(end_access, run_due), (run_due, end_access)])
async def test_end_of_a_canceled_period_is_published_once_whoever_sees_it_first(
    shop: Shop, session: Session, order: tuple[Work, Work]
) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await shop.go_to(RENEWAL, hour=0)

    for work in (*order, *order):
        await work(shop.rt)

    _, *rest = await changes(shop, seen.subscription.id)
    assert rest == [("12-24 00:00", False, "period_over")]
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "ended"


async def test_payment_after_the_grace_begins_access_again(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.faults(REFUSED)
    await shop.run_daily_until(RENEWAL + timedelta(days=7))
    await end_access(shop.rt)
    await shop.faults()

    await change_method.pay_now(shop.rt, actor_of(session), seen.subscription.id)
    await shop.rt.tasks.drain(seconds=120)

    assert await changes(shop, seen.subscription.id) == [
        ("11-24 12:00", True, "started"),
        ("12-31 11:00", False, "grace_over"),
        ("12-31 11:00", True, "recovered"),
    ]


async def test_change_after_midnight_publishes_the_end_before_the_job_does(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    await shop.go_to(RENEWAL, hour=0)

    await pause.resume(shop.rt, actor_of(session), seen.subscription.id, expected_krw=9900)
    await shop.rt.tasks.drain(seconds=120)
    await end_access(shop.rt)

    _, *rest = await changes(shop, seen.subscription.id)
    assert rest == [("12-24 00:00", False, "paused"), ("12-24 00:00", True, "resumed")]
    assert (await shop.view(session, seen.subscription.id)).works


async def test_merge_begins_the_access_of_the_shops_user(shop: Shop, session: Session) -> None:
    """Subscriptions that have ended, or work no more, bring no access."""
    user = await user_of(shop, "42")
    kept = await shop.subscribe(session)
    over = await shop.begin(session, "letter", kept.method.id)
    await shop.rt.tasks.drain(seconds=120)
    await pause.pause(shop.rt, actor_of(session), over)
    await shop.go_to(date(2026, 12, 1), hour=0)
    await end_access(shop.rt)

    for _ in range(2):  # again, to no effect
        await merge.merge(
            shop.rt, actor_of(user), anonymous_id=session.customer_id, linked_id=user.customer_id
        )

    assert (await changes(shop, kept.subscription.id))[1:] == [("12-01 00:00", True, "merged")]
    assert (await changes(shop, over))[-1] == ("12-01 00:00", False, "paused")


async def test_operators_cancellation_is_audited_and_its_consequence_is_not(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)

    await cancel.cancel_now(shop.rt, KIM, seen.subscription.id, expected_refund_krw=9900)

    assert (await changes(shop, seen.subscription.id))[1:] == [("11-24 12:00", False, "ended")]
    kinds = {row.kind for row in await shop.rows(AuditEntry)}
    assert EventType.CUSTOMER_ACCESS_CHANGED not in kinds
    assert EventType.SUBSCRIPTION_ENDED in kinds


async def test_interrupted_run_publishes_nothing_and_the_next_one_everything(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await ending_at_midnight(shop, session)
    await shop.go_to(MIDNIGHT_ON, hour=0)
    publish = access_end.publish

    async def killed(*args: object, **named: object) -> None:
        await publish(*args, **named)  # pyright: ignore[reportArgumentType]
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(access_end, "publish", killed)
        with pytest.raises(asyncio.CancelledError):
            await end_access(shop.rt)
    for _, subscription_id in found.values():
        assert len(await changes(shop, subscription_id)) == 1

    assert await end_access(shop.rt) == len(found)
    assert await end_access(shop.rt) == 0
