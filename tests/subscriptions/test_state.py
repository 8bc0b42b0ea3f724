"""The state that a shop asks for is what the customer's page says, in every status on every day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.subscriptions.test_merge import user_of
from tests.support.shop import Shop
from tests.support.statements import statements
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.payments.models import Invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_plan, merge, pause, price_increase
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.reading.access import (
    UNKNOWN,
    Access,
    CustomerState,
    NextCharge,
    PastDue,
    state,
    state_named,
)
from tossbill_ui.subscriptions.reading.view import SubscriptionView

RENEWAL = date(2026, 12, 24)
REFUSED = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"}
STOPPED = {"endpoint": "charge", "kind": "refuse", "code": "INVALID_STOPPED_CARD"}

ENDS_ON, GRACE = date(2026, 12, 24), date(2026, 12, 31)
# The status, other columns, the day; then until which day it works (False if it does not), and why
# it does not.
CASES: tuple[tuple[str, dict[str, Any], date, date | bool | None, str], ...] = (
    ("starting", {}, ENDS_ON - timedelta(days=5), False, "starting"),
    ("trialing", {}, ENDS_ON - timedelta(days=1), ENDS_ON, "trial"),
    ("trialing", {}, ENDS_ON, False, "trial_over"),
    ("active", {}, ENDS_ON - timedelta(days=1), None, "renews"),
    ("active", {}, ENDS_ON + timedelta(days=90), None, "renews"),
    ("past_due", {"grace_until_on": GRACE}, ENDS_ON, GRACE, "grace"),
    ("past_due", {"grace_until_on": GRACE}, GRACE - timedelta(days=1), GRACE, "grace"),
    ("past_due", {"grace_until_on": GRACE}, GRACE, False, "grace_over"),
    ("past_due", {}, ENDS_ON, False, "grace_over"),
    ("paused", {}, ENDS_ON - timedelta(days=1), ENDS_ON, "paid"),
    ("paused", {}, ENDS_ON, False, "paused"),
    ("canceled", {}, ENDS_ON - timedelta(days=1), ENDS_ON, "paid"),
    ("canceled", {}, ENDS_ON, False, "period_over"),
    ("ended", {"ended_at": instant(ENDS_ON)}, ENDS_ON - timedelta(days=9), False, "ended"),
)


async def state_of(rt: Runtime, customer_id: str) -> CustomerState:
    async with rt.db.read() as db:
        return await state(rt, db, customer_id=customer_id)


async def test_every_status_on_every_day_is_what_the_page_says(
    shop: Shop, session: Session
) -> None:
    row = (await shop.subscribe(session)).subscription
    for status, columns, day, until, reason in CASES:
        values = {"grace_until_on": None, "ended_at": None} | columns | {"status": status}
        async with shop.rt.db.write() as db:
            await db.exec(sa.update(Subscription).values(values))
        shop.clock.advance(instant(day) - shop.clock.now())

        found = await state_of(shop.rt, session.customer_id)

        active = until is not False
        until_at = instant(until) if isinstance(until, date) else None
        expected = Access(row.id, "basic", status, active, until=until_at, reason=reason)
        assert (found.is_active, found.reason, found.access) == (
            active,
            None if active else reason,
            (expected,),
        )
        assert (await shop.view(session, row.id)).works == active, (status, day)


async def test_next_charge_is_the_one_on_the_page(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    of, rt = seen.subscription.id, shop.rt

    async def found() -> NextCharge | None:
        return (await state_of(rt, session.customer_id)).next_charge

    assert await found() == NextCharge(RENEWAL, 9_900, of)
    await change_plan.change_at_period_end(rt, actor_of(session), of, plan_code="basic-yearly")
    assert await found() == NextCharge(RENEWAL, 99_000, of)
    await cancel.cancel_at_period_end(rt, actor_of(session), of)
    assert await found() is None
    await cancel.undo(rt, actor_of(session), of)
    assert await found() == NextCharge(RENEWAL, 99_000, of)
    await pause.pause(rt, actor_of(session), of)
    assert await found() is None


async def test_trial_has_a_next_charge_once_its_customer_agreed(
    shop: Shop, session: Session, trial: str
) -> None:
    ends_on = (await shop.view(session, trial)).subscription.ends_on
    assert (await state_of(shop.rt, session.customer_id)).next_charge is None
    await shop.go_to(ends_on - timedelta(days=3))
    await announce_trials(shop.rt)
    assert (await state_of(shop.rt, session.customer_id)).next_charge is None

    for accepts, expected in ((True, NextCharge(ends_on, 29_000, trial)), (False, None)):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=accepts)
        assert (await state_of(shop.rt, session.customer_id)).next_charge == expected


@pytest.mark.parametrize(("fault", "on"), [(REFUSED, RENEWAL + timedelta(days=1)), (STOPPED, None)])
async def test_debt_is_the_one_on_the_page(
    shop: Shop, session: Session, fault: dict[str, str], on: date | None
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(fault)
    await shop.go_to(RENEWAL)
    await shop.run()

    found = await state_of(shop.rt, session.customer_id)

    assert found.past_due == PastDue(of, 9_900, instant(RENEWAL + timedelta(days=7)))
    assert found.next_charge == (NextCharge(on, 9_900, of) if on else None)
    await shop.go_to(RENEWAL + timedelta(days=7), hour=0)
    found = await state_of(shop.rt, session.customer_id)
    assert (found.is_active, found.reason) == (False, "grace_over")
    assert found.past_due == PastDue(of, 9_900, None)


async def test_debt_works_until_its_last_attempt_if_that_comes_before_the_grace_is_over(
    shop: Shop, session: Session
) -> None:
    """Once that day has passed without an attempt, only the grace ends access."""
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(REFUSED)
    await shop.go_to(RENEWAL)
    await shop.run()
    last_on = RENEWAL + timedelta(days=2)
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Invoice).values(collect_until_on=last_on))

    for day, until_on in (
        (RENEWAL, last_on),
        (last_on, last_on),
        (last_on + timedelta(days=1), RENEWAL + timedelta(days=6)),
    ):
        await shop.go_to(day)
        found = await state_of(shop.rt, session.customer_id)
        assert found.access[0].until == instant(until_on + timedelta(days=1))
        assert (await shop.view(session, of)).access_until_on == until_on


async def test_customer_is_found_by_every_name(shop: Shop, session: Session) -> None:
    user, nobody = await user_of(shop, "42"), new_session()
    of = (await shop.subscribe(session)).subscription.id
    nothing = CustomerState(user.customer_id, "42", is_active=False, reason="no_subscription")
    assert await state_named(shop.rt, "ext:42") == nothing
    assert await state_named(shop.rt, user.customer_id) == nothing

    await merge.merge(
        shop.rt, actor_of(user), anonymous_id=session.customer_id, linked_id=user.customer_id
    )

    for name in ("ext:42", user.customer_id, session.customer_id):
        found = await state_named(shop.rt, name)
        assert (found.customer_id, found.external_id) == (session.customer_id, "42")
        assert [each.subscription_id for each in found.access if each.active] == [of]
    for name in ("ext:43", "ext:", "ext:\0", "", "x" * 32, nobody.customer_id, "4\x00"):
        assert await state_named(shop.rt, name) == UNKNOWN


async def test_erased_customer_is_unknown(shop: Shop) -> None:
    user = await user_of(shop, "42")
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Customer).values(blocked_at=shop.clock.now()))

    assert await state_named(shop.rt, user.customer_id) == UNKNOWN
    assert await state_of(shop.rt, user.customer_id) == UNKNOWN


async def test_state_takes_one_statement_and_says_what_pages_say(
    shop: Shop, session: Session
) -> None:
    """Live subscriptions come first, and of those that ended only the newest few."""
    ids = [(await shop.subscribe(session)).subscription.id]
    method_id = (await shop.view(session, ids[0])).method.id
    for _ in range(12):
        ids.append(await shop.begin(session, "letter", method_id))
        await shop.rt.tasks.drain(seconds=120)
        await cancel.cancel_now(shop.rt, actor_of(session), ids[-1], expected_refund_krw=1_900)
        shop.wait(timedelta(seconds=1))

    with statements(shop.rt) as executed:
        found = await state_named(shop.rt, session.customer_id)

    assert len(executed) == 1, executed
    assert [each.subscription_id for each in found.access] == [ids[0], *reversed(ids[3:])]
    seen = await view.subscriptions(shop.rt, actor_of(session))
    works = {
        each.subscription.id for each in seen if isinstance(each, SubscriptionView) and each.works
    }
    assert {each.subscription_id for each in found.access if each.active} == works == {ids[0]}
