"""Texts about the end of a trial, with the same names as in `price_increase_text`."""

from tossbill_ui.ui.shared.text import Text

TITLE = Text("무료 체험이 {day}에 끝나요", "Your free trial ends on {day}")
BODY = Text(
    "계속 이용하면 그날부터 {after}\u00a0(부가세\u00a0포함)이에요. 답하지 않으면 "
    "결제\u00a0없이 끝나요.",
    "If you continue, it costs {after} from then on, VAT included. If you don't answer, it ends "
    "without a charge.",
)
ANSWER = Text("계속할지 답하기", "Answer")
AGREED_TITLE = Text("체험이 끝나도 계속 이용해요", "You're continuing after the trial")
AGREED_BODY = Text(
    "{day}에 {amount}을 결제해요. 그 전에는 답을 바꿀 수 있어요.",
    "{amount} will be charged on {day}. You can change your answer before that.",
)
REFUSED_TITLE = Text("체험만 하고 끝나요", "Your subscription ends with the trial")
REFUSED_BODY = Text(
    "{last}까지 이용하고 결제\u00a0없이 끝나요. 그 전에는 답을 바꿀 수 있어요.",
    "You keep access until {last} and nothing is charged. You can change your answer before that.",
)
CHANGE_ANSWER = Text("답 바꾸기", "Change your answer")

QUESTION = Text(
    "{plan}, 무료\u00a0체험이 끝나도 계속할까요?", "Continue {plan} after the free trial?"
)
YES_WHEN = Text("{day}부터", "From {day}")
YES_AMOUNT = Text("{before} → {after}", "{before} → {after}")
YES_HOW = Text(
    "{after}(부가세\u00a0포함)을 {method} 자동결제해요. 첫 결제는 {day}이고, 지금 결제하는 금액은 "
    "없어요. 내 구독에서 언제든지 해지할 수 있어요.",
    "{after}, VAT included, will be charged automatically to {method}, starting on {day}. "
    "Nothing is charged now. You can cancel at any time in My subscriptions.",
)
YES = Text("계속 이용할게요", "Continue after the trial")
NO_WHEN = Text("{last}까지 이용", "Use it until {last}")
NO_AMOUNT = Text("결제하지 않아요", "Nothing is charged")
NO_HOW = Text(
    "체험을 다 쓰고 구독이 끝나요. 등록한 결제수단은 그대로 남아요. {day} 전에는 답을 "
    "바꿀 수 있어요.",
    "Your subscription ends with the trial. Your payment method stays registered. You can "
    "change your answer before {day}.",
)
NO = Text("체험만 하고 끝낼게요", "End with the trial")

DONE_AGREED = Text(
    "체험이 끝나도 계속 이용해요. 지금 결제한 금액은 없어요.",
    "Your subscription continues after the trial. Nothing was charged.",
)
DONE_REFUSED = Text(
    "체험까지만 이용하고 결제\u00a0없이 끝나요.",
    "You keep access until the trial ends, and nothing is charged.",
)
IF_AGREED = Text("{day}\n계속하면 {amount}", "{day}\n{amount} if you continue")

ENDS = Text("무료 체험이 끝나는 날", "Free trial ends")
ASKED_BEFORE = Text("{day}\n그 전에 계속할지 여쭤볼게요", "{day}\nWe'll ask you before then")
OVER = Text("무료 체험이 끝났어요", "Your free trial has ended")
OVER_BODY = Text(
    "계속 이용한다는 답이 없어 결제하지 않고 끝냈어요. 등록한 결제수단은 그대로 있어요.",
    "You didn't choose to continue, so it ended without a charge. Your payment method stays "
    "registered.",
)
