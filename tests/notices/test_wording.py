"""Formatting of money, dates, methods and reasons in both languages."""

from datetime import date

import pytest

from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.language import Language
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.text import en, ko
from tossbill_ui.notices.wording import (
    FIELD,
    Method,
    Rate,
    Reason,
    Value,
    Words,
    render,
    say,
)
from tossbill_ui.toss import issuers
from tossbill_ui.toss.declines import DECLINES

CARD = Method("41", None, "1234", "card")
ACCOUNT = Method(None, "신한은행", "77", "account")
CARD_WORDS = {"ko": "카드", "en": "card"}


@pytest.mark.parametrize(
    ("value", "korean", "english"),
    [
        (9900, "9,900원", "₩9,900"),
        (0, "", ""),
        (None, "", ""),
        (date(2026, 11, 30), "2026년 11월 30일(월)", "Mon, Nov 30, 2026"),
        (Rate(9900, Interval(Unit.MONTH)), "월 9,900원", "₩9,900 a month"),
        (Rate(27000, Interval(Unit.MONTH, 3)), "3개월마다 27,000원", "₩27,000 every 3 months"),
        (Words("프로", "Pro"), "프로", "Pro"),
        (CARD, "신한카드 ···· 1234", "Shinhan ···· 1234"),
        (Method("zz", None, "", "card"), "카드", "Card"),
        (ACCOUNT, "신한은행 ···· 77", "Shinhan Bank ···· 77"),
        (
            Reason("INVALID_CARD_LOST_OR_STOLEN"),
            "이 카드로는 더 결제할 수 없어요.",
            "This card can no longer be charged.",
        ),
        (
            Reason("NEVER_SEEN"),
            "카드사에서 거절했어요.",
            "The card company declined the payment.",
        ),
        (
            Reason("NEVER_SEEN", "account"),
            "은행에서 거절했어요.",
            "The bank declined the payment.",
        ),
    ],
)
def test_value_is_formatted_in_both_languages(value: Value, korean: str, english: str) -> None:
    assert (say(value, "ko"), say(value, "en")) == (korean, english)


ABOUT_AN_ADDRESS = {
    NoticeKind.SIGN_IN_CODE,
    NoticeKind.EMAIL_CHANGED,
    NoticeKind.EMAIL_REMOVED,
}
TO_OPERATORS = {
    NoticeKind.WEBHOOK_GIVEN_UP,
    NoticeKind.WEBHOOK_FAILING,
    NoticeKind.WEBHOOK_OFF,
}


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_both_languages_use_the_same_fields(kind: NoticeKind) -> None:
    def fields(text: str) -> set[str]:
        return set(FIELD.findall(text))

    assert fields(ko.TEXTS[kind]) == fields(en.TEXTS[kind])
    assert set(issuers.KOREAN) == set(issuers.ENGLISH)


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_all_fields_are_filled(kind: NoticeKind, language: Language) -> None:
    subject, body = render(kind, language, {"plan": "프로", "amount": 9900})

    assert "{" not in subject + body
    assert ("프로" in subject + body) == (kind not in ABOUT_AN_ADDRESS | TO_OPERATORS)


@pytest.mark.parametrize("code", [*DECLINES, "INVALID_CARD_LOST_OR_STOLEN", "NEVER_SEEN"])
# An account does not expire.
@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - {NoticeKind.CARD_EXPIRES}))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_account_notices_do_not_mention_cards(
    kind: NoticeKind, language: Language, code: str
) -> None:
    values: dict[str, Value] = {"plan": "프로", "amount": 9900, "link": "http://shop"}
    values |= {"method": ACCOUNT, "reason": Reason(code, ACCOUNT.kind), "due_on": date(2026, 12, 1)}

    subject, body = render(kind, language, values)

    assert CARD_WORDS[language] not in (subject + body).lower()


def test_plan_may_have_any_name() -> None:
    subject, _ = render(NoticeKind.ENDED_UNPAID, "ko", {"plan": "{가|나}", "amount": 9900})

    assert subject == "{가|나} 구독이 끝났어요"


@pytest.mark.parametrize(("language", "word"), [("ko", "끝났어요"), ("en", "ended")])
@pytest.mark.parametrize(
    "kind", [NoticeKind.ENDED_UNPAID, NoticeKind.NO_CONSENT, NoticeKind.TRIAL_OVER]
)
def test_end_is_called_an_end(kind: NoticeKind, language: Language, word: str) -> None:
    subject, body = render(kind, language, {"plan": "프로", "amount": 9900})

    assert word in subject
    assert "멈췄" not in subject + body
    assert "stopped" not in subject + body


def test_refund_that_is_done_is_not_called_on_its_way() -> None:
    subject, body = render(NoticeKind.REFUNDED, "en", {"plan": "Pro", "amount": 9900})

    assert subject == "We refunded ₩9,900"
    assert body.startswith(
        "We refunded ₩9,900 for Pro. Your card company may take a few days to show it.\n"
    )


def test_stolen_card_is_not_called_stolen() -> None:
    assert "도난" not in say(Reason("INVALID_CARD_LOST_OR_STOLEN"), "ko")
