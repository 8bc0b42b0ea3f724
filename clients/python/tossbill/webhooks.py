"""Signed events (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tossbill.errors import InvalidSignature

PREFIX = "whsec_"
LEAST_BYTES = 24
TOLERANCE_SECONDS = 5 * 60
INSTANT = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        id: Its id, the same however often it is sent: store it, and do nothing the second time.
        type: Such as ``customer.access_changed``.
        seq: Its number: a higher one is newer.
        data: What it is about, as it is now.
    """

    id: str
    type: str
    seq: int
    data: Mapping[str, Any]

    @property
    def external_id(self) -> str | None:
        """Your id of the customer; None if you have given none."""
        return self._customer.get("external_id")

    @property
    def customer_id(self) -> str | None:
        """Our id of the customer."""
        return self._customer.get("id")

    @property
    def _customer(self) -> Mapping[str, str | None]:
        return self.data.get("customer") or {}


def keys_of(secrets: str | Iterable[str]) -> tuple[bytes, ...]:
    """Return the keys of an endpoint's secrets.

    Args:
        secrets: ``whsec_…``, or several while you change it.

    Raises:
        ValueError: There is none, or one is too short: anybody could sign with an empty one.
    """
    texts = [secrets] if isinstance(secrets, str) else list(secrets)
    keys = tuple(_key(text) for text in texts)
    if not keys:
        raise ValueError("There is no webhook secret.")
    return keys


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < LEAST_BYTES:
        raise ValueError("A webhook secret has the form whsec_ and base64 of 24 bytes or more.")
    return key


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: str | Iterable[str],
    *,
    now: Callable[[], float] = time.time,
) -> Event:
    """Return the event of a webhook that your Tossbill has signed within the last five minutes.

    Args:
        headers: The request's headers; names in any case.
        body: The request's body, as it came.
        secrets: The endpoint's secret, ``whsec_…``, or several while you change it.
        now: The clock, in seconds since 1970.

    Raises:
        InvalidSignature: It is not signed with the secret, too old, or no event.
        ValueError: There is no secret.
    """
    return verify_with(keys_of(secrets), headers, body, now=now)


def verify_with(
    keys: Iterable[bytes],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: Callable[[], float] = time.time,
) -> Event:
    """Do as `verify` with the keys of `keys_of`."""
    found = {name.lower(): value for name, value in headers.items()}
    event_id, sent_at = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    if not INSTANT.fullmatch(sent_at):
        raise InvalidSignature("There is no timestamp.")
    if abs(now() - int(sent_at)) > TOLERANCE_SECONDS:
        raise InvalidSignature("The webhook is too old, or from the future.")
    signed = _bytes(f"{event_id}.{sent_at}.") + body
    given = [_bytes(each) for each in found.get("webhook-signature", "").split()]
    if not any([_is_by(key, signed, given) for key in keys]):
        raise InvalidSignature("No signature is by the secret.")
    return _event(body)


def _bytes(text: str) -> bytes:
    """Return a header's bytes; whatever cannot be encoded is signed by nobody."""
    return text.encode(errors="replace")


def _is_by(key: bytes, signed: bytes, given: Iterable[bytes]) -> bool:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    return any([hmac.compare_digest(expected, each) for each in given])


def _event(body: bytes) -> Event:
    try:
        found = json.loads(body)
        return Event(found["id"], found["type"], found["seq"], found["data"])
    except (ValueError, KeyError, TypeError):
        raise InvalidSignature("The body is no event.") from None
