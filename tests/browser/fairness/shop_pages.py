"""The pages under test; another shop writes its own class like `OurPages`."""

from __future__ import annotations

import re
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_subscription import register_for_plan


class ShopPages(Protocol):
    """The interface between the checks and a shop's pages.

    Attributes:
        first_screen: The address of the first screen.
        cancel: The name of the control that leads to canceling.
        pays_with: The ``name`` of the field that chooses what to pay with; empty without one.
    """

    first_screen: str
    cancel: re.Pattern[str]
    pays_with: str

    def offers(self, page: Page) -> Locator:
        """Open the page with the offers, and return each of them."""
        ...

    def before_paying(self, page: Page) -> Locator:
        """Go to the last page before a charge, and return the button that charges."""
        ...

    def consent(self, page: Page) -> Locator:
        """Return what the press of that button agrees to."""
        ...

    def subscribe(self, page: Page) -> None:
        """Become a customer with a subscription."""
        ...

    def ways_to_end(self, page: Page) -> Locator:
        """Open the page for canceling, and return its cancel buttons."""
        ...

    def is_ended(self, page: Page) -> None:
        """Wait until the page shows that the subscription is canceled."""
        ...


class OurPages:
    """Tossbill's own pages."""

    first_screen = "/"
    cancel = re.compile("해지하기|^Cancel$")
    pays_with = "payment-method"

    def offers(self, page: Page) -> Locator:
        page.goto("/")
        return page.get_by_test_id("plan-card")

    def before_paying(self, page: Page) -> Locator:
        register_for_plan(page)
        return page.get_by_test_id("subscribe-button")

    def consent(self, page: Page) -> Locator:
        return page.get_by_test_id("consent")

    def subscribe(self, page: Page) -> None:
        self.before_paying(page).click()
        expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-tone", "ink")

    def ways_to_end(self, page: Page) -> Locator:
        page.goto("/subscription/")
        page.get_by_test_id("cancel-button").click()
        page.get_by_test_id("cancel-now").wait_for()
        return page.get_by_test_id("confirm-cancel")

    def is_ended(self, page: Page) -> None:
        status = page.get_by_test_id("subscription-status")
        expect(status).to_have_attribute("data-tone", re.compile("amber|grey"))
