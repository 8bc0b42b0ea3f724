"""Signed events: the client takes those of the standard's own package, and nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from tossbill import Event, InvalidSignature, Tossbill, verify

from tests.client.wire import Api, state

SECRET, OTHER = (f"whsec_{base64.b64encode(bytes([each]) * 32).decode()}" for each in (1, 2))
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BODY = json.dumps(
    {
        "id": "e" * 32,
        "type": "customer.access_changed",
        "seq": 7,
        "data": {"customer": {"id": "c" * 32, "external_id": "42"}},
    }
).encode()


def signed(secret: str = SECRET, body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    signature = Webhook(secret).sign("e" * 32, at, body.decode())
    return {
        "Webhook-Id": "e" * 32,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature,
    }


def read(headers: dict[str, str], body: bytes = BODY) -> Event:
    return verify(headers, body, [SECRET], now=NOW.timestamp)


def test_signed_event_is_read() -> None:
    event = read(signed())

    assert (event.type, event.seq, event.external_id) == ("customer.access_changed", 7, "42")
    assert event.customer_id == "c" * 32


def test_one_of_several_signatures_and_secrets_is_enough() -> None:
    headers = signed(OTHER)
    headers["Webhook-Signature"] += " v2,x " + signed()["Webhook-Signature"]

    assert read(headers).seq == 7
    assert verify(signed(), BODY, [OTHER, SECRET], now=NOW.timestamp).seq == 7


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (signed(OTHER), BODY),
        (signed(), BODY + b" "),
        (signed() | {"Webhook-Id": "f" * 32}, BODY),
        (signed() | {"Webhook-Timestamp": str(int(NOW.timestamp()) + 1)}, BODY),
        (signed() | {"Webhook-Timestamp": "soon"}, BODY),
        (signed() | {"Webhook-Signature": ""}, BODY),
        (signed(at=NOW - timedelta(minutes=5, seconds=1)), BODY),
        (signed(at=NOW + timedelta(minutes=5, seconds=1)), BODY),
        (signed(body=b"[]"), b"[]"),
        (signed(body=b"{"), b"{"),
    ],
)
def test_anything_else_is_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(InvalidSignature):
        read(headers, body)


def test_client_asks_anew_after_an_event_of_a_customer() -> None:
    api = Api([state()])
    shop = Tossbill("https://pay.example", "k", webhook_secret=SECRET, **api.options)
    now = datetime.now(UTC)
    shop.is_active("42")

    shop.receive(signed(at=now), BODY)
    shop.is_active("42")

    assert len(api.requests) == 2


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_!", [], [SECRET, ""]])
def test_secret_with_which_anybody_could_sign_is_refused(secret: str | list[str]) -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        verify(signed(), BODY, secret, now=NOW.timestamp)


def test_client_without_a_secret_accepts_no_webhook() -> None:
    shop = Tossbill("https://pay.example", "k", webhook_secret="", **Api([state()]).options)

    with pytest.raises(InvalidSignature):
        shop.receive(signed(at=datetime.now(UTC)), BODY)


@pytest.mark.parametrize("header", ["Webhook-Id", "Webhook-Signature", "Webhook-Timestamp"])
@pytest.mark.parametrize("odd", ["\udcff", "9" * 5_000, "１２"])
def test_odd_headers_are_refused(header: str, odd: str) -> None:
    with pytest.raises(InvalidSignature):
        read(signed() | {header: odd})
