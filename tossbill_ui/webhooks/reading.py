"""Reads a webhook's body: its kind, and the few fields that handling it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import cast

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.text import clean


class Kind(StrEnum):
    """The kind of a webhook; its type is text of the sender's choice, and these are few."""

    PAYMENT_STATUS_CHANGED = "PAYMENT_STATUS_CHANGED"
    CANCEL_STATUS_CHANGED = "CANCEL_STATUS_CHANGED"
    BILLING_DELETED = "BILLING_DELETED"

    OTHER = "other"
    """Its type is not related to billing."""

    UNREADABLE = "unreadable"
    """The body is not a JSON object."""


# The other two are names of ours, which no sender may use.
SENT = {kind.value: kind for kind in Kind if kind not in (Kind.OTHER, Kind.UNREADABLE)}
# Five fields of at most 200 characters: a stored body never reaches 8 kB.
NEEDED = ("orderId", "paymentKey", "status", "reason", "billingKey")
LENGTH = 200
PREFIX = "sha256:"


@dataclass(frozen=True)
class Webhook:
    """A webhook, as far as it is needed.

    Attributes:
        eventType: Its kind.
        createdAt: The sender's time, as text.
        data: The fields of `NEEDED` that are texts. A billing key is replaced by ``sha256:`` and
            its fingerprint: it is a secret, and its fingerprint finds the method.
    """

    eventType: Kind  # noqa: N815 - Toss's name
    createdAt: str = ""  # noqa: N815 - Toss's name
    data: Mapping[str, str] = field(default_factory=dict[str, str])

    def text(self) -> str:
        """Return it as JSON, to be stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read(raw: bytes) -> Webhook:
    """Read a body sent by anybody.

    Source: contract §9.
    """
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        return Webhook(Kind.UNREADABLE)
    if not isinstance(body, dict):
        return Webhook(Kind.UNREADABLE)
    found = cast("dict[str, object]", body)
    kind = _kind(found.get("eventType"))
    return Webhook(kind, _text(found.get("createdAt")), _needed(found.get("data")))


def stored_data(text: str) -> dict[str, str]:
    """Return the needed fields of a stored body; those of earlier versions hold more."""
    return _texts(json.loads(text).get("data"))


def _kind(name: object) -> Kind:
    return SENT.get(name, Kind.OTHER) if isinstance(name, str) else Kind.OTHER


def _needed(data: object) -> dict[str, str]:
    found = _texts(data)
    if key := found.get("billingKey"):
        found["billingKey"] = f"{PREFIX}{fingerprint(key)}"
    return found


def _texts(data: object) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    values = {name: _text(cast("dict[str, object]", data).get(name)) for name in NEEDED}
    return {name: value for name, value in values.items() if value}


def _text(value: object) -> str:
    return clean(value, limit=LENGTH) if isinstance(value, str) else ""
