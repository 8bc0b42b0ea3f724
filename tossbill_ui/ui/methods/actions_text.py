"""Texts about what became of a press on the page of payment methods."""

from tossbill_ui.ui.shared.text import Text

DEFAULT = Text("기본 결제수단을 {method} 정했어요.", "{method} is now your default payment method.")
GONE = Text(
    "이미 없는 결제수단이에요. 바뀐 것은 없어요.", "That payment method is gone. Nothing changed."
)
DONE = Text("결제수단을 지웠어요.", "Payment method removed.")
IN_DOUBT = Text(
    "지웠는지 확인하고 있어요. 확인되면 여기에 바로 보여요.",
    "We're checking whether it was removed. The result will appear here.",
)
REFUSED = Text(
    "지우지 못했어요. 결제수단은 그대로예요. 잠시 뒤 다시 시도해 주세요.",
    "It wasn't removed, and nothing has changed. Please try again later.",
)
