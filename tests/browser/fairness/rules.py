"""Checks of Korean consumer law on the pages that sell and end a subscription.

They know a page only through Playwright, so they apply to any shop's pages. Sources: 전자상거래법
§13⑥ and §21조의2① (dark patterns) with 소비자보호지침 of 2025-10-24; see ``docs/fairness.md``.
"""

from __future__ import annotations

import re
from collections import Counter

from playwright.sync_api import Locator, Page

AMOUNT = re.compile(r"(?:₩\s?\d[\d,]*|\d[\d,]*\s?원)")
TAX = re.compile(r"부가세|VAT", re.IGNORECASE)
TAX_INCLUDED = re.compile(r"부가세\s*포함|VAT\s*included", re.IGNORECASE)
PHONE = re.compile(r"\b(?:1[5-9]\d{2}|0\d{1,2})[-\s)]\d{3,4}(?:[-\s]\d{4})?\b")
BY_PHONE = re.compile(r"전화|고객센터|상담원|\bcall us\b|\bphone\b", re.IGNORECASE)
# Appeals to shame, fear and loss, where a shop should state dates and amounts.
GUILT = re.compile(
    r"정말|진짜로|후회|아쉬|섭섭|떠나|포기|놓치|잃게|혜택을?\s*(?:포기|잃)|다시\s*생각|"
    r"are you sure|sorry to see|miss out|you will lose|lose your|give up|think again|really want",
    re.IGNORECASE,
)
# Button texts that do not say what a press does.
VAGUE = re.compile(
    r"^(?:확인|예|아니오|아니요|네|계속|다음|완료|혜택 유지|"
    r"ok|yes|no|continue|next|submit|confirm)$",
    re.IGNORECASE,
)
LOOKS = """one => {
    const { width, height } = one.getBoundingClientRect();
    const { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight, opacity } =
        getComputedStyle(one);
    return JSON.stringify([Math.round(width), Math.round(height), color, backgroundColor,
        borderColor, borderWidth, fontSize, fontWeight, opacity]);
}"""

# Points of an element, within the viewport, that another element covers.
COVERED = """one => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const points = [[(left + right) / 2, top + 3], [(left + right) / 2, bottom - 3]];
    return points.filter(([x, y]) => {
        const upmost = document.elementFromPoint(x, y);
        return upmost && !one.contains(upmost);
    });
}"""
HTML = "all => all.map(one => one.outerHTML)"
# Why a consent is not seen with its button; empty if it is. A text or button is seen if nothing
# covers any point of a grid over all of its lines; the corners of a button may be round.
CONSENT_UNSEEN = """(button, [consent, beside]) => {
    const hidden = one => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const points = [];
        for (let y = top + 1; y < bottom; y += 6)
            for (const x of [left + 12, (left + right) / 2, right - 12]) {
                const upmost = document.elementFromPoint(x, y);
                if (!upmost || !one.contains(upmost)) points.push([x, y]);
            }
        return points;
    };
    const scrolls = [
        () => scrollTo(0, 0),
        () => button.scrollIntoView({ block: "nearest", behavior: "instant" }),
        () => scrollTo(0, document.documentElement.scrollHeight),
    ];
    for (const scroll of scrolls) {
        scroll();
        if (!hidden(button).length && hidden(consent).length)
            return `the consent is hidden at ${hidden(consent)} while its button is seen`;
    }
    if (hidden(button).length) return "the button is not seen at the end of the page";
    const gap = button.getBoundingClientRect().top - consent.getBoundingClientRect().bottom;
    return gap < 0 || gap > beside ? `${gap} px between the consent and its button` : "";
}"""
BESIDE = 16


