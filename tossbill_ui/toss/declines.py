"""Declined charges in a customer's words, by Toss's code: pages and mails say the same.

A lost or stolen card is never called that: the person at the screen may not be its owner.
"""

from __future__ import annotations

from typing import NamedTuple

from tossbill_ui.core.language import Language
from tossbill_ui.toss.codes import Meaning, lookup


class Words(NamedTuple):
    """A reason in both languages."""

    ko: str
    en: str


class ByKind(NamedTuple):
    """A reason for a card, and the same for a bank account."""

    card: Words
    account: Words


def reason(code: str, kind: str, language: Language) -> str:
    """Return why a charge was declined, as a sentence; also for an unknown code.

    Args:
        code: Toss's code.
        kind: The kind of payment method that was charged: ``card`` or ``account``.
        language: Whose words.
    """
    return getattr(_words(code, kind), language)


def _words(code: str, kind: str) -> Words:
    row = lookup(code)
    if row is not None and row.meaning in (Meaning.SETUP, Meaning.OPERATOR):
        return _SHOP
    is_dead = row is not None and row.meaning is Meaning.NEW_CARD
    found = DECLINES.get(code, _DEAD if is_dead else _UNSEEN)
    if isinstance(found, Words):
        return found
    return found.account if kind == "account" else found.card


_UNSEEN = ByKind(
    Words("카드사에서 거절했어요.", "The card company declined the payment."),
    Words("은행에서 거절했어요.", "The bank declined the payment."),
)
_DEAD = ByKind(
    Words("이 카드로는 더 결제할 수 없어요.", "This card can no longer be charged."),
    Words("이 계좌로는 더 결제할 수 없어요.", "This account can no longer be charged."),
)
_SHOP = Words(
    "가게의 결제 설정에 문제가 있었어요.", "There was a problem with the shop's payment settings."
)
_DAY = Words("오늘 쓸 수 있는 한도를 넘었어요.", "The daily limit has been reached.")
_BANK = Words(
    "은행이 점검 중이라 지금은 결제할 수 없어요.",
    "The bank is under maintenance and can't process payments right now.",
)
_NO_MONEY = Words("계좌 잔액이 부족해요.", "The account balance is too low.")

# Also said of a method that was deleted without a charge: by Toss, or by its customer before a
# cancellation was undone.
DELETED = "ALREADY_REMOVED_BILLING_KEY"
# Toss may return a card's code for an account.
DECLINES: dict[str, Words | ByKind] = {
    "REJECT_CARD_PAYMENT": ByKind(
        Words("카드 한도나 잔액이 부족해요.", "The card's limit or balance is too low."), _NO_MONEY
    ),
    "REJECT_ACCOUNT_PAYMENT": _NO_MONEY,
    "EXCEED_MAX_DAILY_PAYMENT_COUNT": Words(
        "오늘 결제할 수 있는 횟수를 넘었어요.",
        "The number of payments allowed per day has been reached.",
    ),
    "EXCEED_MAX_PAYMENT_AMOUNT": _DAY,
    "EXCEED_MAX_ONE_DAY_AMOUNT": _DAY,
    "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT": _DAY,
    "EXCEED_MAX_AMOUNT": Words(
        "한 번에 결제할 수 있는 금액을 넘었어요.",
        "The amount exceeds the limit for a single payment.",
    ),
    "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT": Words(
        "한 번에 출금할 수 있는 금액을 넘었어요.",
        "The amount exceeds the limit for a single withdrawal.",
    ),
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": ByKind(
        Words("이번 달 카드 한도를 다 썼어요.", "The card's monthly limit has been reached."),
        Words("이번 달 계좌 한도를 다 썼어요.", "The account's monthly limit has been reached."),
    ),
    "NOT_AVAILABLE_PAYMENT": _BANK,
    "NOT_AVAILABLE_BANK": _BANK,
    "MAINTAINED_METHOD": _BANK,
    "INVALID_CARD_EXPIRATION": ByKind(
        Words(
            "카드 유효기간이 지났거나 맞지 않아요.",
            "The card has expired, or its expiry date is wrong.",
        ),
        _DEAD.account,
    ),
    "INVALID_STOPPED_CARD": ByKind(
        Words("정지된 카드예요.", "The card is suspended."), _DEAD.account
    ),
    DELETED: Words("등록한 결제수단이 지워졌어요.", "The payment method was deleted."),
}
