"""Each rule detects its dark pattern on a page that has it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.fairness import rules

Check = Callable[[Page], object]
OFFER = "<div id=offer>{}</div>"
UNFAIR: dict[str, tuple[str, Check]] = {
    "tax on top": (
        OFFER.format("<b>9,000원</b> <i>부가세 별도</i>"),
        lambda page: rules.assert_total_price_first(page.locator("#offer")),
    ),
    "a second amount": (
        OFFER.format("<b>9,000원</b> <i>수수료 900원</i>"),
        lambda page: rules.assert_total_price_first(page.locator("#offer")),
    ),
    "the price in small print": (
        OFFER.format("<b style='font-size:40px'>무료!</b> <i style='font-size:9px'>9,900원</i>"),
        lambda page: rules.assert_total_price_first(page.locator("#offer")),
    ),
    "a ticked box": (
        "<input type=checkbox checked>",
        rules.assert_nothing_chosen_before,
    ),
    "a large way in and a small way out": (
        "<button>동의하기</button><button style='font-size:9px;color:grey'>나중에 하기</button>",
        lambda page: rules.assert_equal(page.locator("button")),
    ),
    "a bar over one of two choices": (
        "<button>동의하기</button><br><button>나중에 하기</button>"
        "<div style='position:fixed;inset:20px 0 0 0;background:white'></div>",
        lambda page: rules.assert_not_covered(page.locator("button")),
    ),
    "a consent under the bar with its button": (
        "<p>매월 결제하는 데 동의해요</p><button>9,900원 결제하기</button>"
        "<div style='position:fixed;inset:0 0 auto 0;height:40px;background:white'></div>",
        lambda page: rules.assert_consent_beside_its_button(
            page.locator("p"), page.locator("button")
        ),
    ),
    "a consent below the fold": (
        "<button style='position:fixed;top:0'>9,900원 결제하기</button>"
        "<p style='margin-top:2000px'>매월 결제하는 데 동의해요</p>",
        lambda page: rules.assert_consent_beside_its_button(
            page.locator("p"), page.locator("button")
        ),
    ),
    "a consent far from its button": (
        "<p>매월 결제하는 데 동의해요</p><br><br><br><br><button>9,900원 결제하기</button>",
        lambda page: rules.assert_consent_beside_its_button(
            page.locator("p"), page.locator("button")
        ),
    ),
    "a button that says nothing": (
        "<button>확인</button>",
        lambda page: rules.assert_says_what_it_does(page.locator("button")),
    ),
    "a button that says the opposite": (
        "<button>혜택 유지</button>",
        lambda page: rules.assert_says_what_it_does(page.locator("button")),
    ),
    "guilt": ("<main>정말 떠나시나요?</main>", rules.assert_no_guilt),
    "guilt in English": ("<main>Are you sure? You will lose it all.</main>", rules.assert_no_guilt),
    "a phone number": ("<main>해지: 1588-1234</main>", rules.assert_not_by_phone),
    "a call": ("<main>해지는 고객센터에서</main>", rules.assert_not_by_phone),
    "a way out that is nowhere": (
        "<a href='about:blank'>자주 묻는 질문</a>",
        lambda page: rules.clicks_to(page, page.url, re.compile("해지하기"), at_most=2),
    ),
}


@pytest.mark.parametrize("name", UNFAIR)
def test_an_unfair_page_is_found(page: Page, name: str) -> None:
    html, check = UNFAIR[name]
    page.route(
        "**/unfair", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    page.goto("/unfair")

    with pytest.raises(AssertionError):
        check(page)
