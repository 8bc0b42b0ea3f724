"""Startup recovery: releases the rows that a crashed process had claimed (ADR-0016)."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.constraints import is_one_of
from tossbill_ui.core.db import Leased
from tossbill_ui.leases import claims
from tossbill_ui.notices.models import Notice, NoticeStatus
from tossbill_ui.outbound.models import WebhookDelivery, is_open
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

# The names of the processes that run under a lock on SQLite, one of each.
WEB, WORKER = "web", "worker"
# Each condition repeats that of an index, so that no start reads a whole table.
OPEN_ROWS: tuple[tuple[type[Leased], sa.ColumnElement[bool]], ...] = (
    (Registration, col(Registration.status).in_(UNDER_WAY)),
    (PaymentMethod, col(PaymentMethod.status) == MethodStatus.REMOVING),
    (Payment, sa.literal_column(is_one_of("status", OPEN), sa.Boolean())),
    (Refund, col(Refund.status).in_(OPEN)),
    (WebhookEvent, col(WebhookEvent.handled_at).is_(None)),
    (Notice, col(Notice.status) == NoticeStatus.WAITING),
    (WebhookDelivery, is_open()),
)


async def recover(rt: Runtime) -> None:
    """End the leases of an earlier process with our name; call this before claiming any row.

    After a crash, work then waits only for the restart, not for leases to expire.
    """
    if rt.name is None:
        return
    async with rt.db.write() as db:
        freed = [
            await claims.release_orphaned(rt, db, table, are_open) for table, are_open in OPEN_ROWS
        ]
    if any(freed):
        log.info("released %d rows that an earlier %s process had claimed", sum(freed), rt.name)
