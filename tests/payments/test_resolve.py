"""Every kind of difference is resolved by a command; each way is a cell of one table.

A cell says what Toss has in the end, what we have, and what the command says; or the refusal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.differences import VALID, note_difference
from tossbill_ui.payments.models import (
    Difference,
    DifferenceKind,
    Invoice,
    Payment,
    Refund,
    Resolution,
)
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.payments.settle import settle
from tossbill_ui.subscriptions.actions import refund
from tossbill_ui.subscriptions.actions.resolve import resolve
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.toss.errors import OutcomeUnknown

RENEWAL = date(2026, 12, 24)
Story = Callable[[Shop, Session], Awaitable[None]]
TOSS, REFUND, CLOSED = Resolution


async def renewed(shop: Shop, session: Session) -> SubscriptionView:
    """Pay two periods, 9,900 won each."""
    seen = await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    await shop.run()
    shop.wait(timedelta(hours=2))
    return await shop.view(session, seen.subscription.id)


async def charge_elsewhere(shop: Shop, session: Session, order_id: str, amount_krw: int) -> None:
    """Charge the customer's card at Toss under an order id that we did not send."""
    seen = await renewed(shop, session)
    async with shop.rt.db.read() as db:
        customer = await db.get_one(Customer, session.customer_id)
    await shop.rt.toss.charge(
        billing_key=await shop.billing_key(seen.method.id),
        customer_key=customer.customer_key,
        order_id=order_id.format(seen.subscription.id),
        order_name="x",
        amount_krw=amount_krw,
        tax_free_krw=0,
        idempotency_key="x",
    )


async def foreign(shop: Shop, session: Session) -> None:
    await charge_elsewhere(shop, session, "another-shop-1", 1000)


async def orphan(shop: Shop, session: Session) -> None:
    await charge_elsewhere(shop, session, "{}-0009-1", 5000)


async def not_at_toss(shop: Shop, session: Session) -> None:
    """Let Toss forget the second payment, as if the key belonged to another shop."""
    seen = await renewed(shop, session)
    order_id = f"{seen.subscription.id}-0002-7"
    async with shop.rt.db.write() as db:
        of = col(Payment.period_number) == 2
        await db.exec(sa.update(Payment).where(of).values(order_id=order_id, payment_key="gone"))


async def refused_here(shop: Shop, session: Session) -> None:
    """Take a charge for a decline: the second period is past due, and Toss has its money."""
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "error_500_after", "count": 1})
    await shop.go_to(RENEWAL)
    await shop.run()
    async with shop.rt.db.write() as db:
        of = col(Payment.period_number) == 2
        declined = {"status": "refused", "failure_code": "REJECT_CARD_PAYMENT", "lease_until": None}
        await db.exec(sa.update(Payment).where(of).values(next_try_at=None, **declined))
    shop.wait(timedelta(hours=2))


async def amount(shop: Shop, session: Session) -> None:
    await renewed(shop, session)
    async with shop.rt.db.write() as db:
        of = col(Payment.period_number) == 2
        await db.exec(sa.update(Payment).where(of).values(amount_krw=9000))


async def balance(shop: Shop, session: Session) -> None:
    """Believe in a refund of 3,000 won that Toss never made."""
    await renewed(shop, session)
    payment = await second(shop)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=3000, reason="r")
    async with shop.rt.db.write() as db:
        done = {"status": "done", "balance_krw": 9900, "transaction_key": "never"}
        await db.exec(sa.update(Refund).values(next_try_at=None, ended_at=shop.clock.now(), **done))


STORIES: Mapping[DifferenceKind, Story] = {
    DifferenceKind.FOREIGN: foreign,
    DifferenceKind.ORPHAN: orphan,
    DifferenceKind.NOT_AT_TOSS: not_at_toss,
    DifferenceKind.REFUSED_HERE: refused_here,
    DifferenceKind.AMOUNT: amount,
    DifferenceKind.BALANCE: balance,
}


