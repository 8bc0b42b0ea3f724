"""Content of webhooks: Toss's envelopes, headers and signatures (contract §9)."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from tossbill_sandbox.store.clock import KST, to_toss_time
from tossbill_sandbox.store.switches import Switches

# The only events that Toss signs; none is about a payment.
SIGNED = frozenset({"payout.changed", "seller.changed"})
# The security key (보안 키) of the sandbox: 64 hex digits, published like its other keys.
SANDBOX_SECURITY_KEY = hashlib.sha256(b"tossbill sandbox security key").hexdigest()
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_VERSION = "2022-11-16"


def is_sent(kind: str, data: dict[str, Any], switches: Switches) -> bool:
    """Return whether Toss sends a webhook for this event.

    A billing charge sends none when it is done ("자동결제는 … 웹훅을 전송하지 않습니다"), and
    CANCEL_STATUS_CHANGED is for overseas easy pay.
    """
    if kind == "PAYMENT_STATUS_CHANGED" and data.get("type") == "BILLING":
        return data.get("status") in switches.billing_status_webhooks
    return kind != "CANCEL_STATUS_CHANGED" or switches.cancel_status_webhook


def envelope(kind: str, at: datetime, event_id: int, data: dict[str, Any]) -> str:
    """Build the body; ``createdAt`` is in KST without an offset, as at Toss."""
    created_at = at.astimezone(KST).replace(tzinfo=None).isoformat(timespec="microseconds")
    if kind in SIGNED:
        payload: dict[str, Any] = {
            "eventType": kind,
            "createdAt": created_at,
            "version": _VERSION,
            "eventId": f"event_{_digest(f'event {event_id} {created_at}', 26)}",
            "entityType": kind.partition(".")[0],
            "entityBody": data,
        }
    else:
        payload = {"eventType": kind, "createdAt": created_at, "data": data}
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def transmission_id(event_id: int, endpoint_id: int, at: datetime) -> str:
    """Return the id of a delivery in the recorded format, the same for all its retries."""
    digest = _digest(f"delivery {event_id} {endpoint_id} {at.isoformat()}", 24)
    return f"whtrans_a01{digest}"


def headers(kind: str, body: str, name: str, retried: int, now: datetime) -> dict[str, str]:
    """Build the headers of one attempt."""
    time = to_toss_time(now)
    found = {
        "content-type": "application/json",
        "tosspayments-webhook-transmission-time": time,
        "tosspayments-webhook-transmission-retried-count": str(retried),
        "tosspayments-webhook-transmission-id": name,
    }
    if kind in SIGNED:
        found["tosspayments-webhook-signature"] = signature(body, time)
    return found


def signature(body: str, time: str, security_key: str = SANDBOX_SECURITY_KEY) -> str:
    """Sign as Toss does: HMAC-SHA256 of ``body:time`` with the hex-decoded security key."""
    code = hmac.new(bytes.fromhex(security_key), f"{body}:{time}".encode(), hashlib.sha256)
    return f"v1:{base64.b64encode(code.digest()).decode()}"


def _digest(text: str, length: int) -> str:
    # Derived instead of drawn: deliveries happen at no fixed point, so a draw here would change
    # the other ids of a repeated run.
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    return "".join(_CROCKFORD[(number >> (5 * position)) & 31] for position in range(length))
