"""Texts of the start page of a shop that offers no plans."""

from tossbill_ui.ui.shared.text import Text

HOME_TITLE = Text(
    "결제수단을 등록하고\n자동결제를 시작해요", "Register a card\nand pay automatically"
)

HOME_BODY = Text(
    "카드는 토스페이먼츠의 안전한 창에서 등록하고, 카드 번호는 저장하지 않아요.",
    "You register it in the secure Toss Payments window. We never store the card number.",
)

HOME_REGISTER = Text("카드 등록하기", "Register a card")
