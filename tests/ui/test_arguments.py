"""Events whose arguments their handler does not take are refused in words, without a traceback."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import reflex as rx

from tests.ui.conftest import shop
from tests.ui.test_failures import Tab, tab
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.shared.arguments import fits
from tossbill_ui.ui.shared.presses import STAMP
from tossbill_ui.ui.shared.text.problems import NOTHING_STORED
from tossbill_ui.ui.subscription.email_state import EmailState

__all__ = ["shop", "tab"]

CHOOSE = HistoryState.event_handlers["choose"]
SAVE = EmailState.event_handlers["save"]
WRONG: list[Any] = [
    {},
    {"field": "topic"},
    {"field": "topic", "value": None},
    {"field": "topic", "value": ["all"]},
    {"field": "topic", "value": "all", "extra": 1},
    {"field": "topic", "value": "all", "self": 1},
    {"field": "topic", "value": "\ud800"},
    "field",
    None,
]


@pytest.mark.parametrize("payload", WRONG)
def test_arguments_of_other_names_or_types_do_not_fit(payload: Any) -> None:
    assert not fits(CHOOSE, payload)


def test_arguments_of_a_page_fit() -> None:
    assert fits(CHOOSE, {"field": "topic", "value": "all"})
    assert fits(CHOOSE, {"field": "topic", "value": "all", STAMP: [1, 2, 3]})
    assert fits(SAVE, {"form": {"email": "a@b.example"}})
    assert not fits(SAVE, {"form": "a@b.example"})


def test_first_event_of_a_page_fits() -> None:
    hydrate = rx.State.event_handlers["hydrate_and_load"]

    assert fits(hydrate, {"hashes": ["0ee8c7129cd1331c"], "vars": {}})
    assert fits(hydrate, {"hashes": None})
    assert fits(hydrate, {})
    assert not fits(hydrate, {"hashes": "0ee8c7129cd1331c"})


async def test_unfitting_event_is_refused_in_words_and_logs_nothing(
    tab: Tab, caplog: pytest.LogCaptureFixture
) -> None:
    await tab.open()
    caplog.set_level(logging.INFO)

    await tab.press(f"{MethodsState.get_full_name()}.remove", method_id=1)
    await tab.until(lambda: tab.is_told(NOTHING_STORED))

    assert not [record for record in caplog.records if record.exc_info]
