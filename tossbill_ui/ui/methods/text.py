"""Texts of the page of payment methods."""

from tossbill_ui.ui.shared.text import Text

TITLE = Text("결제수단", "Payment methods")
LOADING = Text("결제수단을 불러오고 있어요", "Loading your payment methods")
EMPTY = Text("아직 등록한 결제수단이 없어요", "No payment methods yet")
EMPTY_BODY = Text(
    "등록하면 여기에서 어느 구독에 쓰는지 보고 지울 수 있어요.",
    "Once you register one, you'll see which subscription uses it, and can remove it here.",
)
REGISTER = Text("결제수단 등록하기", "Register a payment method")

KIND_SINCE = Text("{kind} · {day} 등록", "{kind} · registered {day}")
USED_BY = Text("{plans}에 사용 중", "In use for {plans}")
NEEDED_BY = Text("{plans}에 다른 결제수단이 필요해요", "{plans} needs another payment method")
KEPT = Text(
    "구독에 쓰고 있어서, 먼저 바꾼 뒤에 지울 수 있어요.",
    "A subscription uses it. You can remove it after you change that.",
)
CHANGE = Text("결제수단 바꾸기", "Change payment method")
UNUSED = Text("쓰는 구독이 없어요", "Not used by any subscription")
SAME = Text("같은 카드를 여러 번 등록했어요", "The same card is registered more than once")
EXPIRES = Text("{detail} · {month}까지", "{detail} · expires {month}")
DEFAULT = Text("기본", "Default")
DEFAULT_NOTE = Text(
    "새 구독을 시작할 때 기본 결제수단이 먼저 골라져 있어요. 이미 쓰고 있는 구독은 바뀌지 않아요.",
    "Your default is preselected when you start a new subscription. Existing subscriptions keep"
    " their payment method.",
)
MAKE_DEFAULT = Text("기본으로 정하기", "Make default")

REMOVE = Text("지우기", "Remove")
ASK = Text("이 결제수단을 지울까요?", "Remove this payment method?")
YES = Text("지울게요", "Remove it")
NO = Text("그대로 둘게요", "Keep it")
