"""Texts of the subscription page."""

from tossbill_ui.ui.shared.text import ByKind, Text

TITLE = Text("내 구독", "My subscriptions")
LOADING = Text("구독을 불러오고 있어요", "Loading your subscriptions")
EMPTY = Text("아직 구독이 없어요", "No subscriptions yet")
SIGN_IN = Text(
    "이미 구독 중이에요? 메일로 받은 인증번호로 들어오기",
    "Already subscribed? Sign in with an emailed code",
)
EMPTY_BODY = Text(
    "요금제를 고르면 여기에서 다음 결제일과 금액을 볼 수 있어요.",
    "Once you choose a plan, you'll see its next payment here.",
)

CHECKING = Text("결제 확인 중", "Confirming payment")
STATUS = {
    "starting": CHECKING,
    "trialing": Text("무료 체험 중", "Free trial"),
    "active": Text("이용 중", "Active"),
    "past_due": Text("결제 실패", "Payment failed"),
    "paused": Text("일시 정지", "Paused"),
    "canceled": Text("해지 예약", "Set to end"),
    "ended": Text("종료", "Ended"),
}

METHOD = Text("결제수단", "Payment method")
PRICE = Text("가격", "Price")
LOWER_NEXT = Text("{price}\n다음 결제부터 {coming}", "{price}\n{coming} from the next payment")
NEXT = Text("다음 결제", "Next payment")
FIRST = Text("첫 결제", "First payment")
RETRY = Text("다음 결제 시도", "Next attempt")
UNTIL = Text("이용 기간", "Access")
ENDED_ON = Text("끝난 날", "Ended on")
WORKS_UNTIL = Text("이용할 수 있는 날", "Access")
UNTIL_DAY = Text("{day}까지", "Until {day}")
ON_DAY = Text("{day}\n{amount}", "{day}\n{amount}")
MOVES_TO = Text("{day} {amount}\n{plan} 요금제로 바뀌어요", "{day} {amount}\nSwitches to {plan}")
WHEN_RESUMED = Text("다시 시작할 때 결제해요", "When you resume")
WAITS = Text("확인하고 있어요", "Being confirmed")
NOT_NOW = Text("지금은 이용할 수 없어요", "Not available now")

