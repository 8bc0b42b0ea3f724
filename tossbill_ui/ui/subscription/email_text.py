"""Texts of the form for the notification address, and of its verification."""

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
LIMITED = Text(
    "이 링크로는 이메일을 바꿀 수 없어요. 이메일로 로그인한 다음에 바꿔 주세요.",
    "This link can't change your email. Sign in by email first.",
)

VERIFIED = Text(
    "인증한 주소예요. 다른 기기에서도 이 주소로 로그인할 수 있어요.",
    "Verified. You can sign in with this address on any device.",
)
UNVERIFIED = Text(
    "이 주소를 인증하면 다른 기기에서도 로그인할 수 있어요.",
    "Verify this address to sign in on other devices.",
)
AFTER_ANOTHER = Text(
    "이 주소를 인증할 때까지는 전에 인증한 주소로 로그인해요.",
    "Until you verify this address, your previous one signs you in.",
)
VERIFY = Text("인증하기", "Verify")
SENT = Text(
    "인증번호 6자리를 보냈어요. 10분 안에 입력해 주세요.",
    "We've sent a 6-digit code. Enter it within 10 minutes.",
)
DONE = Text("이 주소를 인증했어요.", "This address is verified.")
CODE = Text("인증번호", "Code")
CONFIRM = Text("확인하기", "Confirm")
AGAIN = Text("다시 받기", "Send again")
WRONG_CODE = Text(
    "인증번호가 달라요. {left}번 더 입력할 수 있어요.",
    "That's not the code. Tries left: {left}.",
)
CODE_OVER = Text(
    "이 인증번호는 더 쓸 수 없어요. 다시 받아 주세요.",
    "This code can't be used any more. Please get another one.",
)
TOO_MANY = Text(
    "인증번호를 너무 여러 번 받았어요. 한 시간 뒤에 다시 받아 주세요.",
    "Too many codes were sent. Please try again in an hour.",
)
