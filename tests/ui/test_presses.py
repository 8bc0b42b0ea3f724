"""A press that arrives too late is refused, however the clocks of the page are set."""

from __future__ import annotations

import time
from typing import Any

import pytest
import reflex as rx

from tests.support.shop import Shop
from tests.ui.test_failures import Tab, name_of, tab
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.shared.presses import LONGEST_SECONDS, STAMP, PressState
from tossbill_ui.ui.shared.text.problems import LATE

__all__ = ["tab"]
ASK = f"{MethodsState.get_full_name()}.ask"
BEHIND = 3_600_000.0  # the page's clocks are an hour behind ours


@pytest.fixture
def presses(shop: Shop) -> Any:
    root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    return root.get_substate(PressState.get_full_name().split("."))


class Page:
    """The two clocks of a page."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.wall = shop.machine.now().timestamp() * 1000 - BEHIND
        self.steady = time.monotonic() * 1000 - BEHIND

    def age(self, presses: Any, *, late: float = 0, slept: float = 0, set_back: float = 0) -> float:
        """Return the age that an event seems to have, in whole seconds."""
        wall = self.wall - 1000 * (late + set_back)
        return round(presses._age(wall, self.steady - 1000 * (late + slept)))


def test_age_is_that_of_both_clocks(shop: Shop, presses: Any) -> None:
    page = Page(shop)

    assert page.age(presses) == 0
    assert page.age(presses, late=7) == 7
    assert page.age(presses, late=30, slept=600) == 30


def test_clock_that_was_set_or_that_slept_makes_no_press_late(shop: Shop, presses: Any) -> None:
    page = Page(shop)

    assert page.age(presses) == 0
    assert page.age(presses, set_back=3600) == 0
    assert page.age(presses, slept=3600) == 0


async def test_press_that_waited_for_the_connection_is_refused(tab: Tab) -> None:
    await tab.press(ASK, method_id="asked-for", **{STAMP: [7, None, None]})

    await tab.until(lambda: tab.is_told(LATE))
    assert "asked-for" not in str(tab.shown)
    assert tab.shown[PressState.get_full_name()]["heard"] == 7


async def test_event_without_a_press_ends_no_problem(tab: Tab) -> None:
    await tab.press(ASK, method_id="asked-for", **{STAMP: [7, None, None]})
    await tab.until(lambda: tab.is_told(LATE))
    now = time.monotonic() * 1000

    await tab.press(name_of(RegisterState.sdk_ready), **{STAMP: [0, now, now]})
    await tab.loaded_again()

    assert tab.is_told(LATE)


async def test_late_press_is_refused_and_the_next_one_is_not(tab: Tab) -> None:
    now, late = time.monotonic() * 1000, 1000 * (LONGEST_SECONDS + 1)
    await tab.press(ASK, method_id="first", **{STAMP: [1, now, now]})
    await tab.press(ASK, method_id="too-late", **{STAMP: [2, now - late, now - late]})
    await tab.until(lambda: tab.is_told(LATE))
    assert "first" in str(tab.shown)

    await tab.press(ASK, method_id="third", **{STAMP: [3, now, now]})
    await tab.until(lambda: "third" in str(tab.shown))
    assert not tab.is_told(LATE)
    assert "too-late" not in str(tab.shown)


@pytest.mark.parametrize("stamp", [None, 7, [], ["7", 1, 2], [7, 1], [7, None, 2], [True, 1, 2]])
async def test_invalid_stamps_are_ignored(tab: Tab, stamp: object) -> None:
    await tab.press(ASK, method_id="asked-for", **{STAMP: stamp})

    await tab.until(lambda: "asked-for" in str(tab.shown))
