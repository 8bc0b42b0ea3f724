"""Texts about registering a payment method, and about the result."""

from tossbill_ui.ui.shared.text import ByKind, Text

NOTHING_CHARGED = Text("결제된 금액은 없어요.", "Nothing was charged.")

TITLE = Text("결제수단 등록", "Register a payment method")
TITLE_RESULT = Text("등록 결과", "Your registration")


REGISTER_TITLE = Text("카드를 등록할게요", "Register a card")
REGISTER_TITLE_EITHER = Text("카드나 계좌를 등록할게요", "Register a card or an account")
REGISTER_BODY = Text(
    "토스페이먼츠 창에서 정보를 입력하고 본인 확인을 하면 끝나요.",
    "Enter your details in the Toss Payments window and verify your identity. That's all.",
)
REGISTER_STORED = Text("저장하는 정보", "What we store")
REGISTER_STORED_VALUE = Text("카드사와 끝 번호", "Issuer and last digits")
REGISTER_STORED_EITHER = Text("카드사나 은행과 끝 번호", "Issuer or bank, and last digits")
REGISTER_CONSENT = Text(
    "등록하면 자동결제에 쓰는 데 동의하는 거예요. 쓰는 구독이 없으면 언제든 지울 수 있어요.",
    "By registering it, you agree that it may be charged automatically. You can remove it at any "
    "time while no subscription uses it.",
)
REGISTER_BUTTON = Text("카드 등록하기", "Register a card")
REGISTER_ACCOUNT = Text("계좌 등록하기", "Register a bank account")
REGISTER_OPENING = Text("등록창을 열고 있어요", "Opening the window")
REGISTER_UNDER_WAY = Text(
    "앞서 시작한 등록을 확인하고\u00a0있어요", "Your last registration is being confirmed"
)
REGISTER_UNDER_WAY_BODY = Text(
    "두 번 등록되지 않도록 먼저 한 등록이 끝나면 다시 시작할 수 있어요.\n결제된 금액은 없어요.",
    "Once that's settled, you can start again. This way nothing is registered twice.\n"
    "Nothing was charged.",
)
SDK_FAILED = Text("결제창을 열지 못했어요", "The window didn't open")
SDK_FAILED_BODY = Text(
    "광고 차단 기능을 끄고 다시 시도해 주세요. 등록된 것과 결제된 금액은 없어요.",
    "Turn off your ad blocker and try again. Nothing was registered or charged.",
)
RETRY = Text("다시 시도하기", "Try again")