@dataclass(frozen=True)
class Cell:
    """The state after a resolution and a run of the engine.

    Attributes:
        toss: What Toss has moved since the second payment, in won.
        ours: Our payments after the first, each as status, amount and refunded amount.
        refunds: Our refunds, each as origin, status and amount.
    """

    toss: list[tuple[str, int]]
    ours: list[tuple[str, int, int]]
    refunds: list[tuple[str, str, int]]


PAID = ("approved", 9900)
DONE = ("done", 9900, 0)
TABLE: Mapping[tuple[DifferenceKind, Resolution], Cell] = {
    (DifferenceKind.FOREIGN, CLOSED): Cell([PAID, ("approved", 1000)], [DONE], []),
    (DifferenceKind.ORPHAN, REFUND): Cell(
        [PAID, ("approved", 5000), ("canceled", 5000)],
        [DONE, ("done", 5000, 5000)],
        [("shop", "done", 5000)],
    ),
    (DifferenceKind.ORPHAN, CLOSED): Cell([PAID, ("approved", 5000)], [DONE], []),
    (DifferenceKind.NOT_AT_TOSS, TOSS): Cell([PAID], [("refused", 9900, 0)], []),
    (DifferenceKind.NOT_AT_TOSS, CLOSED): Cell([PAID], [DONE], []),
    (DifferenceKind.REFUSED_HERE, TOSS): Cell([PAID], [DONE], []),
    (DifferenceKind.REFUSED_HERE, REFUND): Cell(
        [PAID, ("canceled", 9900)], [("done", 9900, 9900)], [("shop", "done", 9900)]
    ),
    (DifferenceKind.REFUSED_HERE, CLOSED): Cell([PAID], [("refused", 9900, 0)], []),
    (DifferenceKind.AMOUNT, TOSS): Cell([PAID], [DONE], []),
    (DifferenceKind.AMOUNT, CLOSED): Cell([PAID], [("done", 9000, 0)], []),
    (DifferenceKind.BALANCE, TOSS): Cell([PAID], [DONE], [("shop", "refused", 3000)]),
    (DifferenceKind.BALANCE, CLOSED): Cell(
        [PAID], [("done", 9900, 3000)], [("shop", "done", 3000)]
    ),
}


async def second(shop: Shop) -> Payment:
    [payment] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    return payment


async def ours(shop: Shop) -> list[tuple[str, int, int]]:
    rows = sorted(await shop.rows(Payment), key=lambda row: row.period_number)
    return [(row.status, row.amount_krw, row.refunded_krw) for row in rows[1:]]


async def refunds(shop: Shop) -> list[tuple[str, str, int]]:
    rows = sorted(await shop.rows(Refund), key=lambda row: row.number)
    return [(row.origin, row.status, row.amount_krw) for row in rows]


async def difference(shop: Shop, kind: DifferenceKind) -> Difference:
    [found] = [row for row in await shop.rows(Difference) if row.kind == kind]
    return found


def test_table_has_a_cell_for_every_valid_pair() -> None:
    assert set(VALID) == set(DifferenceKind)
    assert set(TABLE) == {(kind, way) for kind in VALID for way in VALID[kind]}


