"""`docs/8-operations.md` lists every log message that has a name."""

from __future__ import annotations

import re

import pytest

from tests.docs.test_docs import text_of
from tossbill_ui.build import ROOT
from tossbill_ui.payments import record, refund_outcome

LOGGED = re.compile(r"\blog\.\w+\(\s*\"([a-z_]+\.[a-z_]+)\"")
SOURCES = sorted((ROOT / "tossbill_ui").rglob("*.py"))
MESSAGES = sorted(
    {
        *record.LOG_MESSAGES.values(),
        *refund_outcome.LOG_MESSAGES.values(),
        *(name for path in SOURCES for name in LOGGED.findall(path.read_text())),
    }
)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_log_message_is_documented(message: str) -> None:
    assert f"`{message}`" in text_of("8-operations.md").split("## Log")[1]
