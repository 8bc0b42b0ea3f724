"""Selling and canceling a subscription as Korean consumer law requires."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, expect

from tests.browser.fairness import rules
from tests.browser.fairness.shop_pages import ShopPages

CLICKS = 2
PHONE_WIDTH, PHONE_HEIGHTS = 375, range(480, 920, 40)


def test_offer_states_the_total_in_one_amount(page: Page, shop: ShopPages) -> None:
    offers = shop.offers(page)
    expect(offers.first).to_be_visible()

    for offer in offers.all():
        rules.assert_total_price_first(offer)
    rules.assert_nothing_chosen_before(page)
    rules.assert_says_what_it_does(offers.get_by_role("link"))


def test_charging_button_states_the_amount(page: Page, shop: ShopPages) -> None:
    button = shop.before_paying(page)

    assert rules.AMOUNT.search(button.inner_text())
    rules.assert_nothing_chosen_before(page, but=shop.pays_with)
    rules.assert_says_what_it_does(page.locator("main button:visible"))
    rules.assert_no_guilt(page)


def test_consent_is_seen_with_the_button_that_charges(page: Page, shop: ShopPages) -> None:
    button = shop.before_paying(page)

    for height in PHONE_HEIGHTS:
        page.set_viewport_size({"width": PHONE_WIDTH, "height": height})
        rules.assert_consent_beside_its_button(shop.consent(page), button)


def test_canceling_takes_two_clicks_from_the_first_screen(page: Page, shop: ShopPages) -> None:
    shop.subscribe(page)

    assert rules.clicks_to(page, shop.first_screen, shop.cancel, at_most=CLICKS) <= CLICKS


def test_ways_to_cancel_are_equal_plain_and_on_the_page(page: Page, shop: ShopPages) -> None:
    shop.subscribe(page)
    ways = shop.ways_to_end(page)

    rules.assert_equal(ways)
    rules.assert_says_what_it_does(page.locator("main button:visible"))
    rules.assert_nothing_chosen_before(page)
    rules.assert_no_guilt(page)
    rules.assert_not_by_phone(page)


def test_no_cancel_button_is_covered(page: Page, shop: ShopPages) -> None:
    """Holds on the smallest phone too."""
    shop.subscribe(page)
    ways = shop.ways_to_end(page)

    for height in PHONE_HEIGHTS:
        page.set_viewport_size({"width": PHONE_WIDTH, "height": height})
        rules.assert_not_covered(ways)


def test_canceling_asks_once(page: Page, shop: ShopPages) -> None:
    """One press on the cancel page is enough; no dialog and no page asks again."""
    shop.subscribe(page)
    asked: list[str] = []

    def hear(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", hear)

    shop.ways_to_end(page).first.click()

    shop.is_ended(page)
    assert asked == []
    rules.assert_no_guilt(page)
