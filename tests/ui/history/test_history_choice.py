"""The filters of the history, including untrusted addresses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import Topic
from tossbill_ui.ui.history.filters import Choice, from_query, options

AN_ID = "0123456789abcdef" * 2
NONSENSE: list[Any] = ["", "x" * 2000, "\x00", "'; --", "all ", "２０２６", "1", "2026-1", "9999"]


def span(**query: str) -> tuple[object, object]:
    wanted = from_query(query).wanted
    return wanted.since, wanted.until


def test_periods_are_in_korean_time() -> None:
    assert span(period="2026-11") == (instant(date(2026, 11, 1)), instant(date(2026, 12, 1)))
    assert span(period="2026-12") == (instant(date(2026, 12, 1)), instant(date(2027, 1, 1)))
    assert span(period="2026") == (instant(date(2026, 1, 1)), instant(date(2027, 1, 1)))
    days = {"period": "days", "since_on": "2026-11-03", "until_on": "2026-11-03"}
    assert span(**days) == (instant(date(2026, 11, 3)), instant(date(2026, 11, 4)))
    assert span(period="days", since_on="2026-11-03") == (instant(date(2026, 11, 3)), None)
    assert span(period="days") == (None, None)
    assert span(since_on="2026-11-03") == (None, None)


def test_address_and_choice_agree() -> None:
    query = {"topic": "refund", "period": "days", "since_on": "2026-01-31", "subscription": AN_ID}

    choice = from_query(query)

    assert choice.query == query
    assert choice.wanted.topic is Topic.REFUND
    assert choice.wanted.subscription_id == AN_ID
    assert choice.but(period="2026").query == {
        "topic": "refund",
        "period": "2026",
        "subscription": AN_ID,
    }
    assert Choice().query == {}
    assert Choice().is_all


@pytest.mark.parametrize("name", ["topic", "period", "subscription", "since_on", "until_on"])
@pytest.mark.parametrize("value", NONSENSE)
def test_invalid_filters_are_ignored(name: str, value: str) -> None:
    assert from_query({name: value}).wanted == Wanted()
    assert from_query({"period": "days", name: value}).wanted == Wanted()


def test_dates_in_the_wrong_order_are_detected() -> None:
    days = {"period": "days", "since_on": "2026-11-03", "until_on": "2026-11-02"}

    assert from_query(days).is_upside_down
    assert not from_query(days | {"until_on": "2026-11-03"}).is_upside_down


async def test_periods_reach_back_to_the_first_line(shop: Shop, session: Session) -> None:
    await shop.card(session)
    await shop.go_to(date(2028, 2, 1))

    offered = await options(shop.rt, actor_of(session), Choice())
    values = [option.value for option in offered.periods]

    assert values[:3] == ["all", "2028-02", "2028-01"]
    assert values[-4:] == ["2028", "2027", "2026", "days"]
    assert len(values) == len(set(values)) == 1 + 12 + 3 + 1
    old = await options(shop.rt, actor_of(session), from_query({"period": "2026-11"}))
    assert "2026-11" in [option.value for option in old.periods], "the chosen period is listed"


async def test_customer_without_history_chooses_from_the_current_period(
    shop: Shop, stranger: Session
) -> None:
    offered = await options(shop.rt, actor_of(stranger), Choice())

    assert [option.value for option in offered.periods] == ["all", "2026-11", "2026", "days"]
    assert [option.value for option in offered.subscriptions] == ["all"]
