"""The shop under test: ours, or the one that ``FAIRNESS_PAGES=module:Class`` names."""

from __future__ import annotations

import importlib
import os

import pytest

from tests.browser.conftest import browser, new_browser, page
from tests.fairness.shop_pages import OurPages, ShopPages

__all__ = ["browser", "new_browser", "page"]


@pytest.fixture
def shop() -> ShopPages:
    named = os.environ.get("FAIRNESS_PAGES")
    if not named:
        return OurPages()
    module, name = named.split(":")
    return getattr(importlib.import_module(module), name)()
