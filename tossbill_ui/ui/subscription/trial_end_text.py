"""Words of a trial that ends: to go on for money or not; as `price_rise`, name for name."""

from tossbill_ui.ui.shared.text import Text

TITLE = Text("무료 체험이 {day}에 끝나요", "Your free trial ends on {day}")
BODY = Text(
    "계속 이용하면 그날부터 {after}이에요. 답하지 않으면 결제\u00a0없이 끝나요.",
    "If you go on, it costs {after} from then. Without an answer it ends, and nothing is charged.",
)
ANSWER = Text("계속할지 답하기", "Answer")
AGREED_TITLE = Text("체험이 끝나도 계속 이용해요", "It goes on after the trial")
AGREED_BODY = Text(
    "{day}에 {after}을 결제해요. 그 전에는 답을 바꿀 수 있어요.",
    "On {day} {after} is charged. You can change your answer before.",
)
REFUSED_TITLE = Text("체험만 하고 끝나요", "It ends with the trial")
REFUSED_BODY = Text(
    "{last}까지 이용하고 결제\u00a0없이 끝나요. 그 전에는 답을 바꿀 수 있어요.",
    "You use it until {last} and nothing is charged. You can change your answer before.",
)
CHANGE_ANSWER = Text("답 바꾸기", "Change your answer")

QUESTION = Text(
    "{plan}, 무료\u00a0체험이 끝나도 계속할까요?", "Go on with {plan} after the free trial?"
)
YES_WHEN = Text("{day}부터", "From {day}")
YES_AMOUNT = Text("{before} → {after}", "{before} → {after}")
YES_HOW = Text(
    "{price}(부가세\u00a0포함)을 {method} 자동결제해요. 첫 결제는 {day}이고, 지금 결제하는 금액은 "
    "없어요. 내 구독에서 언제든지 해지할 수 있어요.",
    "{price}, VAT included, is charged automatically to {method}, first on {day}. Nothing is "
    "charged now. You can cancel at any time under My subscriptions.",
)
YES = Text("계속 이용할게요", "Keep using it")
NO_WHEN = Text("{last}까지 이용", "Use it until {last}")
NO_AMOUNT = Text("결제하지 않아요", "Nothing is charged")
NO_HOW = Text(
    "체험을 다 쓰고 구독이 끝나요. 등록한 결제수단은 그대로 남아요. {day} 전에는 답을 "
    "바꿀 수 있어요.",
    "It ends with the trial. Your payment method stays registered. You can change your answer "
    "before {day}.",
)
NO = Text("체험만 하고 끝낼게요", "End with the trial")

DONE_AGREED = Text(
    "체험이 끝나도 계속 이용해요. 지금 결제한 금액은 없어요.",
    "It goes on after the trial. Nothing was charged now.",
)
DONE_REFUSED = Text(
    "체험까지만 이용하고 결제\u00a0없이 끝나요.",
    "You use it until the trial ends, and nothing is charged.",
)
IF_AGREED = Text("{day}\n계속하면 {amount}", "{day}\n{amount} if you go on")

ENDS = Text("무료 체험이 끝나는 날", "The free trial ends on")
ASKED_BEFORE = Text("{day}\n그 전에 계속할지 여쭤볼게요", "{day}\nWe ask you before then")
OVER = Text("무료 체험이 끝났어요", "The free trial is over")
OVER_BODY = Text(
    "계속 이용한다는 답이 없어 결제하지 않고 끝냈어요. 등록한 결제수단은 그대로 있어요.",
    "You did not say that you want to go on, so nothing was charged. Your payment method stays "
    "registered.",
)
