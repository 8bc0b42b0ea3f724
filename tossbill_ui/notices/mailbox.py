"""Reads the notices that were written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from tossbill_ui.core.settings import Mode
from tossbill_ui.notices import mailed_links
from tossbill_ui.notices.models import Notice
from tossbill_ui.runtime import Runtime


async def newest(rt: Runtime, *, limit: int) -> Sequence[Notice]:
    """Return the newest notices of all customers, newest first, delivered or not.

    In sandbox mode their texts have the links that a mail would have, since nobody else gets them.
    """
    query = select(Notice).order_by(col(Notice.created_at).desc(), col(Notice.id)).limit(limit)
    async with rt.db.read() as db:
        found = (await db.exec(query)).all()
        if rt.settings.mode is Mode.SANDBOX:
            for notice, body in zip(found, await mailed_links.texts(rt, db, found), strict=True):
                notice.body = body
    return found