ASKING = Text("결제를 확인하고 있어요", "Confirming your payment")
ASKING_BODY = Text(
    "창을 닫아도 계속돼요. 두 번 결제되지 않아요.",
    "It continues even if you close this page. You won't be charged twice.",
)
IN_DOUBT = Text(
    "{amount}이 결제됐는지 확인하고 있어요", "We're checking whether {amount} was charged"
)
IN_DOUBT_BODY = ByKind(
    Text(
        "카드사의 답이 늦어져 아직 결제됐는지 몰라요. 두 번 결제되지 않으니 기다려 주세요. "
        "확인되면 여기에 바로 보여요.",
        "The card company hasn't answered yet, so we don't know the result. You won't be "
        "charged twice. The result will appear here.",
    ),
    Text(
        "은행의 답이 늦어져 아직 결제됐는지 몰라요. 두 번 결제되지 않으니 기다려 주세요. "
        "확인되면 여기에 바로 보여요.",
        "The bank hasn't answered yet, so we don't know the result. You won't be charged "
        "twice. The result will appear here.",
    ),
)
IN_DOUBT_CANCELED = Text(
    "결제됐으면 모두 돌려드려요.", "If it was charged, you'll be refunded in full."
)
PAST_DUE = Text("{amount}을 결제하지 못했어요", "We couldn't charge {amount}")
TRY_AGAIN_ON = Text("{day}에 다시 결제할게요.", "We'll try again on {day}.")
NEEDS_CARD = ByKind(
    Text("다른 카드로 바꾸면 바로 결제해요.", "Change to another card to pay right away."),
    Text(
        "다른 결제수단으로 바꾸면 바로 결제해요.",
        "Change to another payment method to pay right away.",
    ),
)
ACCESS_UNTIL = Text("{day}까지는 그대로 이용할 수 있어요.", "You keep access until {day}.")
THEN_NO_ACCESS = Text(
    "그 뒤에는 결제할 때까지 이용할 수 없어요.", "After that you have no access until it's paid."
)
NO_ACCESS = Text("결제할 때까지 이용할 수 없어요.", "You have no access until it's paid.")
BUYS = Text(
    "오늘 결제하면 {first}부터 {last}까지 이용할 수 있어요.",
    "If you pay today, you have access from {first} to {last}.",
)
ENDS_UNPAID = Text(
    "{day}까지 결제하지 못하면 그날 구독이 끝나요.",
    "If it isn't paid by {day}, your subscription ends that day.",
)
PAUSES_UNPAID = Text(
    "{day}까지 결제하지 못하면 그날 구독이 멈춰요.",
    "If it isn't paid by {day}, your subscription is paused that day.",
)
BOUGHT = Text("{first}부터 {last}까지 이용할 수 있어요.", "You have access from {first} to {last}.")
PAY_NOW = Text("지금 {amount} 결제하기", "Pay {amount} now")
CHANGE_AND_PAY = ByKind(
    Text("카드 바꾸고 바로 결제하기", "Change card and pay"),
    Text("결제수단 바꾸고 바로 결제하기", "Change payment method and pay"),
)
LOST = ByKind(
    Text("이 카드로는 더 결제할 수 없어요", "This card can no longer be charged"),
    Text("이 계좌로는 더 결제할 수 없어요", "This account can no longer be charged"),
)
LOST_BODY = Text(
    "{reason} 다음 결제 전에 다른 결제수단으로 바꿔 주세요. 지금 결제하는 금액은 없어요.",
    "{reason} Change to another payment method before the next payment. Nothing is charged now.",
)
EXPIRES = Text("카드를 {day}까지 쓸 수 있어요", "This card can be charged until {day}")
EXPIRES_BODY = Text(
    "그 뒤에는 이 카드로 결제할 수 없어요. 다른 결제수단으로 바꿔 주세요. "
    "지금 결제하는 금액은 없어요.",
    "After that, it stops working. Please change to another payment method. Nothing is charged "
    "now.",
)
BEGUN = Text("구독을 시작했어요", "Your subscription has started")
BEGUN_AGAIN = Text("구독을 다시 시작했어요", "Your subscription has resumed")
BEGUN_BODY = Text(
    "{method} {amount}을 결제했어요. {price}이고, 다음 결제일은 {day}이에요.",
    "{amount} was charged to {method}. It's {price}, and your next payment is on {day}.",
)
BEGUN_TRIAL = Text("무료 체험을 시작했어요", "Your free trial has started")
BEGUN_TRIAL_BODY = Text(
    "결제한 금액은 0원이에요. 체험은 {day}에 끝나고, 그 전에 계속할지 여쭤볼게요. "
    "계속하면 {method} {price}을 자동결제해요.",
    "Nothing was charged. The trial ends on {day}, and we'll ask you before that. If you "
    "continue, {price} is charged automatically to {method}.",
)
RESUME_REFUSED = Text("다시 시작하지 못했어요", "Your subscription wasn't resumed")
RESUME_REFUSED_BODY = Text(
    "구독은 그대로 멈춰 있고, 결제된 금액은 없어요.", "It stays paused, and nothing was charged."
)
SHOP_CHECKS = Text(
    "가게에서 확인하고 있어요. 확인되면 다시 결제할게요. 지금 결제하는 금액은 없어요.",
    "The shop is looking into it, and the payment is tried again after that. Nothing is charged "
    "now.",
)
ENDED_UNPAID = Text("결제하지 못해 구독이 끝났어요", "It ended because the payment failed")
ENDED_UNPAID_BODY = Text(
    "결제된 금액은 없어요. 언제든 다시 시작할 수 있어요.",
    "Nothing was charged. You can start again at any time.",
)
FIRST_REFUSED = Text("첫 결제를 하지 못했어요", "The first payment failed")
FIRST_REFUSED_BODY = ByKind(
    Text(
        "결제된 금액은 없고, 카드는 그대로 등록돼 있어요.",
        "Nothing was charged, and your card stays registered.",
    ),
    Text(
        "결제된 금액은 없고, 계좌는 그대로 등록돼 있어요.",
        "Nothing was charged, and your account stays registered.",
    ),
)
PAY_WITH_OTHER = ByKind(
    Text("다른 카드로 결제하기", "Pay with another card"),
    Text("다른 결제수단으로 결제하기", "Pay with another payment method"),
)
REFUND_ASKED = Text("{amount} 환불을 요청했어요", "Refund of {amount} requested")
REFUND_ASKED_BODY = ByKind(
    Text(
        "카드사에 따라 며칠 걸릴 수 있어요.",
        "It may take a few days, depending on the card company.",
    ),
    Text("은행에 따라 며칠 걸릴 수 있어요.", "It may take a few days, depending on the bank."),
)
REFUND_WAITS = Text("{amount}을 아직 돌려드리지 못했어요", "{amount} not refunded yet")
REFUND_WAITS_BODY = Text(
    "가게에서 확인하고 있어요. 더 결제하는 금액은 없어요.",
    "The shop is looking into it. Nothing more will be charged.",
)
REFUNDED = Text("{amount}을 돌려드렸어요", "{amount} refunded")
REFUNDED_BODY = ByKind(
    Text(
        "카드사에 따라 며칠 뒤에 보일 수 있어요.",
        "It may take a few days to show, depending on the card company.",
    ),
    Text(
        "은행에 따라 며칠 뒤에 보일 수 있어요.",
        "It may take a few days to show, depending on the bank.",
    ),
)

