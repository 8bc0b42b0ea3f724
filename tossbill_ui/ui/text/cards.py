"""What frames every page, registering a payment method, and how that ended."""

from tossbill_ui.ui.text import ByKind, Text

NOTHING_CHARGED = Text("결제된 금액은 없어요.", "Nothing was charged.")

TITLE_HOME = Text("자동결제 등록", "Automatic payments")
TITLE_RESULT = Text("등록 결과", "Your registration")

HOME_TITLE = Text(
    "결제수단을 등록하고\n자동결제를 시작해요", "Register a card\nand pay automatically"
)
HOME_BODY = Text(
    "카드는 토스페이먼츠의 안전한 창에서 등록하고, 카드 번호는 저장하지 않아요.",
    "You register it in the secure window of Toss Payments. We never keep its number.",
)
HOME_REGISTER = Text("카드 등록하기", "Register a card")
HOME_HISTORY = Text("결제 내역 보기", "See the history")

REGISTER_TITLE = Text("카드를 등록할게요", "Register a card")
REGISTER_TITLE_EITHER = Text("카드나 계좌를 등록할게요", "Register a card or an account")
REGISTER_BODY = Text(
    "토스페이먼츠 창에서 정보를 입력하고 본인 확인을 하면 끝나요.",
    "Enter it in the window of Toss Payments and confirm that it is yours.",
)
REGISTER_STORED = Text("저장하는 정보", "What we keep")
REGISTER_STORED_VALUE = Text("카드사와 끝 번호", "The issuer and last digits")
REGISTER_STORED_EITHER = Text("카드사나 은행과 끝 번호", "The issuer or bank and last digits")
REGISTER_CONSENT = Text(
    "등록하면 자동결제에 쓰는 데 동의하는 거예요. 언제든 지울 수 있어요.",
    "By registering you agree to its use for automatic payments. You can remove it at any time.",
)
REGISTER_BUTTON = Text("카드 등록하기", "Register a card")
REGISTER_ACCOUNT = Text("계좌 등록하기", "Register a bank account")
REGISTER_OPENING = Text("등록창을 열고 있어요", "Opening the window")
REGISTER_UNDER_WAY = Text(
    "앞서 시작한 등록을 확인하고\u00a0있어요", "Your last registration is being checked"
)
REGISTER_UNDER_WAY_BODY = Text(
    "두 번 등록되지 않도록 먼저 한 등록이 끝나면 다시 시작할 수 있어요.\n결제된 금액은 없어요.",
    "You can start again once it is settled, so that nothing is registered twice.\n"
    "Nothing was charged.",
)
REGISTER_NO_SCRIPT = Text(
    "이 페이지는 자바스크립트가 필요해요. 브라우저 설정에서 켜 주세요.",
    "This page needs JavaScript. Please turn it on in your browser.",
)
SDK_FAILED = Text("결제창을 열지 못했어요", "The window did not open")
SDK_FAILED_BODY = Text(
    "광고 차단 기능을 끄고 다시 시도해 주세요. 등록된 것과 결제된 금액은 없어요.",
    "Turn off ad blocking and try again. Nothing was registered or charged.",
)
RETRY = Text("다시 시도하기", "Try again")

