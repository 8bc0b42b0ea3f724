"""The shop under test: ours, or the one that ``FAIRNESS_PAGES=module:Class`` names."""

from __future__ import annotations

import importlib
import os

import pytest

from tests.browser.fairness.shop_pages import OurPages, ShopPages


@pytest.fixture
def shop() -> ShopPages:
    named = os.environ.get("FAIRNESS_PAGES")
    if not named:
        return OurPages()
    module, name = named.split(":")
    return getattr(importlib.import_module(module), name)()
