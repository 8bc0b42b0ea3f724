"""Words of a higher price that a customer may accept or not; neither way is the easier one."""

from tossbill_ui.ui.shared.text import Text

TITLE = Text("{day}부터 {after}이에요", "From {day} it costs {after}")
BODY = Text(
    "지금은 {before}이에요. 동의하지 않거나 답하지 않으면 그날 구독이 끝나고, 더 결제하지 않아요.",
    "It is {before} now. If you do not agree, or do not answer, it ends on that day and nothing "
    "more is charged.",
)
ANSWER = Text("새 가격에 답하기", "Answer")
AGREED_TITLE = Text("새 가격에 동의했어요", "You agreed to the new price")
AGREED_BODY = Text(
    "{day}부터 {after}을 결제해요. 그 전에는 답을 바꿀 수 있어요.",
    "From {day} {after} is charged. You can change your answer before.",
)
REFUSED_TITLE = Text("새 가격에 동의하지 않았어요", "You did not agree to the new price")
REFUSED_BODY = Text(
    "{last}까지 이용하고 더 결제하지 않아요. 그 전에는 답을 바꿀 수 있어요.",
    "You use it until {last} and nothing more is charged. You can change your answer before.",
)
CHANGE_ANSWER = Text("답 바꾸기", "Change your answer")

QUESTION = Text("{plan}, 새\u00a0가격으로 계속할까요?", "Go on with {plan} at the new price?")
YES_WHEN = Text("{day}부터", "From {day}")
YES_AMOUNT = Text("{after}", "{after}")
YES_HOW = Text(
    "지금 {before}에서 올라요. {method} 결제해요. 지금 결제하는 금액은 없어요. 동의한 뒤에도 "
    "내\u00a0구독에서 언제든지 해지할\u00a0수\u00a0있어요.",
    "It is {before} now. It is charged to {method}. Nothing is charged now. "
    "You can still cancel at any time under My subscriptions.",
)
YES = Text("동의해요", "I agree")
NO_WHEN = Text("{last}까지 이용", "Use it until {last}")
NO_AMOUNT = Text("더 결제하지 않아요", "Nothing more is charged")
NO_HOW = Text(
    "이번 기간을 다 이용하고 구독이 끝나요. {day} 전에는 답을 바꿀\u00a0수\u00a0있어요.",
    "It ends with the present period. You can change your answer before {day}.",
)
NO = Text("동의하지 않아요", "I do not agree")
LATER = Text("나중에 답하기", "Answer later")

DONE_AGREED = Text(
    "새 가격에 동의했어요. 지금 결제한 금액은 없어요.",
    "You agreed to the new price. Nothing was charged now.",
)
DONE_REFUSED = Text(
    "동의하지 않았어요. 이번 기간까지 이용하고 더 결제하지 않아요.",
    "You did not agree. You use it until the period ends, and nothing more is charged.",
)
IF_AGREED = Text("{day}\n동의하면 {amount}", "{day}\n{amount} if you agree")
