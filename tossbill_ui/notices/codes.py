"""Mails a code within seconds: the process that was asked for it sends it, without the worker."""

from __future__ import annotations

from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.customers.code_mail import CodeMail
from tossbill_ui.notices.delivery import deliver_one
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.outbox import Sending, put
from tossbill_ui.runtime import Runtime


def mail(rt: Runtime, db: AsyncSession, code: CodeMail) -> None:
    """Write a code's mail in the transaction that stores the code, and send it after the commit.

    If this process ends before that, a worker sends it, unless the code has expired by then.
    """
    row = code.row
    notice_id = put(
        rt,
        db,
        NoticeKind.SIGN_IN_CODE,
        about=row.id,
        customer_id=code.customer_id,
        language=code.language,
        values={"code": code.code},
        sending=Sending(address=row.email, expires_at=row.expires_at),
    )
    after_commit(db, partial(send_soon, rt, notice_id), key=("notice", notice_id))


def send_soon(rt: Runtime, notice_id: str) -> None:
    """Send a committed notice at once, in a task of its own."""
    rt.tasks.spawn(deliver_one(rt, notice_id), name=f"notice {notice_id}")