CANCEL = Text("해지하기", "Cancel")
UNDO = Text("해지 예약 취소하기", "Keep my subscription")
PAUSE = Text("잠시 멈추기", "Pause")
RESUME = Text("다시 시작하기", "Resume")
RESUME_OTHER = Text(
    "{amount} 결제하고 {plan} 요금제로 다시 시작하기", "Pay {amount} and resume with {plan}"
)
RESUME_PAYING = Text("{amount} 결제하고 다시 시작하기", "Pay {amount} and resume")
CHANGE = Text("결제수단 바꾸기", "Change payment method")
START_AGAIN = Text("다시 시작하기", "Start again")
OTHER_PLANS = Text("다른 요금제 보기", "View other plans")

CANCEL_TITLE = Text("{plan}, 언제 끝낼까요?", "When should {plan} end?")
CANCEL_WAIT_WHEN = Text("{day}까지 이용", "Use it until {day}")
CANCEL_WAIT = Text("{day}까지 쓰고 끝내기", "End on {day}")
CANCEL_WAIT_REFUND = Text("환불 {amount}", "Refund {amount}")
CANCEL_WAIT_HOW = Text(
    "끝나는 날까지 이용하고 더 결제하지 않아요. 그 전에는 되돌릴 수 있어요.",
    "You keep access until then and pay nothing more. You can change your mind before that.",
)
CANCEL_NOW_WHEN = Text("오늘 바로 끝남", "Ends today")
CANCEL_NOW = Text("지금 끝내기", "End now")
CANCEL_NOW_REFUND = Text("지금 끝내고 {amount} 돌려받기", "End now and get {amount} back")
CANCEL_NOW_BACK = Text("환불 {amount}", "Refund {amount}")
CANCEL_NOW_HOW = Text(
    "{price} 가운데 오늘을 포함해 남은 {left}일치예요 ({days}일 중). 1원 아래는 올려요. "
    "바로 이용이 끝나고 되돌릴 수 없어요.",
    "The share of {price} for the remaining {left} of {days} days, including today, rounded "
    "up to the won. Access ends immediately and this can't be undone.",
)
CANCEL_NOW_LESS = Text(
    "남은 {left}일치는 {share}이지만, 앞서 돌려드린 금액을 빼고 남은 {back}까지 돌려드려요. "
    "바로 이용이 끝나고 되돌릴 수 없어요.",
    "The share for the remaining {left} days is {share}, but only {back} of the payment is left "
    "after earlier refunds. Access ends immediately and this can't be undone.",
)
CANCEL_NOW_ALL_BACK = Text(
    "이번 기간에 결제한 금액은 이미 모두 돌려드렸어요. 바로 이용이 끝나고 되돌릴 수 없어요.",
    "Everything paid for this period has already been refunded. Access ends immediately and "
    "this can't be undone.",
)
CANCEL_NOW_NOTHING = Text(
    "이번 기간에 결제한 금액이 없어요. 바로 이용이 끝나고 되돌릴 수 없어요.",
    "Nothing was paid for this period. Access ends immediately and this can't be undone.",
)
KEEP = Text("계속 이용하기", "Keep my subscription")

