"""What a process held that died is free again as soon as its successor starts (ADR-0016)."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.constraints import is_one_of
from tossbill_ui.core.db import Leased
from tossbill_ui.leases import claims
from tossbill_ui.notices.models import Notice, NoticeStatus
from tossbill_ui.payment_methods.models import (
    UNDER_WAY,
    MethodStatus,
    PaymentMethod,
    Registration,
)
from tossbill_ui.payments.models import OPEN, Payment, Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.models import WebhookEvent

log = logging.getLogger(__name__)

# What runs alone under its lock on SQLite.
WEB, WORKER = "web", "worker"
# Each in the words of an index, so that no start reads every row there ever was.
OPEN_ROWS: tuple[tuple[type[Leased], sa.ColumnElement[bool]], ...] = (
    (Registration, col(Registration.status).in_(UNDER_WAY)),
    (PaymentMethod, col(PaymentMethod.status) == MethodStatus.REMOVING),
    (Payment, sa.literal_column(is_one_of("status", OPEN), sa.Boolean())),
    (Refund, col(Refund.status).in_(OPEN)),
    (WebhookEvent, col(WebhookEvent.handled_at).is_(None)),
    (Notice, col(Notice.status) == NoticeStatus.WAITING),
)


async def recover(rt: Runtime) -> None:
    """Free what an earlier process of this one's name held, before this one takes anything.

    Whoever waits after a crash then waits for the restart only, not for a lease to run out.
    """
    if rt.name is None:
        return
    async with rt.db.write() as db:
        freed = [
            await claims.release_orphaned(rt, db, table, is_open) for table, is_open in OPEN_ROWS
        ]
    if any(freed):
        log.info("an earlier %s process left %d rows; they are taken up now", rt.name, sum(freed))
