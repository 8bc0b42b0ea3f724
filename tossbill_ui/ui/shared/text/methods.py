"""Texts about cards and bank accounts."""

from tossbill_ui.ui.shared.text import Text

UNKNOWN_ISSUER = Text("카드", "Card")

ACCOUNT = Text("계좌", "Account")

SINCE = Text("{day} 등록", "Registered {day}")
EXPIRED = Text("유효기간이 지났어요.", "It has expired.")

# Toss's own values for the type and owner of a card (contract §4.1).
CARD_WORDS = {
    "신용": Text("신용", "Credit"),
    "체크": Text("체크", "Debit"),
    "기프트": Text("기프트", "Gift card"),
    "개인": Text("개인", "personal"),
    "법인": Text("법인", "corporate"),
    "미확인": Text("미확인", "unknown"),
}
