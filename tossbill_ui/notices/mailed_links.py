"""Links in mails that sign in for one task about one subscription (ADR-0047).

The stored text has the plain address of a page. The link that takes its place in the mail has a
token that is derived by the signing key from the notice and its address: it is stored nowhere, and
a mail that is sent again has the same link, which counts once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.mail_address import folded
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.link_revocation import BY_MAIL
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.portal_links import LinkRequest
from tossbill_ui.notices.address import signs_in
from tossbill_ui.notices.models import Notice
from tossbill_ui.runtime import Runtime

PURPOSE = "mailed_link"
VALID_FOR = timedelta(days=7)


async def make(rt: Runtime, notice: Notice, email: str) -> str:
    """Store the link of a notice that is about to be sent, and return the text of its mail.

    The text keeps its plain address if the notice has no task, or if the address does not sign in:
    it may be mistyped, and whoever reads its mail gets no session.

    Args:
        rt: The process's runtime.
        notice: Any notice.
        email: The address that it is sent to.
    """
    if not notice.task:
        return notice.body
    async with rt.db.write() as db:
        if not await _store(rt, db, notice, email):
            return notice.body
    return _with_link(rt, notice, _token(rt, notice, email))


async def store_all(rt: Runtime, db: AsyncSession, notices: Sequence[Notice]) -> None:
    """Store the links of notices that a sandbox keeps in its mailbox, where somebody reads them."""
    for notice in (each for each in notices if each.task):
        customer = await db.get_one(Customer, notice.customer_id)
        if customer.email:
            await _store(rt, db, notice, customer.email)


async def texts(rt: Runtime, db: AsyncSession, notices: Sequence[Notice]) -> list[str]:
    """Return the texts of notices as they are mailed, with the links that are stored."""
    tokens = [_token(rt, notice, notice.address or "") for notice in notices]
    stored = await portal_links.stored_among(db, tokens)
    return [
        _with_link(rt, notice, token) if token in stored else notice.body
        for notice, token in zip(notices, tokens, strict=True)
    ]


async def _store(rt: Runtime, db: AsyncSession, notice: Notice, email: str) -> bool:
    """Store a link unless it is stored, or must not be; return whether it is."""
    # Locked: an address that is replaced meanwhile would miss this link when it revokes others.
    customer_id = notice.customer_id or ""
    customer = await db.get_one(Customer, customer_id, with_for_update={"read": True})
    if customer.blocked_at or not signs_in(customer, email):
        return False
    request = LinkRequest(
        customer_id=customer_id,
        task=Task(notice.task),
        subscription_id=notice.subscription_id,
        valid_for=VALID_FOR,
    )
    token = _token(rt, notice, email)
    await portal_links.ensure(rt, db, request, token=token, made_by=BY_MAIL)
    return True


def _with_link(rt: Runtime, notice: Notice, token: str) -> str:
    """Replace the first address of ours, which is that of the task."""
    plain = re.compile(re.escape(rt.settings.public_url) + r"/\S*")
    return plain.sub(portal_links.address_of(rt, token), notice.body, count=1)


def _token(rt: Runtime, notice: Notice, email: str) -> str:
    return rt.signer.token(PURPOSE, f"{notice.id}.{folded(email)}")