@pytest.mark.parametrize(
    ("kind", "way"), list(product(DifferenceKind, Resolution)), ids=lambda each: each.value
)
async def test_difference_is_resolved_as_the_table_says(
    shop: Shop, session: Session, kind: DifferenceKind, way: Resolution
) -> None:
    await STORIES[kind](shop, session)
    await reconcile(shop.rt)
    row = await difference(shop, kind)
    cell = TABLE.get((kind, way))

    if cell is None:
        with pytest.raises(Conflict) as caught:
            await resolve(shop.rt, KIM, row.id, way)
        assert caught.value.code == "wrong_resolution"
        assert all(each.value in caught.value.message for each in VALID[kind])
        assert (await difference(shop, kind)).resolved_at is None
        return

    await resolve(shop.rt, KIM, row.id, way)
    again = await resolve(shop.rt, KIM, row.id, way)
    await settle(shop.rt)

    row = await difference(shop, kind)
    assert (row.resolution, row.resolved_by) == (way, KIM.label)
    assert again == f"It is resolved as {way} already."
    assert (await shop.money())[1:] == cell.toss
    assert await ours(shop) == cell.ours
    assert await refunds(shop) == cell.refunds
    closed = [line for line in await shop.rows(AuditEntry) if line.subject.startswith(f"{kind} ")]
    assert len(closed) == 1


@pytest.mark.parametrize("kind", [kind for kind in VALID if TOSS in VALID[kind]])
async def test_ledgers_agree_when_toss_is_right(
    shop: Shop, session: Session, kind: DifferenceKind
) -> None:
    await STORIES[kind](shop, session)
    await reconcile(shop.rt)

    await resolve(shop.rt, KIM, (await difference(shop, kind)).id, TOSS)

    found = await reconcile(shop.rt, days=40)
    left = [row for row in await shop.rows(Difference) if row.kind == kind and not row.resolved_at]
    assert (left, found.refunds) == ([], 0)
    if kind != DifferenceKind.NOT_AT_TOSS:
        await shop.assert_ledgers_agree()


async def test_payment_that_toss_has_starts_its_period(shop: Shop, session: Session) -> None:
    await refused_here(shop, session)
    await reconcile(shop.rt)

    await resolve(shop.rt, KIM, (await difference(shop, DifferenceKind.REFUSED_HERE)).id, TOSS)

    payment = await second(shop)
    seen = await shop.view(session, payment.subscription_id)
    assert (seen.subscription.status, seen.subscription.period_number) == ("active", 2)


async def test_refunded_payment_pays_for_no_period(shop: Shop, session: Session) -> None:
    await refused_here(shop, session)
    await reconcile(shop.rt)

    await resolve(shop.rt, KIM, (await difference(shop, DifferenceKind.REFUSED_HERE)).id, REFUND)

    payment = await second(shop)
    seen = await shop.view(session, payment.subscription_id)
    assert seen.subscription.period_number == 1
    assert sorted(row.status for row in await shop.rows(Invoice)) == ["open", "paid", "void"]


@pytest.mark.parametrize(("given_krw", "left_krw"), [(1000, 8900), (9900, 0)])
@pytest.mark.parametrize("reason", ["콘솔", "카드사 매입 취소"])
async def test_old_refund_of_toss_is_taken_over(
    shop: Shop, session: Session, given_krw: int, left_krw: int, reason: str
) -> None:
    """A refund in the console, or by the issuer, that reconciliation no longer reaches."""
    seen = await shop.subscribe(session)
    payment = await shop.only_row(Payment, seen.subscription.id)
    await shop.refund_at_toss(payment, given_krw, reason)
    async with shop.rt.db.write() as db:
        known: Any = {"subject": payment.order_id, "payment_id": payment.id, "ours_krw": 9900}
        await note_difference(
            shop.rt, db, kind=DifferenceKind.BALANCE, theirs_krw=left_krw, **known
        )

    message = await resolve(shop.rt, KIM, (await difference(shop, DifferenceKind.BALANCE)).id, TOSS)

    assert message == f"1 refunds made at Toss were recorded; {left_krw} won are left."
    assert await refunds(shop) == [("toss", "done", given_krw)]
    await shop.assert_ledgers_agree()


