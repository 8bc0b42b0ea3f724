"""Metrics of the billing engine in the Prometheus text format.

They are read from the database on each request, so that any process reports for all of them and a
restart loses nothing. Every query uses an index over open or recent rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.customers.models import Customer
from tossbill_ui.notices.models import Notice, NoticeStatus
from tossbill_ui.outbound.models import WebhookDelivery, is_open
from tossbill_ui.payments.models import OPEN, Payment, PaymentStatus, Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import review
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.webhooks.models import WebhookEvent

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ONE_DAY = timedelta(days=1)
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True)
class Gauge:
    """One metric.

    Attributes:
        name: The name without the prefix ``tossbill_``.
        help: One sentence.
        label: The name of the label; empty for a single value.
        values: The numbers by label value.
    """

    name: str
    help: str
    values: dict[str, float]
    label: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the lines of the metric in the Prometheus text format."""
        yield f"# HELP tossbill_{self.name} {self.help}"
        yield f"# TYPE tossbill_{self.name} gauge"
        for value, number in self.values.items():
            label = f'{{{self.label}="{value.translate(ESCAPES)}"}}' if self.label else ""
            yield f"tossbill_{self.name}{label} {number:.10g}"


async def text(rt: Runtime) -> str:
    """Return every metric, one line for each value."""
    return "\n".join(line for gauge in await gauges(rt) for line in gauge.lines()) + "\n"


async def gauges(rt: Runtime) -> Sequence[Gauge]:
    """Measure everything now."""
    async with rt.db.read() as db:
        found = [*await _due(rt, db), *await _open(rt, db), *await _last_day(rt, db)]
        found.append(await _queues(db))
    waits = await review.open_reviews(rt)
    found.append(_single("waiting", "Items that wait for an operator's review.", waits.count))
    return found


def _single(name: str, text: str, number: float) -> Gauge:
    return Gauge(name, text, {"": number})


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0


async def _due(rt: Runtime, db: AsyncSession) -> list[Gauge]:
    due = func.count(col(Subscription.id)), func.min(Subscription.due_at)
    is_due = col(Subscription.due_at) <= rt.clock.now()
    count, oldest = (await db.exec(select(*due).where(is_due))).one()
    return [
        _single("due", "Subscriptions that are due now.", count),
        _single(
            "lag_seconds", "How long the oldest of them has been due.", _age(oldest, rt.clock.now())
        ),
    ]


async def _open(rt: Runtime, db: AsyncSession) -> list[Gauge]:
    open_rows = (
        select(Payment.status, func.count(col(Payment.id)), func.min(Payment.first_sent_at))
        .where(col(Payment.status).in_(OPEN))
        .group_by(col(Payment.status))
    )
    rows = {status: (n, since) for status, n, since in (await db.exec(open_rows)).all()}
    counts: dict[str, float] = {status: rows.get(status, (0, None))[0] for status in OPEN}
    oldest = rows.get(PaymentStatus.UNKNOWN, (0, None))[1]
    refunds = select(func.count(col(Refund.id))).where(col(Refund.status).in_(OPEN))
    return [
        Gauge("payments_open", "Payments that are not settled.", counts, "status"),
        _single(
            "unknown_age_seconds",
            "How long the oldest unknown payment has been unresolved.",
            _age(oldest, rt.machine.now()),
        ),
        _single("refunds_open", "Refunds that are not settled.", (await db.exec(refunds)).one()),
    ]


async def _last_day(rt: Runtime, db: AsyncSession) -> list[Gauge]:
    ended = (
        select(
            Payment.status,
            Payment.failure_code,
            func.count(col(Payment.id)),
            func.sum(Payment.amount_krw),
        )
        .where(col(Payment.ended_at) > rt.clock.now() - ONE_DAY)
        .group_by(col(Payment.status), col(Payment.failure_code))
    )
    charged = charged_krw = 0
    refused: dict[str, float] = {}
    for status, code, count, amount in (await db.exec(ended)).all():
        if status == PaymentStatus.DONE:
            charged, charged_krw = charged + count, charged_krw + amount
        else:
            refused[code or "none"] = count
    return [
        _single("charged_last_day", "Payments made in the last 24 hours.", charged),
        _single(
            "charged_last_day_krw",
            "Sum of the payments made in the last 24 hours, in won.",
            charged_krw,
        ),
        Gauge("refused_last_day", "Payments refused in the last 24 hours.", refused, "code"),
    ]


async def _queues(db: AsyncSession) -> Gauge:
    depths: dict[str, float] = {}
    waits_for_mail = col(Notice.status) == NoticeStatus.WAITING
    has_address = col(Notice.address).is_not(None) | sa.exists().where(
        col(Customer.id) == col(Notice.customer_id), col(Customer.email).is_not(None)
    )
    for name, column, waits in (
        ("webhooks", WebhookEvent.id, col(WebhookEvent.handled_at).is_(None)),
        ("deliveries", WebhookDelivery.id, is_open()),
        ("notices", Notice.id, sa.and_(waits_for_mail, has_address)),
        ("notices_without_address", Notice.id, sa.and_(waits_for_mail, ~has_address)),
    ):
        depths[name] = (await db.exec(select(func.count(col(column))).where(waits))).one()
    return Gauge("queue", "Rows waiting for a job of the worker.", depths, "name")
