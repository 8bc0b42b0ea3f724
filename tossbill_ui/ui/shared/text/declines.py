"""Declined charges in a customer's words, by Toss's code.

A lost or stolen card is never called that: the person at the screen may not be its owner.
"""

from tossbill_ui.toss.codes import Meaning, lookup
from tossbill_ui.ui.shared.text import ByKind, Text

_LIMIT = Text("카드 한도나 잔액이 부족해요.", "The card's limit or balance is too low.")
_DAY = Text("오늘 쓸 수 있는 한도를 넘었어요.", "The daily limit has been reached.")
_BANK = Text(
    "은행이 점검 중이라 지금은 결제할 수 없어요.",
    "The bank is under maintenance and can't process payments right now.",
)
_DEAD = ByKind(
    Text("이 카드로는 더 결제할 수 없어요.", "This card can no longer be charged."),
    Text("이 계좌로는 더 결제할 수 없어요.", "This account can no longer be charged."),
)
_SHOP = Text(
    "가게의 결제 설정에 문제가 있었어요.", "There was a problem with the shop's payment settings."
)
UNSEEN = ByKind(
    Text("카드사에서 거절했어요.", "The card company declined the payment."),
    Text("은행에서 거절했어요.", "The bank declined the payment."),
)
_NO_MONEY = Text("계좌 잔액이 부족해요.", "The account balance is too low.")

DECLINES = {
    "REJECT_CARD_PAYMENT": _LIMIT,
    "REJECT_ACCOUNT_PAYMENT": _NO_MONEY,
    "EXCEED_MAX_DAILY_PAYMENT_COUNT": Text(
        "오늘 결제할 수 있는 횟수를 넘었어요.",
        "The number of payments allowed per day has been reached.",
    ),
    "EXCEED_MAX_PAYMENT_AMOUNT": _DAY,
    "EXCEED_MAX_ONE_DAY_AMOUNT": _DAY,
    "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT": _DAY,
    "EXCEED_MAX_AMOUNT": Text(
        "한 번에 결제할 수 있는 금액을 넘었어요.",
        "The amount exceeds the limit for a single payment.",
    ),
    "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT": Text(
        "한 번에 출금할 수 있는 금액을 넘었어요.",
        "The amount exceeds the limit for a single withdrawal.",
    ),
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": Text(
        "이번 달 카드 한도를 다 썼어요.", "The card's monthly limit has been reached."
    ),
    "NOT_AVAILABLE_PAYMENT": _BANK,
    "NOT_AVAILABLE_BANK": _BANK,
    "MAINTAINED_METHOD": _BANK,
    "INVALID_CARD_EXPIRATION": Text("카드 유효기간이 지났어요.", "The card has expired."),
    "INVALID_STOPPED_CARD": Text("정지된 카드예요.", "The card is suspended."),
}
# Toss may return a card's code for an account.
ACCOUNT_DECLINES = DECLINES | {
    "REJECT_CARD_PAYMENT": _NO_MONEY,
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": Text(
        "이번 달 계좌 한도를 다 썼어요.", "The account's monthly limit has been reached."
    ),
    "INVALID_CARD_EXPIRATION": _DEAD.account,
    "INVALID_STOPPED_CARD": _DEAD.account,
}


def decline(code: str, kind: str = "card") -> str:
    """Return the words for a declined charge, also for an unknown code."""
    row = lookup(code)
    if row is not None and row.meaning in (Meaning.SETUP, Meaning.OPERATOR):
        return _SHOP()
    is_dead = row is not None and row.meaning is Meaning.NEW_CARD
    known = ACCOUNT_DECLINES if kind == "account" else DECLINES
    return known.get(code, (_DEAD if is_dead else UNSEEN).of(kind))()
