"""`docs/8-operations.md` lists every log message about money."""

from __future__ import annotations

import pytest

from tests.docs.test_docs import text_of
from tossbill_ui.payments import record, refund

MESSAGES = (*record.LOG_MESSAGES.values(), *refund.LOG_MESSAGES.values())


@pytest.mark.parametrize("message", MESSAGES)
def test_a_log_message_is_documented(message: str) -> None:
    assert f"`{message}`" in text_of("8-operations.md").split("## Log")[1]
