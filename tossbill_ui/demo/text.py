"""Names of the demo's customers, in Korean and English."""

from __future__ import annotations

NAMES = {
    "active": ("이용 중", "Active"),
    "trial": ("무료 체험이 곧 끝나요", "Trial ends soon"),
    "past_due": ("결제 실패", "Payment failed, will be tried again"),
    "needs_card": ("다른 카드가 필요해요", "Payment failed, needs another card"),
    "price": ("오른 가격에 동의를 기다려요", "Higher price awaits consent"),
    "paused": ("일시 정지", "Paused"),
    "canceled": ("해지 예약", "Set to end"),
    "ended": ("종료", "Ended"),
    "refunded": ("끝내고 환불했어요", "Ended and refunded"),
    "unresolved": ("결제됐는지 확인 중", "Payment is being confirmed"),
}
MAKING = "New customer: {name}"
MOVING = "Moving the sandbox's clock, in days: {days}"
REAL_KEYS = "The demo needs the sandbox: unset TOSS_CLIENT_KEY and TOSS_SECRET_KEY."
NOT_MADE = "(not made: no plan on offer leads there, or the sandbox was changed meanwhile)"
AFTER = """
Each link signs this browser in as that customer; a private window keeps your own.
The payment being confirmed is known within six minutes; until then the sandbox's clock waits."""
