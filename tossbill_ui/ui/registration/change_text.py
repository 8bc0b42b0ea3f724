"""Texts about registering a method that a subscription is changed to."""

from tossbill_ui.ui.shared.text import ByKind, Text

TITLE = Text("결제수단을 바꿀게요", "Change your payment method")
TITLE_OWED = Text(
    "결제수단을 바꾸고\n밀린 {amount}을 결제해요",
    "Change your payment method\nand pay {amount}",
)
BODY = Text(
    "토스페이먼츠 창에서 등록하면 바로 바뀌어요.",
    "It changes as soon as you register in the Toss Payments window.",
)
CONSENT = Text(
    "등록하면 앞으로 {plan} 자동결제에 이 결제수단을 쓰는 데 동의하는 거예요. "
    "지금 결제하는 금액은 없고, 언제든 해지할 수 있어요.",
    "By registering, you agree that it will be charged automatically for {plan}. Nothing is "
    "charged now, and you can cancel at any time.",
)
CONSENT_OWED = Text(
    "등록하면 밀린 {amount}을 오늘 결제하고, 앞으로 {plan} 자동결제에 이 결제수단을 쓰는 데 "
    "동의하는 거예요. 언제든 해지할 수 있어요.",
    "By registering, you agree that it will be charged the outstanding {amount} today, and "
    "automatically for {plan} from now on. You can cancel at any time.",
)
PRESS = ByKind(
    Text("새 카드 등록하고 바꾸기", "Register a new card"),
    Text("계좌 등록하고 바꾸기", "Register a bank account"),
)
PRESS_OWED = ByKind(
    Text("새 카드로 {amount} 결제하기", "Pay {amount} with a new card"),
    Text("계좌로 {amount} 결제하기", "Pay {amount} with a bank account"),
)
WAITS_TITLE = Text("결제를 확인하고 있어요", "Confirming your payment")
WAITS_BODY = Text(
    "두 번 결제되지 않도록, 확인이 끝나면 결제수단을 바꿀 수 있어요.\n이번에 결제된 금액은 없어요.",
    "You can change the payment method after that, so that you aren't charged twice.\n"
    "Nothing was charged this time.",
)
GONE_TITLE = Text("바꿀 구독을 찾을 수 없어요", "There is no subscription to change")
GONE_BODY = Text(
    "이미 끝났거나 다른 브라우저에서 시작한 구독이에요.\n결제된 금액은 없어요.",
    "It has ended, or was started in another browser.\nNothing was charged.",
)

DONE = ByKind(
    Text("카드를 바꿨어요", "Your card was changed"),
    Text("결제수단을 바꿨어요", "Your payment method was changed"),
)
DONE_BODY = Text(
    "{plan} 다음 결제부터 이 결제수단을 써요.\n지금 결제된 금액은 없어요.",
    "It will be used from the next payment of {plan}.\nNothing was charged.",
)
DONE_PAID = Text("밀린 {amount}도 결제했어요.", "The outstanding {amount} was paid too.")
PAYING_BODY = Text(
    "밀린 {amount}을 결제하고 있어요. 창을 닫아도 계속돼요.\n두 번 결제되지 않아요.",
    "The outstanding {amount} is being charged. It continues even if you close this page.\n"
    "You won't be charged twice.",
)
DOUBT_BODY = ByKind(
    Text(
        "카드를 바꿨고, 밀린 {amount}은 카드사의 답이 늦어져 아직 결제됐는지 몰라요. "
        "두 번 결제되지 않으니 기다려 주세요.",
        "Your card was changed. The card company hasn't answered yet, so we don't know whether "
        "the outstanding {amount} was charged. Please wait: you won't be charged twice.",
    ),
    Text(
        "결제수단을 바꿨고, 밀린 {amount}은 은행의 답이 늦어져 아직 결제됐는지 몰라요. "
        "두 번 결제되지 않으니 기다려 주세요.",
        "Your payment method was changed. The bank hasn't answered yet, so we don't know whether "
        "the outstanding {amount} was charged. Please wait: you won't be charged twice.",
    ),
)
REFUSED = ByKind(
    Text("카드를 바꿨지만\n결제하지 못했어요", "Your card was changed,\nbut the payment failed"),
    Text(
        "결제수단을 바꿨지만\n결제하지 못했어요",
        "Your payment method was changed,\nbut the payment failed",
    ),
)
REFUSED_BODY = Text(
    "{reason} 밀린 {amount}은 그대로이고, 이번에 결제된 금액은 없어요.\n"
    "다른 결제수단을 등록하면 바로 다시 결제해요.",
    "{reason} The outstanding {amount} is still due, and nothing was charged this time.\n"
    "Register another payment method to pay right away.",
)
ANOTHER = Text("다른 결제수단으로 결제하기", "Pay with another payment method")
NOT_CHANGED_BODY = Text(
    "그사이 구독이 끝났거나 결제를 확인하고 있어서 {plan} 결제수단은 바꾸지 않았어요.\n"
    "이 결제수단으로 결제된 금액은 없어요.",
    "The payment method of {plan} wasn't changed, because the subscription has ended or a "
    "payment is being confirmed.\nNothing was charged to the new one.",
)
