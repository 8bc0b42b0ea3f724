"""Texts about plans and about starting a subscription."""

from tossbill_ui.ui.shared.text import Text

PRICE_WITH_TAX = Text("(부가세\u00a0포함)", "(VAT\u00a0included)")

HOME_TITLE = Text("어떤 구독을 시작할까요?", "Which plan would you like?")
HOME_BODY = Text(
    "결제할 금액과 날짜를 다음 화면에서 확인하고 시작해요.",
    "You'll see every amount and date on the next page before you start.",
)
START_PLAN = Text("{name} 시작하기", "Start {name}")
SEE_SUBSCRIPTION = Text("내 구독 보기", "View my subscription")
IN_USE = Text("이미 구독하고 있어요.", "You have a subscription to this plan.")
CARD_ONLY = Text("결제수단만 등록하기", "Just register a payment method")
WHEN_PAID = Text(
    "오늘 결제하고, 다음 결제일은 {day}이에요.", "You pay today. Your next payment is on {day}."
)
WHEN_TRIAL = Text(
    "오늘은 0원이에요. {day}에 체험이 끝나기 전에 계속할지 여쭤보고, 답이 없으면 "
    "결제\u00a0없이 끝나요.",
    "You pay nothing today. We'll ask you before the trial ends on {day}. If you don't "
    "answer, it ends without a charge.",
)


TO_PLANS = Text("요금제 보기", "View plans")
TO_SUBSCRIPTION = Text("내 구독 보기", "View my subscriptions")

TITLE = Text("요금제", "Plans")