WORKING_TITLE = ByKind(
    Text("카드를 확인하고 있어요", "Checking your card"),
    Text("계좌를 확인하고 있어요", "Checking your account"),
)
WORKING_BODY = Text(
    "창을 닫아도 등록은 계속돼요.\n결제된 금액은 없어요.",
    "Registration continues even if you close this page.\nNothing was charged.",
)
ISSUED_TITLE = ByKind(
    Text("카드를 등록했어요", "Your card is registered"),
    Text("계좌를 등록했어요", "Your account is registered"),
)
ISSUED_BODY = Text(
    "결제된 금액은 없어요.\n원할 때 이 결제수단으로 요금제를 시작할 수 있어요.",
    "Nothing was charged.\nYou can start a plan with it whenever you like.",
)
FAILED_TITLE = ByKind(
    Text("카드를 등록하지 못했어요", "We couldn't register your card"),
    Text("계좌를 등록하지 못했어요", "We couldn't register your account"),
)
CANCELED_TITLE = ByKind(
    Text("카드 등록을 멈췄어요", "Card registration canceled"),
    Text("계좌 등록을 멈췄어요", "Account registration canceled"),
)
CANCELED_BODY = Text(
    "결제된 금액은 없어요.\n원할 때 다시 시작할 수 있어요.",
    "Nothing was charged.\nYou can start again whenever you like.",
)
DOUBT_TITLE = Text("확인이 늦어지고 있어요", "This is taking longer than usual")
DOUBT_BODY = ByKind(
    Text(
        "카드사의 답을 기다리고 있어요. 두 번 등록되지 않으니 기다려 주세요.\n"
        "결제된 금액은 없어요.",
        "We're waiting to hear from the card company. Nothing will be registered twice.\n"
        "Nothing was charged.",
    ),
    Text(
        "은행의 답을 기다리고 있어요. 두 번 등록되지 않으니 기다려 주세요.\n결제된 금액은 없어요.",
        "We're waiting to hear from the bank. Nothing will be registered twice.\n"
        "Nothing was charged.",
    ),
)
USED_TITLE = Text("이미 처리한 등록이에요", "This registration is already complete")
USED_BODY = Text(
    "이 등록에는 다른 결제수단이 먼저 등록되어, 이번 것은 등록하지 않았어요.\n"
    "결제된 금액은 없어요.",
    "Another payment method was registered first, so this one wasn't.\nNothing was charged.",
)
OTHER_BROWSER_TITLE = Text(
    "이 브라우저에서는 볼 수 없는 등록이에요", "You can't view this registration here"
)
OTHER_BROWSER_BODY = Text(
    "등록을 시작한 브라우저에서 열어 주세요.\n여기서 등록된 것과 결제된 금액은 없어요.",
    "Open it in the browser where you started.\nNothing was registered or charged here.",
)
NOT_SHOWN_TITLE = Text(
    "여기에서는 등록 결과를 보여드릴 수 없어요", "This registration can't be shown here"
)
NOT_SHOWN_BODY = Text(
    "등록을 시작한 브라우저에서 열어 주세요.\n이 화면을 여는 것으로는 결제되지 않아요.",
    "Open it in the browser where you started.\nOpening this page charges nothing.",
)
SESSION_LOST_TITLE = Text("등록을 이어갈 수 없어요", "We can't continue the registration")
SESSION_LOST_BODY = Text(
    "브라우저의 쿠키가 사라져 누가 등록했는지 확인하지 못했어요.\n"
    "등록된 것과 결제된 금액은 없어요.",
    "Your browser's cookie is gone, so we couldn't tell who was registering.\n"
    "Nothing was registered or charged.",
)
NO_COOKIES_TITLE = Text("쿠키가 막혀 있어요", "Cookies are blocked")
NO_COOKIES_BODY = Text(
    "쿠키가 없으면 등록을 마치고 돌아왔을 때 누구인지 알 수 없어요.\n"
    "브라우저 설정에서 쿠키를 허용한 뒤 다시 열어 주세요. 등록된 것과 결제된 금액은 없어요.",
    "Without cookies we can't tell who you are when you come back from registering.\n"
    "Allow cookies in your browser's settings, then open this page again. "
    "Nothing was registered or charged.",
)
OPEN_AGAIN = Text("다시 열기", "Open again")
BAD_LINK_TITLE = Text("올바르지 않은 링크예요", "This link isn't valid")
BAD_LINK_BODY = Text(
    "등록된 것과 결제된 금액은 없어요.\n처음부터 다시 등록해 주세요.",
    "Nothing was registered or charged.\nPlease start again.",
)
NOTHING_TITLE = Text("확인할 등록이 없어요", "There is no registration to show")
NOTHING_BODY = Text(
    "등록을 시작하면 여기에서 결과를 볼 수 있어요.",
    "Once you register, the result will appear here.",
)
REMOVED_TITLE = Text("지운 결제수단이에요", "This payment method was removed")
REMOVED_BODY = Text(
    "등록했던 결제수단을 지웠어요.\n결제된 금액은 없어요.",
    "It's no longer stored.\nNothing was charged.",
)

VERIFY_EMAIL = Text(
    "이메일을 인증해 두면 다른 기기에서도 로그인할 수 있어요",
    "Verify your email to sign in on other devices",
)
TO_HISTORY = Text("결제 내역 보기", "View payment history")
TO_REGISTER = Text("카드 등록하기", "Register a card")
REGISTER_AGAIN = Text("다시 등록하기", "Start again")
REGISTER_ANOTHER = Text("다른 결제수단 등록하기", "Register another payment method")
CODE_LABEL = Text("오류 코드", "Error code")
MESSAGE_LABEL = Text("토스의 안내", "From Toss")
REGISTERED_AT = Text("등록한 시각", "Registered")
JSON_TITLE = Text(
    "토스 응답 (연습·테스트에서만 보여요)", "Toss response (sandbox and test mode only)"
)