WORKING_TITLE = ByKind(
    Text("카드를 확인하고 있어요", "Checking your card"),
    Text("계좌를 확인하고 있어요", "Checking your account"),
)
WORKING_BODY = Text(
    "창을 닫아도 등록은 계속돼요.\n결제된 금액은 없어요.",
    "It goes on if you close this page.\nNothing was charged.",
)
ISSUED_TITLE = ByKind(
    Text("카드를 등록했어요", "Your card is registered"),
    Text("계좌를 등록했어요", "Your account is registered"),
)
ISSUED_BODY = Text(
    "다음 자동결제부터 이 결제수단을 써요.\n지금 결제된 금액은 없어요.",
    "It is used from the next automatic payment on.\nNothing was charged now.",
)
FAILED_TITLE = ByKind(
    Text("카드를 등록하지 못했어요", "Your card was not registered"),
    Text("계좌를 등록하지 못했어요", "Your account was not registered"),
)
CANCELED_TITLE = ByKind(
    Text("카드 등록을 멈췄어요", "You stopped the registration"),
    Text("계좌 등록을 멈췄어요", "You stopped the registration of your account"),
)
CANCELED_BODY = Text(
    "결제된 금액은 없어요.\n원할 때 다시 시작할 수 있어요.",
    "Nothing was charged.\nYou can start again whenever you like.",
)
DOUBT_TITLE = Text("확인이 늦어지고 있어요", "The answer is late")
DOUBT_BODY = ByKind(
    Text(
        "카드사의 답을 기다리고 있어요. 두 번 등록되지 않으니 기다려 주세요.\n"
        "결제된 금액은 없어요.",
        "We are waiting for the card company. Please wait: nothing is registered twice.\n"
        "Nothing was charged.",
    ),
    Text(
        "은행의 답을 기다리고 있어요. 두 번 등록되지 않으니 기다려 주세요.\n결제된 금액은 없어요.",
        "We are waiting for the bank. Please wait: nothing is registered twice.\n"
        "Nothing was charged.",
    ),
)
USED_TITLE = Text("이미 처리한 등록이에요", "This registration is done already")
USED_BODY = Text(
    "이 등록에는 다른 결제수단이 먼저 등록되어, 이번 것은 등록하지 않았어요.\n"
    "결제된 금액은 없어요.",
    "Another payment method was registered with it first, so this one was not.\n"
    "Nothing was charged.",
)
OTHER_BROWSER_TITLE = Text(
    "이 브라우저에서는 볼 수 없는 등록이에요", "This browser cannot see this registration"
)
OTHER_BROWSER_BODY = Text(
    "등록을 시작한 브라우저에서 열어 주세요.\n여기서 등록된 것과 결제된 금액은 없어요.",
    "Open it in the browser in which you started.\nNothing was registered or charged here.",
)
SESSION_LOST_TITLE = Text("등록을 이어갈 수 없어요", "We cannot go on")
SESSION_LOST_BODY = Text(
    "브라우저의 쿠키가 사라져 누가 등록했는지 확인하지 못했어요.\n"
    "등록된 것과 결제된 금액은 없어요.",
    "Your browser lost its cookie, so we could not tell who registered.\n"
    "Nothing was registered or charged.",
)
BAD_LINK_TITLE = Text("올바르지 않은 링크예요", "This link is not valid")
BAD_LINK_BODY = Text(
    "등록된 것과 결제된 금액은 없어요.\n처음부터 다시 등록해 주세요.",
    "Nothing was registered or charged.\nPlease start again.",
)
NOTHING_TITLE = Text("확인할 등록이 없어요", "There is nothing to show")
NOTHING_BODY = Text(
    "등록을 시작하면 여기에서 결과를 볼 수 있어요.",
    "Once you register, the result is shown here.",
)
REMOVED_TITLE = Text("지운 결제수단이에요", "This payment method was removed")
REMOVED_BODY = Text(
    "등록했던 결제수단을 지웠어요.\n결제된 금액은 없어요.",
    "It is not kept any more.\nNothing was charged.",
)

TO_HISTORY = Text("결제 내역 보기", "See the history")
TO_REGISTER = Text("카드 등록하기", "Register a card")
REGISTER_AGAIN = Text("다시 등록하기", "Start again")
REGISTER_ANOTHER = Text("다른 결제수단 등록하기", "Register another payment method")
TO_HOME = Text("처음으로", "Back to start")
CODE_LABEL = Text("오류 코드", "Code")
MESSAGE_LABEL = Text("토스의 안내", "What Toss says")
REGISTERED_AT = Text("등록한 시각", "Registered")
JSON_TITLE = Text(
    "토스 응답 (연습·테스트에서만 보여요)", "Toss's answer (shown in the sandbox and in test mode)"
)

OFFLINE = Text("연결이 끊겼어요.", "The connection is lost.")
OFFLINE_BODY = Text(
    "다시 이어지면 화면도 저절로 바뀌어요. 그동안 이 화면에서 새로 결제되는 금액은 없어요.",
    "This page catches up by itself. Nothing new is charged from it in the meantime.",
)
NOT_FOUND_TITLE = Text("페이지를 찾을 수 없어요", "Page not found")
NOT_FOUND_BODY = Text(
    "주소가 바뀌었거나 사라졌어요.\n결제된 금액은 없어요.",
    "The address changed or is gone.\nNothing was charged.",
)
BROKEN_TITLE = Text("화면을 보여드리지 못했어요", "This page could not be shown")
BROKEN_BODY = Text(
    "저희 쪽에 문제가 생겼어요. 불편을 드려 죄송합니다.\n"
    "새로 고치면 지금 상태를 볼 수 있고, 같은 등록이나 결제가 두 번 되지 않아요.",
    "Something went wrong on our side. We are sorry.\n"
    "Load it again to see how things stand: nothing is registered or charged twice.",
)
BROKEN_AGAIN = Text("다시 열기", "Load again")
BANNER = {
    "sandbox": Text(
        "연습 모드 · 실제 카드와 돈을 쓰지 않아요", "Sandbox · no real cards, no real money"
    ),
    "test": Text("테스트 모드 · 토스 테스트 환경이에요", "Test mode · Toss's test environment"),
}
# Written in the language that the reader would change to.
OTHER_LANGUAGE = {"ko": ("en", "English"), "en": ("ko", "한국어")}

UNKNOWN_ISSUER = Text("카드", "Card")
ACCOUNT = Text("계좌", "Account")
# Toss's own words for what a card is (contract §4.1).
CARD_WORDS = {
    "신용": Text("신용", "Credit"),
    "체크": Text("체크", "Debit"),
    "기프트": Text("기프트", "Gift card"),
    "개인": Text("개인", "personal"),
    "법인": Text("법인", "company"),
    "미확인": Text("미확인", "not known"),
}
