"""Texts of our own card form."""

from __future__ import annotations

from tossbill_ui.payment_methods.card_input import CardField
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.text.failures import FAILURES

# Stored with each consent. A changed `TERMS` needs a new version; a test compares both.
TERMS_VERSION = "2026-11-30"
TERMS = Text(
    "카드 번호, 유효기간, 생년월일(사업자등록번호), 카드 비밀번호 앞 두 자리를 {shop}에서 받아 "
    "카드 확인을 위해 토스페이먼츠에 전달하는 데 동의해요. {shop}에서는 이 정보를 저장하지 않아요.",
    "I agree that {shop} receives the card number, expiry date, date of birth (business number) "
    "and first two digits of the card password, and passes them on to Toss Payments to verify the "
    "card. {shop} doesn't store them.",
)

BODY = Text(
    "카드 정보를 입력하면 끝나요. 등록하는 것만으로는 결제하지 않아요.",
    "Enter your card details, and that's all. Registering doesn't charge you.",
)
BODY_CHANGE = Text(
    "카드를 등록하면 바로 바뀌어요.", "It changes as soon as your card is registered."
)
CHECK = Text(
    "표시한 곳을 다시 확인해 주세요. 입력한 카드 정보는 저장하지 않아서 모두 다시 입력해야 해요.\n"
    "결제된 금액은 없어요.",
    "Please check what is marked below. Card details aren't stored, so please enter all of them "
    "again.\nNothing was charged.",
)

LABELS: dict[str, Text] = {
    CardField.NUMBER: Text("카드 번호", "Card number"),
    CardField.EXPIRY: Text("유효기간", "Expiry date"),
    CardField.BIRTH: Text("생년월일 또는 사업자등록번호", "Date of birth or business number"),
    CardField.PASSWORD: Text("카드 비밀번호 앞 두 자리", "First two digits of the password"),
}
HINTS: dict[str, Text] = {
    CardField.NUMBER: Text("숫자 15자리나 16자리", "15 or 16 digits"),
    CardField.EXPIRY: Text("월과 연도, 예: 12/30", "Month and year, such as 12/30"),
    CardField.BIRTH: Text(
        "생년월일 6자리(예: 900101), 법인 카드는 사업자등록번호 10자리",
        "6 digits, such as 900101; for a company's card, the 10-digit business number",
    ),
    CardField.PASSWORD: Text("숫자 두 자리", "Two digits"),
}
WRONG: dict[str, Text] = {
    CardField.NUMBER: FAILURES["INVALID_CARD_NUMBER"],
    CardField.EXPIRY: FAILURES["INVALID_CARD_EXPIRATION"],
    CardField.BIRTH: Text(
        "생년월일이나 사업자등록번호를 다시 확인해 주세요.",
        "Please check the date of birth or business number.",
    ),
    CardField.PASSWORD: Text(
        "카드 비밀번호 앞 두 자리를 다시 확인해 주세요.",
        "Please check the first two digits of the card password.",
    ),
    CardField.AGREE: Text(
        "동의해야 카드를 등록할 수 있어요.", "A card can only be registered if you agree."
    ),
}

TOO_OFTEN_TITLE = Text("너무 여러 번 시도했어요", "Too many attempts")
TOO_OFTEN_BODY = Text(
    "카드를 너무 여러 번 등록하려고 했어요. 10분 뒤에 다시 시도해 주세요.\n"
    "이번에 등록된 것과 결제된 금액은 없어요.",
    "There were too many attempts to register a card. Please try again in 10 minutes.\n"
    "Nothing was registered or charged this time.",
)
FOREIGN_TITLE = Text("카드 정보를 받지 않았어요", "We didn't take the card details")
FOREIGN_BODY = Text(
    "우리 화면에서 보낸 것인지 확인하지 못했어요. 등록된 것과 결제된 금액은 없어요.\n"
    "등록 화면을 다시 열어 입력해 주세요.",
    "We couldn't tell that they were sent from our page. Nothing was registered or charged.\n"
    "Please open the page again and enter them there.",
)
CLOSED_BODY = Text(
    "이제는 다른 방법으로 등록해요. 등록된 것과 결제된 금액은 없어요.\n"
    "등록 화면을 다시 열어 주세요.",
    "Cards are registered another way now. Nothing was registered or charged.\n"
    "Please open the page again.",
)
