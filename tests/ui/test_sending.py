"""State variables sent on a refresh: Reflex sends every assigned one, changed or not."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx

from tests.support.shop import Shop
from tossbill_ui import runtime
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions import pause
from tossbill_ui.ui.history import state as history
from tossbill_ui.ui.subscription import state as subscription

# Three flags, a few bytes each, are assigned on every refresh.
FLAGS = {"has_newer", "has_older", "stale"}


@pytest.fixture
def subscriptions(shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch) -> Any:
    return page(subscription, subscription.SubscriptionState, shop, session, monkeypatch)


@pytest.fixture
def lines(shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch) -> Any:
    return page(history, history.HistoryState, shop, session, monkeypatch)


def page(
    module: object,
    kind: type[rx.State],
    shop: Shop,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """Return a page state without a browser, called by the customer of a session."""
    runtime.install(shop.rt)
    monkeypatch.setattr(module, "caller_of", lambda _: actor_of(session))
    root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    return root.get_substate(kind.get_full_name().split("."))


async def sent(state: Any) -> set[str]:
    """Refresh the page, and return the variables sent to the browser."""
    state._clean()
    await state._show()
    return {name for name in state.dirty_vars if not name.startswith("_")}


async def test_unchanged_subscriptions_are_not_sent_again(
    shop: Shop, session: Session, subscriptions: Any
) -> None:
    seen = await shop.subscribe(session)

    assert {"rows", "phase"} <= await sent(subscriptions)
    assert await sent(subscriptions) == set()
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    assert {"rows"} <= await sent(subscriptions)
    assert await sent(subscriptions) == set()


async def test_unchanged_history_is_not_sent_again(
    shop: Shop, session: Session, lines: Any
) -> None:
    seen = await shop.subscribe(session)

    assert {"months", "chart", "subscriptions"} <= await sent(lines)
    assert await sent(lines) == FLAGS
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    assert await sent(lines) == FLAGS | {"months"}
    assert await sent(lines) == FLAGS
