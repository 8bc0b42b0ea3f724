"""Texts about the removal of a payment method."""

from tossbill_ui.ui.shared.text import Text

DONE = Text("결제수단을 지웠어요.", "Payment method removed.")
IN_DOUBT = Text(
    "지웠는지 확인하고 있어요. 확인되면 여기에 바로 보여요.",
    "We're checking whether it was removed. The result will appear here.",
)
REFUSED = Text(
    "지우지 못했어요. 결제수단은 그대로예요. 잠시 뒤 다시 시도해 주세요.",
    "It wasn't removed, and nothing has changed. Please try again later.",
)
