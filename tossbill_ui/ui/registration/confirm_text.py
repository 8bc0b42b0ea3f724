"""Texts of a return in another browser: in that one, and in the one that began."""

from __future__ import annotations

from tossbill_ui.ui.shared.text import ByKind, Text

TITLE = ByKind(
    Text("이 카드를 등록할까요?", "Register this card?"),
    Text("이 계좌를 등록할까요?", "Register this account?"),
)
BODY = Text(
    "등록을 시작한 브라우저가 아니어서 한 번 더 여쭤봐요.\n아직 등록된 것과 결제된 금액은 없어요.",
    "You began in another browser, so we ask once more.\n"
    "Nothing has been registered or charged yet.",
)
ACCOUNT = Text("등록할 계정", "Account")
UNKNOWN = Text("확인된 이름이나 이메일이 없어요", "No verified name or e-mail")
NUMBER = Text("계정 번호", "Account number")
PLAN = Text("요금제", "Plan")
METHOD_OF = Text("결제수단을 바꿀 구독", "Subscription to change")
STARTED = Text("등록을 시작한 시각", "Started")
TODAY = Text("등록하면 오늘 결제", "Due today")
WARNING_TITLE = Text("직접 시작한 등록이 아니면 누르지 마세요", "Didn't start this yourself?")
WARNING = Text(
    "등록하면 위 계정이 이 결제수단으로 결제해요. 다른 사람이 보낸 링크로 왔거나 계정이 낯설면 "
    "등록하지 마세요.",
    "The account above will pay with it. If somebody sent you a link, or you don't recognize the "
    "account, don't register.",
)
WARNING_OTHER = Text(
    "이 브라우저에서 쓰던 계정이 아니에요. 등록하면 위 계정이 이 결제수단으로 결제해요. 다른 "
    "사람이 보낸 링크로 왔거나 계정이 낯설면 등록하지 마세요.",
    "This isn't the account you use in this browser. The account above will pay with it. If "
    "somebody sent you a link, or you don't recognize the account, don't register.",
)
CONSENT_OWED = Text(
    "등록하면 밀린 {amount}을 오늘 결제하고, 앞으로 {plan} 자동결제에 이 결제수단을 쓰는 데 "
    "동의하는 거예요.",
    "By registering, you agree that it will be charged the outstanding {amount} today, and "
    "automatically for {plan} from now on.",
)
CONSENT_CHANGE = Text(
    "등록하면 앞으로 {plan} 자동결제에 이 결제수단을 쓰는 데 동의하는 거예요. 지금 결제하는 "
    "금액은 없어요.",
    "By registering, you agree that it will be charged automatically for {plan}. Nothing is "
    "charged now.",
)
CONSENT = Text(
    "등록하면 위 계정의 자동결제에 쓰는 데 동의하는 거예요. 지금 결제하는 금액은 없어요.",
    "By registering, you agree that the account above may charge it automatically. Nothing is "
    "charged now.",
)
YES = ByKind(Text("이 카드 등록하기", "Register this card"), Text("이 계좌 등록하기", "Register"))
YES_OWED = Text("등록하고 {amount} 결제하기", "Register and pay {amount}")
NO = Text("등록하지 않기", "Don't register")
UNTIL = Text(
    "10분 안에 누르지 않으면 등록하지 않고, 입력한 것을 지워요.",
    "If you don't press it within 10 minutes, nothing is registered and what you entered is "
    "deleted.",
)
CHANGED = Text(
    "그사이 결제할 금액이 바뀌어서 등록하지 않았어요. 다시 확인해 주세요.",
    "The amount due has changed in the meantime, so nothing was registered. Please check again.",
)
BUSY = Text(
    "이 계정의 다른 등록을 확인하고 있어서 아직 등록하지 않았어요. 잠시 뒤 다시 눌러 주세요.",
    "Another registration of this account is being confirmed, so this one wasn't sent yet. Please "
    "press again in a moment.",
)

DONE_BODY = Text(
    "계정 {number}에 등록했어요. 결제된 금액은 없어요.",
    "It belongs to account {number}. Nothing was charged.",
)
CONTINUE = Text(
    "이제 등록을 시작한 브라우저에서 이어가 주세요. 이 화면은 닫아도 돼요.",
    "Now continue in the browser where you began. You can close this page.",
)
FOLLOWS = Text(
    "결과는 등록을 시작한 브라우저에도 보여요.", "The result also appears where you began."
)
OVER_TITLE = Text("등록하지 않았어요", "Nothing was registered")
OVER_BODY = Text(
    "등록하겠다고 하지 않아 입력한 것을 지웠어요. 등록된 것과 결제된 금액은 없어요.\n"
    "등록하려면 시작한 브라우저에서 다시 등록해 주세요.",
    "You didn't say yes, so what you entered was deleted. Nothing was registered or charged.\n"
    "To register, start again in the browser where you began.",
)
REPLACED_TITLE = Text("다른 결제수단으로 이어졌어요", "It went on with another payment method")
REPLACED_BODY = Text(
    "여기에서 입력한 것으로 등록된 것과 결제된 금액은 없어요.\n"
    "결과는 등록을 시작한 브라우저에서 볼 수 있어요.",
    "With what you entered here, nothing was registered or charged.\n"
    "The result is in the browser where you began.",
)
CLOSED_TITLE = Text("이제 여기에서는 볼 수 없어요", "No longer shown here")
CLOSED_BODY = Text(
    "결과는 등록을 시작한 브라우저에서 볼 수 있어요.",
    "The result is in the browser where you began.",
)
FOREIGN_TITLE = Text("대답을 받지 않았어요", "We didn't take the answer")
FOREIGN_BODY = Text(
    "우리 화면에서 누른 것인지 확인하지 못했어요. 등록된 것과 결제된 금액은 없어요.\n"
    "등록을 시작한 브라우저에서 다시 등록해 주세요.",
    "We couldn't tell that it came from our page. Nothing was registered or charged.\n"
    "Please start again in the browser where you began.",
)

WAITS_TITLE = Text("다른 브라우저에서 등록할지 묻고 있어요", "We're asking in the other browser")
WAITS_BODY = Text(
    "정보를 입력한 브라우저에서 등록하기를 눌러 주세요. 10분 안에 누르지 않으면 등록하지 않아요.\n"
    "결제된 금액은 없어요.",
    "Press Register in the browser where you entered the details. Without that, nothing is "
    "registered after 10 minutes.\nNothing was charged.",
)
WAITS_ACCOUNT = Text(
    "그 화면의 계정 번호가 {number}인지 확인해 주세요.", "It should show account number {number}."
)
