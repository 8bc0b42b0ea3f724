"""Tells operators that an endpoint fails, once of each kind for each time that it does."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.settings import Mode
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.outbox import Sending, put
from tossbill_ui.outbound.models import WebhookEndpoint
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)


def tell(rt: Runtime, db: AsyncSession, endpoint: WebhookEndpoint, kind: NoticeKind) -> None:
    """Write a mail to operators in the transaction that makes it true, if they have an address.

    In a sandbox it is in the mailbox all the same. The URL may hold a secret of the shop, so only
    its host is named.
    """
    settings, since = rt.settings, endpoint.failing_since
    if kind is NoticeKind.WEBHOOK_OFF:
        log.warning("webhook.endpoint_off", extra={"data": {"endpoint": endpoint.id}})
    if since is None or not (settings.tossbill_operator_email or settings.mode is Mode.SANDBOX):
        return
    put(
        rt,
        db,
        kind,
        about=f"{endpoint.id}:{since:%Y%m%d%H%M%S%f}",
        customer_id=None,
        language=settings.tossbill_locale,
        values={
            "host": urlsplit(endpoint.url).hostname or "",
            "endpoint": endpoint.id,
            "since_on": korean_day(since),
        },
        sending=Sending(address=settings.tossbill_operator_email or None),
    )
