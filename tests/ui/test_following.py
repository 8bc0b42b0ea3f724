"""Followers of a tab: one for each page, however often the page is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
import reflex as rx

from tests.support.shop import Shop
from tossbill_ui import runtime
from tossbill_ui.ui.shared import page_state
from tossbill_ui.ui.shared.page_state import updates


@dataclass
class Tab:
    """The state of a tab, as Reflex passes it to a background event."""

    token: str
    router: Any = field(init=False)

    def __post_init__(self) -> None:
        self.router = SimpleNamespace(
            session=SimpleNamespace(client_token=self.token), headers=SimpleNamespace(cookie="")
        )

    async def __aenter__(self) -> Tab:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    @classmethod
    def get_full_name(cls) -> str:
        return "a page"


async def test_reload_replaces_the_previous_follower(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_state, "is_open", lambda _tab: True)
    runtime.install(shop.rt)
    loads = [updates(cast("rx.State", Tab("mine"))) for _ in range(20)]
    another = updates(cast("rx.State", Tab("another")))
    for following in [another, *loads]:
        await anext(following)

    for following in loads[:-1]:
        assert await anext(following, "over") == "over"

    shop.rt.pubsub.publish("")
    await anext(loads[-1])
    await anext(another)
    for following in (loads[-1], another):
        await following.aclose()
    assert not shop.rt.pubsub.are_followed
