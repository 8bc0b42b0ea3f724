"""Secrets are redacted from log lines."""

from __future__ import annotations

import pytest

from tossbill_ui.core.logging import redact


@pytest.mark.parametrize(
    "text",
    [
        "GET /success/?registration=1&token=PLANTED&authKey=PLANTED&customerKey=c",
        "DELETE http://127.0.0.1/sandbox/v1/billing/PLANTED",
        "POST /v1/billing/authorizations/PLANTED",
        "key live_sk_PLANTED in a sentence",
        "cookie: tossbill_session=PLANTED; other=1",
    ],
)
def test_secrets_are_redacted_from_log_lines(text: str) -> None:
    assert "PLANTED" not in redact(text)


def test_ordinary_addresses_are_logged_unchanged() -> None:
    assert (
        redact("POST /v1/billing/authorizations/issue") == "POST /v1/billing/authorizations/issue"
    )
