"""Texts of the form for the notification address."""

from tossbill_ui.ui.shared.text import Text

LABEL = Text("알림 받을 이메일", "Email for notifications")
HINT = Text(
    "결제, 환불, 해지 소식을 보내요. 비우고 저장하면 보내지 않아요.",
    "We'll email you about payments, refunds and cancellations. Leave it blank to turn these off.",
)
SAVE = Text("저장하기", "Save")
SAVED = Text("저장했어요. 이 주소로 알림을 보내요.", "Saved. Notifications go to this address.")
CLEARED = Text(
    "이메일을 지웠어요. 알림을 보내지 않아요.", "Email removed. No notifications will be sent."
)
WRONG = Text(
    "이메일 주소가 맞는지 확인해 주세요. 예:\u00a0name@example.com",
    "Please check the email address. Example:\u00a0name@example.com",
)
NOBODY = Text("구독을 시작한 다음에 저장할 수 있어요.", "You can save it once you've subscribed.")