async def test_refund_recorded_without_a_key_is_neither_doubled_nor_dropped(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    payment = await shop.only_row(Payment, seen.subscription.id)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="r")
    await shop.run()
    [row] = await shop.rows(Refund)
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Refund).values(transaction_key=None))
        await note_difference(
            shop.rt, db, kind=DifferenceKind.BALANCE, subject=payment.order_id, theirs_krw=9000
        )
    open_difference = await difference(shop, DifferenceKind.BALANCE)

    message = await resolve(shop.rt, KIM, open_difference.id, TOSS)

    assert message == "0 refunds made at Toss were recorded; 9000 won are left."
    [same] = await shop.rows(Refund)
    assert (same.id, same.status, same.transaction_key) == (row.id, "done", row.transaction_key)


async def test_difference_that_reconciliation_explains_is_resolved_by_toss(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    payment = await shop.only_row(Payment, seen.subscription.id)
    await shop.refund_at_toss(payment, 1000)
    async with shop.rt.db.write() as db:
        await note_difference(
            shop.rt, db, kind=DifferenceKind.BALANCE, subject=payment.order_id, theirs_krw=8900
        )

    await reconcile(shop.rt)

    row = await difference(shop, DifferenceKind.BALANCE)
    assert (row.resolution, row.resolved_by) == ("toss", "toss")


async def test_balance_that_changed_after_it_was_closed_is_reported_again(
    shop: Shop, session: Session
) -> None:
    await balance(shop, session)
    await reconcile(shop.rt)
    await resolve(shop.rt, KIM, (await difference(shop, DifferenceKind.BALANCE)).id, CLOSED)
    unchanged = await reconcile(shop.rt)
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Refund).values(amount_krw=4000))

    found = await reconcile(shop.rt)

    row = await difference(shop, DifferenceKind.BALANCE)
    assert (unchanged.differences, found.differences) == (0, 1)
    assert (row.ours_krw, row.resolved_at, row.resolution) == (5900, None, None)


async def test_resolved_difference_is_not_resolved_in_another_way(
    shop: Shop, session: Session
) -> None:
    await amount(shop, session)
    await reconcile(shop.rt)
    row = await difference(shop, DifferenceKind.AMOUNT)
    await resolve(shop.rt, KIM, row.id, CLOSED)

    with pytest.raises(Conflict) as caught:
        await resolve(shop.rt, KIM, row.id, TOSS)

    assert caught.value.code == "resolved_before"
    assert (await second(shop)).amount_krw == 9000


async def test_nothing_is_changed_while_toss_does_not_answer(shop: Shop, session: Session) -> None:
    await amount(shop, session)
    await reconcile(shop.rt)
    row = await difference(shop, DifferenceKind.AMOUNT)
    await shop.faults({"endpoint": "lookup", "kind": "error_500_before"})

    with pytest.raises(OutcomeUnknown):
        await resolve(shop.rt, KIM, row.id, TOSS)

    assert (await second(shop)).amount_krw == 9000
    assert (await difference(shop, DifferenceKind.AMOUNT)).resolved_at is None


async def test_refused_refund_is_closed_and_only_closed(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    payment = await shop.only_row(Payment, seen.subscription.id)
    code = "NOT_CANCELABLE_PAYMENT"
    await shop.faults({"endpoint": "cancel", "kind": "refuse", "code": code, "count": 1})
    row = await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="r")
    await shop.run()

    with pytest.raises(Conflict) as caught:
        await resolve(shop.rt, KIM, row.id, REFUND)
    await resolve(shop.rt, KIM, row.id, CLOSED)

    assert caught.value.code == "wrong_resolution"
    with pytest.raises(NotFound):
        await resolve(shop.rt, KIM, row.id, CLOSED)
    assert (await shop.money())[1:] == []


async def test_customer_resolves_nothing(shop: Shop, session: Session) -> None:
    await amount(shop, session)
    await reconcile(shop.rt)
    row = await difference(shop, DifferenceKind.AMOUNT)

    with pytest.raises(NotFound):
        await resolve(shop.rt, actor_of(session), row.id, CLOSED)

    assert (await difference(shop, DifferenceKind.AMOUNT)).resolved_at is None
