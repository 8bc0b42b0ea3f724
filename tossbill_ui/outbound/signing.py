"""Signatures of webhooks, by Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new secret: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def headers(secrets: Sequence[str], *, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body, one signature for each secret.

    Args:
        secrets: Each of the form of `new_secret`.
        event_id: The same for every try of a delivery, and different for every event.
        at: The instant of this try; receivers compare it with their own clock.
        body: The whole body.
    """
    seconds = str(int(at.timestamp()))
    signed = f"{event_id}.{seconds}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
