"""Delivers waiting notices: at least once, under a Message-ID that never changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from tossbill_ui.core.db import update_where
from tossbill_ui.core.settings import Mode
from tossbill_ui.customers.models import Customer
from tossbill_ui.leases import claims, keeper
from tossbill_ui.notices import mailed_links
from tossbill_ui.notices.models import Notice, NoticeStatus
from tossbill_ui.notices.smtp import MailServer, RefusedForGood, send
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

CONCURRENCY = 4
ATTEMPTS = 48
# New subscribers may still add an address; after this, the notice would be old news.
WAITS_FOR_ADDRESS = timedelta(days=3)


async def deliver(rt: Runtime) -> int:
    """Deliver every waiting notice that no worker holds; return how many.

    A notice to a customer without an address waits three days for one. Without a mail server,
    notices are kept in the mailbox, and stay there even if a server is configured later.
    """
    url = rt.settings.tossbill_smtp_url.get_secret_value()
    if not url:
        return await _keep(rt)
    delivered, server = 0, MailServer.from_url(url)
    while found := await _due(rt):
        work = (_deliver(rt, server, notice, email) for notice, email in found)
        for error in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("notice.delivery_failed", exc_info=error)
        delivered += len(found)
    return delivered


async def deliver_one(rt: Runtime, notice_id: str) -> None:
    """Deliver one notice now, unless a worker is faster; without a mail server, keep it."""
    url, this = rt.settings.tossbill_smtp_url.get_secret_value(), col(Notice.id) == notice_id
    if not url:
        await _keep(rt, this)
        return
    async with rt.db.read() as db:
        found = (await db.exec(_due_query(rt).where(this))).first()
    if found:
        await _deliver(rt, MailServer.from_url(url), *found)


async def _keep(rt: Runtime, *conditions: sa.ColumnElement[bool]) -> int:
    waits = sa.and_(col(Notice.status) == NoticeStatus.WAITING, *conditions)
    # Read first: a write would wake the disk every few seconds for nothing.
    async with rt.db.read() as db:
        if (await db.exec(select(Notice.id).where(waits).limit(1))).first() is None:
            return 0
    email = sa.select(col(Customer.email)).where(col(Customer.id) == col(Notice.customer_id))
    keep = sa.update(Notice).where(waits)
    async with rt.db.write() as db:
        if rt.settings.mode is Mode.SANDBOX:
            await mailed_links.store_all(rt, db, (await db.exec(select(Notice).where(waits))).all())
        done = await db.exec(
            keep.values(
                status=NoticeStatus.KEPT,
                address=sa.func.coalesce(col(Notice.address), email.scalar_subquery()),
                ended_at=rt.clock.now(),
            ).execution_options(synchronize_session=False)
        )
    return done.rowcount


async def _due(rt: Runtime) -> Sequence[tuple[Notice, str | None]]:
    oldest = _due_query(rt).order_by(col(Notice.created_at), col(Notice.id)).limit(CONCURRENCY)
    async with rt.db.read() as db:
        return (await db.exec(oldest)).all()


def _due_query(rt: Runtime) -> Select[Notice, str]:
    """Return the query for notices that may be sent now, each with its address."""
    email = sa.func.coalesce(col(Notice.address), col(Customer.email))
    return (
        select(Notice, email)
        .outerjoin(Customer, col(Customer.id) == col(Notice.customer_id))
        .where(
            col(Notice.status) == NoticeStatus.WAITING,
            claims.is_due(Notice, rt.machine.now()),
            sa.or_(
                email.is_not(None),
                col(Notice.created_at) < rt.clock.now() - WAITS_FOR_ADDRESS,
            ),
        )
    )


async def _deliver(rt: Runtime, server: MailServer, notice: Notice, email: str | None) -> None:
    waits = col(Notice.status) == NoticeStatus.WAITING
    attempt = await claims.claim(rt, notice, waits)
    if not attempt:
        return
    if email is None or _is_over(rt, notice):
        status = NoticeStatus.EXPIRED if email else NoticeStatus.NO_ADDRESS
        await _record(rt, notice, attempt, status, email)
        return
    async with keeper.keep_lease(rt, Notice, notice.id, attempt=attempt):
        status = await _send(rt, server, notice, email, attempt)
        await _record(rt, notice, attempt, status, email)


def _is_over(rt: Runtime, notice: Notice) -> bool:
    return notice.expires_at is not None and notice.expires_at <= rt.machine.now()


async def _send(
    rt: Runtime, server: MailServer, notice: Notice, email: str, attempt: int
) -> NoticeStatus:
    body = await mailed_links.make(rt, notice, email)
    try:
        await asyncio.to_thread(send, server, message_of(rt, notice, email, body))
    except RefusedForGood as refused:
        data = {"notice": notice.id, "error": str(refused)}
        log.warning("notice.refused", extra={"data": data})
        return NoticeStatus.FAILED
    except OSError as error:
        # Its text may repeat the server's response, which may contain an address.
        data = {"notice": notice.id, "error": type(error).__name__}
        log.warning("notice.postponed", extra={"data": data})
        return NoticeStatus.FAILED if attempt >= ATTEMPTS else NoticeStatus.WAITING
    return NoticeStatus.SENT


def message_of(rt: Runtime, notice: Notice, email: str, body: str) -> EmailMessage:
    """Return the mail; a notice always gives the same one, however often it is sent."""
    settings = rt.settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    sender = settings.tossbill_mail_from or f"no-reply@{host}"
    message = EmailMessage()
    message["From"] = formataddr((settings.tossbill_brand_name, sender))
    message["To"] = email
    message["Subject"] = notice.subject
    message["Date"] = format_datetime(notice.created_at)
    message["Message-ID"] = f"<{notice.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


async def _record(
    rt: Runtime, notice: Notice, attempt: int, status: NoticeStatus, email: str | None
) -> None:
    waits = status == NoticeStatus.WAITING
    address = notice.address if waits else email
    # What was of use for a while, such as a code, is in the mail alone from here on.
    body = notice.body if waits or notice.expires_at is None else ""
    async with rt.db.write() as db:
        await update_where(
            db,
            Notice,
            col(Notice.id) == notice.id,
            col(Notice.attempts) == attempt,
            status=status,
            address=address,
            body=body,
            lease_until=None,
            next_try_at=claims.retry_at(rt, attempt) if waits else None,
            ended_at=None if waits else rt.clock.now(),
        )