PAUSE_TITLE = Text("{plan}, 잠시 멈출까요?", "Pause {plan}?")
PAUSE_WHEN = Text("{day}까지 그대로 이용", "Use it until {day}")
PAUSE_AMOUNT = Text("멈춘 동안 결제 {amount}", "Pay {amount} while paused")
PAUSE_HOW = Text(
    "이미 결제한 {day}까지는 그대로 이용할 수 있고, 멈춘 만큼 뒤로 밀리지는 않아요. 그때까지 다시 "
    "시작하면 그대로 이어지고, 그 뒤에 다시 시작하면 그날 결제하고 새 기간을 시작해요.",
    "You keep access until {day}, which is already paid for. Pausing doesn't move that day. If "
    "you resume by then, it simply continues. If you resume later, you pay that day and a new "
    "billing period starts.",
)
PAUSE_NOW = Text("구독 멈추기", "Pause my subscription")

METHOD_TITLE = Text("어떤 결제수단으로 바꿀까요?", "Which payment method would you like to use?")
METHOD_BODY = Text(
    "다음 결제부터 써요. 지금 결제하는 금액은 없어요.",
    "It will be used from the next payment. Nothing is charged now.",
)
METHOD_OWED = Text(
    "바꾸면 밀린 {amount}을 바로 결제해요.",
    "The outstanding {amount} is charged as soon as you change it.",
)
METHOD_TO = Text("{method} 바꾸기", "Use {method}")
METHOD_TO_AND_PAY = Text("{method} 바꾸고 {amount} 결제하기", "Use {method} and pay {amount}")
METHOD_NONE = Text(
    "바꿀 수 있는 다른 결제수단이 없어요. 새로 등록하면 이 구독에 바로 써요.",
    "You have no other payment method that can be charged. Once you register one, this "
    "subscription uses it.",
)
METHOD_KEEP = Text("그대로 두기", "Keep my current method")

DONE_CANCELED = Text(
    "해지를 예약했어요. 그날까지 이용하고 더 결제하지 않아요.",
    "Your subscription is set to end. You keep access until that day and pay nothing more.",
)
DONE_ENDED = Text(
    "구독을 끝냈어요. 더 결제하지 않아요.",
    "Your subscription has ended. Nothing more will be charged.",
)
DONE_UNDONE = Text("해지 예약을 취소했어요.", "Your cancellation was undone.")
DONE_PAUSED = Text(
    "구독을 멈췄어요. 다시 시작할 때까지 결제하지 않아요.",
    "Your subscription is paused. Nothing will be charged until you resume it.",
)
DONE_RESUMED = Text("구독을 다시 시작했어요.", "Your subscription has resumed.")
DONE_METHOD = Text("결제수단을 바꿨어요.", "Your payment method was changed.")
DONE_METHOD_PAYING = Text(
    "결제수단을 바꾸고 밀린 금액을 결제하고 있어요.",
    "Your payment method was changed, and the outstanding amount is being charged.",
)
PAID_BY_OTHER = Text(
    "결제수단을 바꿨어요. 밀린 {amount}도 결제했어요.",
    "Your payment method was changed, and the outstanding {amount} was paid.",
)
STILL_REFUSED = Text(
    "이번에도 결제하지 못했어요. 결제된 금액은 없어요.",
    "The payment failed again. Nothing was charged.",
)
PAID = Text("밀린 {amount}을 결제했어요.", "The outstanding {amount} was paid.")
DONE_PAYING = Text(
    "결제를 요청했어요. 결과는 여기에 바로 보여요.",
    "Payment requested. The result will appear here.",
)
NOT_OFFERED = Text(
    "지금은 이 구독에서 할 수 없는 일이에요. 바뀐 것과 결제된 금액은 없어요.",
    "This isn't possible for this subscription now. Nothing was changed or charged.",
)
NOT_YOURS = Text(
    "이 구독이나 결제수단을 찾을 수 없어요. 바뀐 것과 결제된 금액은 없어요.",
    "This subscription or payment method wasn't found. Nothing was changed or charged.",
)
