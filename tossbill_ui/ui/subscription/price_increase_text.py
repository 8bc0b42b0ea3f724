"""Texts about a higher price, which a customer may accept or not; neither is made easier."""

from tossbill_ui.ui.shared.text import Text

TITLE = Text(
    "{day}부터 {after}\u00a0(부가세\u00a0포함)이에요", "From {day}, it's {after}, VAT included"
)
BODY = Text(
    "지금은 {before}이에요. 동의하지 않거나 답하지 않으면 그날 구독이 끝나고, 더 결제하지 않아요.",
    "It's {before} now. If you don't agree, or don't answer, your subscription ends on that "
    "day and nothing more is charged.",
)
ANSWER = Text("새 가격에 답하기", "Answer")
AGREED_TITLE = Text("새 가격에 동의했어요", "You agreed to the new price")
AGREED_BODY = Text(
    "{day}부터 {after}을 결제해요. 그 전에는 답을 바꿀 수 있어요.",
    "{after} will be charged from {day}. You can change your answer before that.",
)
REFUSED_TITLE = Text("새 가격에 동의하지 않았어요", "You didn't agree to the new price")
REFUSED_BODY = Text(
    "{last}까지 이용하고 더 결제하지 않아요. 그 전에는 답을 바꿀 수 있어요.",
    "You keep access until {last} and nothing more is charged. You can change your answer "
    "before that.",
)
CHANGE_ANSWER = Text("답 바꾸기", "Change your answer")

QUESTION = Text("{plan}, 새\u00a0가격으로 계속할까요?", "Continue {plan} at the new price?")
YES_WHEN = Text("{day}부터", "From {day}")
YES_AMOUNT = Text("{after}", "{after}")
YES_HOW = Text(
    "지금 {before}에서 {after}(부가세\u00a0포함)으로 올라요. {method} 자동결제해요. 지금 결제하는 "
    "금액은 없어요. 동의한 뒤에도 내\u00a0구독에서 언제든지 해지할\u00a0수\u00a0있어요.",
    "It goes up from {before} to {after}, VAT included, and will be charged automatically to "
    "{method}. Nothing is charged now. You can still cancel at any time in My subscriptions.",
)
YES = Text("동의해요", "I agree")
NO_WHEN = Text("{last}까지 이용", "Use it until {last}")
NO_AMOUNT = Text("더 결제하지 않아요", "Nothing more is charged")
NO_HOW = Text(
    "이번 기간을 다 이용하고 구독이 끝나요. {day} 전에는 답을 바꿀\u00a0수\u00a0있어요.",
    "Your subscription ends with the current period. You can change your answer before {day}.",
)
NO = Text("동의하지 않아요", "I don't agree")
LATER = Text("나중에 답하기", "Answer later")

DONE_AGREED = Text(
    "새 가격에 동의했어요. 지금 결제한 금액은 없어요.",
    "You agreed to the new price. Nothing was charged.",
)
DONE_REFUSED = Text(
    "동의하지 않았어요. 이번 기간까지 이용하고 더 결제하지 않아요.",
    "You didn't agree. You keep access until the period ends, and nothing more is charged.",
)
IF_AGREED = Text("{day}\n동의하면 {amount}", "{day}\n{amount} if you agree")
