"""Secrets are redacted from log lines."""

from __future__ import annotations

import logging

import pytest

from tossbill_ui.core.logging import JsonFormatter, redact, set_up_logging


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


def test_values_of_a_refused_row_are_not_logged() -> None:
    record = logging.makeLogRecord({"msg": "event.failed"})
    message = "not unique\nDETAIL:  Key (email)=(me@example.com) already exists."
    error = ValueError(message)
    record.exc_info = (ValueError, error, None)

    line = JsonFormatter().format(record)

    assert "not unique" in line
    assert "me@example.com" not in line


@pytest.mark.parametrize("name", ["alembic.runtime.migration", "uvicorn.error", "httpx"])
def test_only_warnings_of_libraries_are_logged(name: str) -> None:
    before = logging.getLogger().handlers[:]
    try:
        set_up_logging()
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
        assert logging.getLogger(name).isEnabledFor(logging.WARNING)
    finally:
        logging.getLogger().handlers[:] = before
