"""What deliveries say about their endpoint: it is failing, and after five days it is off.

Only time turns an endpoint off, never a number of failures: a busy shop fails a thousand times in
an hour's outage, a quiet one three times in a month.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.outbound.models import EndpointState, WebhookEndpoint

WARNED_AFTER = timedelta(days=4)
OFF_AFTER = timedelta(days=5)
# A success is recorded once a minute: a write for each would say no more.
TO_THE_MINUTE = timedelta(minutes=1)


def after_success(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Record that an endpoint has accepted a delivery; one that is off stays off."""
    last = endpoint.last_success_at
    is_failing = endpoint.state == EndpointState.FAILING
    if is_failing or last is None or now - last >= TO_THE_MINUTE:
        endpoint.last_success_at = now
    if is_failing:
        endpoint.state, endpoint.failing_since = EndpointState.ON, None


def after_failure(
    endpoint: WebhookEndpoint, now: datetime, *, is_gone: bool, is_given_up: bool
) -> list[NoticeKind]:
    """Record that a try has failed; return what operators are told.

    Args:
        endpoint: The endpoint, changed in place.
        now: The machine's time.
        is_gone: Whether the receiver wants no more webhooks.
        is_given_up: Whether it was the delivery's last try.
    """
    if endpoint.is_off:
        return []
    since = endpoint.failing_since = endpoint.failing_since or now
    is_off = is_gone or now - since >= OFF_AFTER
    endpoint.state = EndpointState.OFF if is_off else EndpointState.FAILING
    told = [NoticeKind.WEBHOOK_GIVEN_UP] if is_given_up else []
    if is_off:
        return [*told, NoticeKind.WEBHOOK_OFF]
    return [*told, NoticeKind.WEBHOOK_FAILING] if now - since >= WARNED_AFTER else told
