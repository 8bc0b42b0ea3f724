"""The unresolved items that ``tossbill review list`` shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tossbill_ui.cli.output import minute

if TYPE_CHECKING:
    from tossbill_ui.payment_methods.models import Registration
    from tossbill_ui.payments.models import Difference, Payment, Refund
    from tossbill_ui.runtime import Runtime
    from tossbill_ui.subscriptions.models import Subscription

APPROVE, FAIL, RESOLVE = "approve", "fail", "resolve"
WORDS = ("text", "effect")
REASONS = {
    "catch_up": (
        "more than one period was missed",
        "each missed period is charged once, the oldest first, one a day",
    ),
    "setup": (
        "Toss refused our key, contract or request",
        "the next run charges it again; fix the cause first",
    ),
    "fault": (
        "our code failed, see the log",
        "the next run charges it again; fix the cause first",
    ),
}


@dataclass(frozen=True)
class Item:
    """One unresolved row; its fields, except the words, are the keys of ``--json``.

    Attributes:
        reason: The reason for review of a subscription, the kind of a difference, else the status.
        text: The state, in words.
        effect: The result of the action, in words, or the reason why there is none.
        action: The command of ``tossbill review`` that resolves it; None while Toss is asked.
        needs_review: Whether nothing more happens until a person decides.
        since: Start of this state, or of the attempt that led to it; None of a subscription.
        next_try_at: The time at which Toss is asked again.
    """

    id: str
    kind: str
    reason: str
    text: str
    effect: str
    action: str | None = APPROVE
    needs_review: bool = True
    since: datetime | None = None
    next_try_at: datetime | None = None
    attempts: int | None = None
    customer_id: str | None = None
    subscription_id: str | None = None
    payment_id: str | None = None
    order_id: str | None = None
    subject: str | None = None
    amount_krw: int | None = None
    ours_krw: int | None = None
    theirs_krw: int | None = None
    failure_code: str | None = None

    def line(self) -> str:
        """Return it as one line of text."""
        todo = f"{self.action}: {self.effect}" if self.action else self.effect
        return f"{self.id}  {self.kind}  {self.text}; {todo}"

    def document(self) -> dict[str, object]:
        """Return it as an object of the JSON document."""
        return {key: value for key, value in asdict(self).items() if key not in WORDS}


async def items(rt: Runtime) -> list[Item]:
    """Return everything that is unresolved: what waits for a person, and what Toss is asked."""
    from tossbill_ui.payment_methods import settling
    from tossbill_ui.subscriptions.actions import review as reviewing

    found = await reviewing.open_reviews(rt)
    registrations = await settling.unresolved(rt)

    def each() -> Iterator[Item]:
        yield from map(_subscription, found.subscriptions)
        yield from map(_payment, found.payments)
        yield from map(_refund, found.refunds)
        yield from map(_difference, found.differences)
        yield from map(_registration, registrations)

    return list(each())


def _subscription(row: Subscription) -> Item:
    reason = row.attention or ""
    text, effect = REASONS[reason]
    return Item(
        id=row.id,
        kind="subscription",
        reason=reason,
        text=f"{reason}: {text}",
        effect=effect,
        customer_id=row.customer_id,
        subscription_id=row.id,
    )


def _payment(row: Payment) -> Item:
    return Item(
        id=row.id,
        kind="payment",
        reason=row.status,
        text=f"{row.status}, {row.amount_krw} won, order {row.order_id}",
        effect="counts as not made, unless Toss knows it when it is looked up once more",
        since=row.created_at,
        attempts=row.attempts,
        customer_id=row.customer_id,
        subscription_id=row.subscription_id,
        payment_id=row.id,
        order_id=row.order_id,
        amount_krw=row.amount_krw,
        failure_code=row.failure_code,
    )


def _refund(row: Refund) -> Item:
    code = f", {row.failure_code}" if row.failure_code else ""
    return Item(
        id=row.id,
        kind="refund",
        reason=row.status,
        text=f"{row.status}, {row.amount_krw} won{code}",
        effect="it is requested again, at most what is left",
        since=row.ended_at or row.created_at,
        attempts=row.attempts,
        customer_id=row.customer_id,
        subscription_id=row.subscription_id,
        payment_id=row.payment_id,
        amount_krw=row.amount_krw,
        failure_code=row.failure_code,
    )


def _difference(row: Difference) -> Item:
    from tossbill_ui.payments.differences import valid_names

    return Item(
        id=row.id,
        kind="difference",
        reason=row.kind,
        text=f"{row.kind} {row.subject}, ours {_won(row.ours_krw)}, theirs {_won(row.theirs_krw)}",
        effect=f"--as {' or '.join(valid_names(row.kind))}",
        action=RESOLVE,
        since=row.found_at,
        payment_id=row.payment_id,
        subject=row.subject,
        ours_krw=row.ours_krw,
        theirs_krw=row.theirs_krw,
    )


def _won(amount: int | None) -> str:
    return "none" if amount is None else f"{amount} won"


def _registration(row: Registration) -> Item:
    since = f" since {minute(row.claimed_at)}" if row.claimed_at else ""
    text = f"{row.status}{since}, attempts: {row.attempts}"
    is_asked = row.lease_until is not None
    if row.next_try_at:
        text += f", next {minute(row.next_try_at)}"
    freed = "it ends as failed, and its customer can register again"
    return Item(
        id=row.id,
        kind="registration",
        reason=row.status,
        text=text,
        effect="Toss is being asked about it now" if is_asked else freed,
        action=None if is_asked else FAIL,
        needs_review=not is_asked and row.next_try_at is None,
        since=row.claimed_at,
        next_try_at=row.next_try_at,
        attempts=row.attempts,
        customer_id=row.customer_id,
        failure_code=row.failure_code,
    )
