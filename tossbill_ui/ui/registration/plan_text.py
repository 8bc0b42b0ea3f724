"""Texts about registering for a plan and starting it."""

from tossbill_ui.ui.shared.text import Text

TODAY = Text("오늘 결제", "Due today")

NEXT = Text("다음 결제", "Next payment")

TRIAL_ENDS = Text("무료 체험이 끝나는 날", "Free trial ends")

PLAN = Text("요금제", "Plan")

ON_DAY = Text("{day}\n{amount}", "{day}\n{amount}")

ON_DAY_IF = Text("{day}\n계속하면 {amount}", "{day}\n{amount} if you continue")

CARD_FIRST_TITLE = Text(
    "카드를 등록하고\n{name} 구독을 시작해요", "Register a card\nand start {name}"
)

EITHER_FIRST_TITLE = Text(
    "카드나 계좌를 등록하고\n{name} 구독을 시작해요",
    "Register a card or an account\nand start {name}",
)

CARD_FIRST_BODY = Text(
    "등록하는 것만으로는 결제하지 않아요. 등록한 다음 금액을 확인하고 시작해요.",
    "Registering doesn't charge you. You'll review the amount before you start.",
)

CONFIRM_TITLE = Text("{name} 구독을 시작할게요", "Start {name}")

CONFIRM_BODY = Text(
    "아래 버튼을 눌러야 시작해요. 그 전에는 결제하지 않아요.",
    "Your subscription starts when you press the button below. Nothing is charged before that.",
)

CONSENT_PAID = Text(
    "버튼을 누르면 오늘 {amount}을 결제하고, 해지할 때까지 같은 결제수단으로 {price}을 "
    "자동결제하는 데 동의하는 거예요. 언제든 해지할 수 있어요.",
    "By pressing the button, you agree to pay {amount} today and {price} automatically with "
    "the same payment method until you cancel. You can cancel at any time.",
)

CONSENT_TRIAL = Text(
    "버튼을 누르면 무료 체험을 시작해요. {day}에 끝나기 전에 계속할지 여쭤보고, 그때 동의해야 "
    "이 결제수단으로 {price}을 자동결제해요. 답하지 않거나 그만두면 결제\u00a0없이 끝나요.",
    "Pressing the button starts your free trial. We'll ask you before it ends on {day}, and "
    "{price} is charged automatically to this payment method only if you agree then. If you "
    "don't answer, or you cancel, it ends without a charge.",
)

PAY = Text("{amount} 결제하고 시작하기", "Pay {amount} and start")

TRY = Text("무료\u00a0체험 시작하기 (오늘\u00a0{amount})", "Start free trial ({amount}\u00a0today)")

METHOD = Text("결제수단", "Payment method")

NEW_METHOD = Text("새로 등록해요", "A new one")

CHOOSE_METHOD = Text("어떤 결제수단으로 결제할까요?", "Which payment method should we use?")

PAYING = Text("결제를 요청하고 있어요", "Requesting the payment")

OTHER_CARD = Text("다른 카드 등록하기", "Register another card")

GONE_TITLE = Text("지금은 시작할 수 없는 요금제예요", "This plan isn't available")

GONE_BODY = Text(
    "판매가 끝났거나 주소가 바뀌었어요.\n결제된 금액은 없어요.",
    "It's no longer offered, or its address has changed.\nNothing was charged.",
)

SUBSCRIBED_TITLE = Text("이미 이용하고 있는 요금제예요", "You're already on this plan")

SUBSCRIBED_BODY = Text("한 번 더 결제하지 않았어요.", "You weren't charged again.")

CHANGED = Text(
    "그사이 요금제나 결제수단이 바뀌었어요. 이번에 결제된 금액은 없어요.",
    "The plan or the payment method has changed in the meantime. Nothing was charged this time.",
)

ISSUED_BESIDE = Text(
    "결제된 금액은 없고, 이용 중인 구독의 결제수단은 그대로예요.\n"
    "내 구독에서 이 결제수단으로 바꿀 수 있어요.",
    "Nothing was charged, and your subscriptions keep their payment method.\n"
    "You can switch them to this one in My subscriptions.",
)

TO_CONFIRM = Text("금액 확인하고 시작하기", "Review the amount and start")

ISSUED_FOR_PLAN = Text(
    "아직 결제하지 않았어요.\n다음 화면에서 금액을 확인하고 시작해요.",
    "Nothing has been charged yet.\nYou'll review the amount on the next page before you start.",
)
