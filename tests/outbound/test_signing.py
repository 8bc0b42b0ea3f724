"""Signatures are those of Standard Webhooks, as its own package verifies them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tossbill_ui.outbound.signing import headers, new_secret

BODY = '{"id": "한글"}'.encode()


def signed(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    return headers(secrets, event_id="e1", at=datetime.now(UTC), body=body)


def test_a_secret_has_the_form_of_the_standard() -> None:
    secret = new_secret()

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret[6:], validate=True)) <= 64
    assert secret != new_secret()


@pytest.mark.parametrize("number", [0, 1])
def test_each_of_two_secrets_verifies(number: int) -> None:
    secrets = [new_secret(), new_secret()]

    assert Webhook(secrets[number]).verify(BODY, signed(*secrets)) == {"id": "한글"}


def test_another_secret_id_time_or_body_does_not_verify() -> None:
    secret = new_secret()
    good = signed(secret)
    later = str(int(good["webhook-timestamp"]) + 1)
    bad = [
        (new_secret(), BODY, good),
        (secret, BODY + b" ", good),
        (secret, BODY, good | {"webhook-id": "e2"}),
        (secret, BODY, good | {"webhook-timestamp": later}),
    ]

    for each, body, sent in bad:
        with pytest.raises(WebhookVerificationError):
            Webhook(each).verify(body, sent, json_parse=False)


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example of the standard's own test vectors."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime(2021, 2, 25, 15, 5, 30, tzinfo=UTC) + timedelta(0)
    made = headers(
        [secret], event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}'
    )

    expected = Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert made["webhook-signature"] == expected
