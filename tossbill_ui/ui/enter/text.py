"""Texts of the pages to come in by."""

from tossbill_ui.core.scope import Task
from tossbill_ui.ui.shared.text import Text

LINK_TITLE = Text("이 계정으로 계속할까요?", "Continue with this account?")
LINK_LEAD = Text(
    "{brand}의 구독과 결제를 보고 바꿀 수 있어요.",
    "View and change your {brand} subscription and payments.",
)
TASKS = {
    Task.PAY: Text(
        "{brand}에 밀린 금액을 결제하거나 결제수단을 바꿀 수 있어요.",
        "Pay what is due to {brand}, or change the payment method.",
    ),
    Task.METHOD: Text(
        "{brand} 구독의 결제수단을 바꿀 수 있어요.",
        "Change the payment method of your {brand} subscription.",
    ),
    Task.PRICE: Text(
        "{brand} 구독의 가격이 바뀌는 데 동의할지 정할 수 있어요.",
        "Answer about the price of your {brand} subscription.",
    ),
    Task.PLAN: Text(
        "{brand} 요금제를 바꿀 수 있어요.", "Change the plan of your {brand} subscription."
    ),
    Task.PAUSE: Text(
        "{brand} 구독을 잠시 멈추거나 다시 시작할 수 있어요.",
        "Pause or resume your {brand} subscription.",
    ),
    Task.CANCEL: Text("{brand} 구독을 해지할 수 있어요.", "Cancel your {brand} subscription."),
    Task.HISTORY: Text(
        "{brand} 구독의 결제 내역을 볼 수 있어요.",
        "View the payments of your {brand} subscription.",
    ),
}
ACCOUNT = Text("계정", "Account")
NAMELESS = Text("이름 없는 계정", "An account without a name")
MEMBER = Text("회원 {id}", "Member {id}")
CONTINUE = Text("계속하기", "Continue")
NOT_MINE = Text(
    "내 계정이 아니면 누르지 말고 이 창을 닫아 주세요.",
    "If this isn't your account, don't continue. Close this page.",
)
LEAVES_TITLE = Text("지금 {who}님으로 들어와 있어요.", "You're signed in as {who}.")
LEAVES_BODY = Text(
    "계속하면 이 브라우저에서 그 계정은 로그아웃돼요.",
    "If you continue, that account is signed out in this browser.",
)
HAS_TITLE = Text(
    "이 브라우저에 로그인하지 않고 쓰던 구독이나 결제수단이 있어요.",
    "This browser has a subscription or a payment method that belongs to no account yet.",
)
HAS_BODY = Text(
    "이 계정으로 합칠 수 있어요. 합치지 않으면 그대로 이어지지만, 이 브라우저에서는 더 볼 수 "
    "없어요.",
    "You can merge it into this account. If you don't, it goes on as it is, but this browser no "
    "longer shows it.",
)
LOSES_BODY = Text(
    "계속하면 그대로 이어지지만, 이 브라우저에서는 더 볼 수 없어요.",
    "If you continue, it goes on as it is, but this browser no longer shows it.",
)
LOSES_FIRST = Text(
    "내 구독에서 이메일 주소를 먼저 인증하면 나중에 인증번호로 다시 로그인할 수 있어요.",
    "Verify your email under Subscriptions first, and you can come back with a code.",
)
MERGE = Text("합치고 계속하기", "Merge and continue")
WITHOUT = Text("합치지 않고 계속하기", "Continue without merging")

TITLE = Text("이메일로 로그인하기", "Sign in by email")
LEAD = Text(
    "인증한 이메일 주소를 적으면 인증번호 6자리를 보내드려요.",
    "Enter your verified email address, and we'll send you a six-digit code.",
)
EMAIL = Text("이메일 주소", "Email address")
ASK_SHOP = Text(
    "인증한 이메일 주소가 없다면 쇼핑몰에서 다시 들어와 주세요.",
    "No verified email address? Ask for a new link at the shop.",
)
SEND = Text("인증번호 받기", "Send the code")
# Why the reader is here, above the form.
WHY = {
    "over": (
        Text("이 링크로는 들어올 수 없어요", "This link can't be used"),
        Text(
            "링크는 한 번만, 정해진 시간 안에만 열려요. 메일로 받은 인증번호로 들어올 수 있어요.",
            "A link works once and for a limited time. You can also sign in with an emailed code.",
        ),
    ),
    "ended": (
        Text("이 기기에서 로그아웃되었어요", "You were signed out on this device"),
        Text(
            "메일로 받은 인증번호로 다시 들어올 수 있어요.",
            "Sign in again with an emailed code.",
        ),
    ),
    "more": (
        Text("이 링크로는 이 일만 할 수 있어요", "This link is for one task only"),
        Text(
            "더 보려면 메일로 받은 인증번호로 들어오세요.",
            "To see more, sign in with an emailed code.",
        ),
    ),
    "needed": (
        Text("먼저 로그인해 주세요", "Please sign in first"),
        Text(
            "이 페이지는 쇼핑몰의 링크나 메일로 받은 인증번호로 들어올 수 있어요.",
            "Open this page by a link of the shop, or sign in with an emailed code.",
        ),
    ),
}
OTHER_TITLE = Text("다른 계정으로 열었어요", "Another account was opened")
OTHER_BODY = Text(
    "이 창은 이제 그 계정을 보여줘요. 앞의 계정은 이 브라우저에서 로그아웃되었어요.",
    "This page now shows that account. The one before was signed out in this browser.",
)
OTHER_ENTER = Text("이메일로 다른 계정에 로그인하기", "Sign in to another account by email")

CODE_TITLE = Text("메일로 받은 인증번호를 적어 주세요", "Enter the code from the email")
CODE_LEAD = Text(
    "로그인할 수 있는 주소라면 곧 메일이 도착해요. 인증번호는 10분 동안 쓸 수 있어요.",
    "If that address can sign in, an email arrives shortly. The code works for 10 minutes.",
)
CODE = Text("인증번호 6자리", "Six-digit code")
ENTER = Text("로그인하기", "Sign in")
AGAIN = Text("인증번호 다시 받기", "Get another code")
CHOICE_TITLE = Text("어느 계정으로 로그인할까요?", "Which account do you want?")
CHOICE_LEAD = Text(
    "이 이메일 주소로 인증한 계정이 여러 개예요.",
    "Several accounts have verified this email address.",
)
PROBLEMS = {
    "no_mail_address": Text(
        "이메일 주소가 맞는지 확인해 주세요.", "Please check the email address."
    ),
    "too_many_codes": Text(
        "인증번호를 너무 여러 번 받았어요. 한 시간 뒤에 다시 받아 주세요.",
        "Too many codes were sent. Please try again in an hour.",
    ),
    "code_over": Text(
        "인증번호의 시간이 지났거나 여러 번 틀렸어요. 새 인증번호를 받아 주세요.",
        "That code has expired or was wrong too often. Please get a new one.",
    ),
    "wrong_code": Text(
        "인증번호가 달라요. {left}번 더 적을 수 있어요.",
        "That isn't the code. You can try {left} more times.",
    ),
    "too_often": Text(
        "인증번호를 너무 자주 적었어요. 잠시 뒤에 다시 적어 주세요.",
        "Too many codes were tried. Please try again in a moment.",
    ),
    "foreign_form": Text(
        "이 페이지에서 보낸 것이 아니라서 받지 않았어요. 다시 적어 주세요.",
        "That wasn't sent from this page, so we didn't take it. Please enter it again.",
    ),
}