def assert_total_price_first(offer: Locator) -> None:
    """Assert that an offer's first amount is the total, tax included, and its only one."""
    text = offer.inner_text()
    amounts = AMOUNT.findall(text)
    assert amounts, f"no amount in {text!r}"
    assert TAX_INCLUDED.search(text) or not TAX.search(text), f"tax comes on top in {text!r}"
    paid = [amount for amount in amounts if re.search(r"[1-9]", amount)]
    assert len(Counter(paid)) == 1, f"more than one amount is asked for in {text!r}"
    sizes = offer.locator("*:visible").evaluate_all(
        "(all, amount) => all.filter(one => !one.children.length)"
        ".map(one => [parseFloat(getComputedStyle(one).fontSize),"
        " one.textContent.includes(amount)])",
        paid[0],
    )
    largest = max(size for size, _ in sizes)
    assert any(size == largest for size, is_price in sizes if is_price), "the price is small print"


def assert_nothing_chosen_before(page: Page, *, but: str = "") -> None:
    """Assert that no checkbox is checked and no option selected in advance.

    Args:
        page: The page.
        but: The name of the field that says what to pay with, if there is one. One of the
            customer's own cards may be proposed: it neither adds to the price nor agrees to it.
    """
    ticked = page.locator("input:checked, [aria-checked=true], option[selected]")
    found = [html for html in ticked.evaluate_all(HTML) if not but or f'name="{but}"' not in html]
    assert found == []


def assert_equal(choices: Locator) -> None:
    """Assert that choices which the law calls equal share size, weight and colors."""
    looks = choices.evaluate_all(f"all => all.map({LOOKS})")
    assert len(looks) > 1, "there is no choice"
    assert len(set(looks)) == 1, looks


def assert_not_covered(choices: Locator) -> None:
    """Assert that nothing covers a choice, so that its visible part can be pressed."""
    assert choices.count() > 1, "there is no choice"
    for choice in choices.all():
        covered = choice.evaluate(COVERED)
        assert covered == [], f"{choice.inner_text()!r} is covered at {covered}"


def assert_consent_beside_its_button(consent: Locator, button: Locator) -> None:
    """Assert that a consent stands directly above its button, and is seen whenever that is.

    Checked where the page opens, where the button has just come into view, and at the page's end.
    """
    assert button.evaluate(CONSENT_UNSEEN, [consent.element_handle(), BESIDE]) == ""


def assert_says_what_it_does(buttons: Locator) -> None:
    """Assert that each button's text says what a press does."""
    words = [text.strip() for text in buttons.all_inner_texts()]
    assert words, "there is no button"
    assert [text for text in words if VAGUE.match(text) or not text] == []


def assert_no_guilt(page: Page) -> None:
    """Assert that the page states facts and does not shame the customer."""
    found = GUILT.search(page.locator("main").inner_text())
    assert not found, f"{found[0]!r} is said" if found else ""


def assert_not_by_phone(page: Page) -> None:
    """Assert that canceling online does not require a phone call."""
    # The footer names the shop's phone number, as the law demands; nothing asks to call it.
    text = page.locator("main").inner_text()
    assert page.locator("a[href^='tel:']").count() == 0
    assert not PHONE.search(text), "a phone number"
    assert not BY_PHONE.search(text), "a call is asked for"


def ways_on(page: Page) -> list[str]:
    """Return the targets of a page's links: what one click can reach without side effects."""
    hrefs = page.locator("a[href]:visible").evaluate_all("all => all.map(one => one.href)")
    return [href for href in dict.fromkeys(hrefs) if not href.startswith(("tel:", "mailto:"))]


def clicks_to(page: Page, first_screen: str, control: re.Pattern[str], *, at_most: int) -> int:
    """Return the number of clicks from a screen to pressing a control.

    Args:
        page: The page of a customer with a subscription.
        first_screen: The address to start from.
        control: The name of the control.
        at_most: The number of clicks after which to give up.
    """
    ahead, seen = [first_screen], set[str]()
    for clicks in range(1, at_most + 1):
        further: list[str] = []
        for address in ahead:
            seen.add(address)
            page.goto(address)
            page.wait_for_load_state("networkidle")
            if page.get_by_role("button", name=control).first.is_visible():
                return clicks
            further += [way for way in ways_on(page) if way not in seen]
        ahead = list(dict.fromkeys(further))
    raise AssertionError(f"{control.pattern} is not found within {at_most} clicks")
