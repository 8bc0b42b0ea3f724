"""Refused requests about a subscription in a customer's words, by our code."""

from tossbill_ui.ui.shared.text import Text

REFUSALS = {
    "already_subscribed": Text("이미 이용하고 있는 요금제예요.", "You're already on this plan."),
    "ended": Text("이미 끝난 구독이에요.", "This subscription has ended."),
    "in_use": Text(
        "구독에 쓰고 있는 결제수단이에요. 먼저 다른 결제수단으로 바꿔 주세요.",
        "A subscription uses this payment method. Switch it to another one first.",
    ),
    "method_removed": Text(
        "등록된 결제수단이 없어요. 먼저 다른 결제수단으로 바꿔 주세요. 결제된 금액은 없어요.",
        "The payment method was removed. Please change to another one first. Nothing was charged.",
    ),
    "not_a_rise": Text(
        "더 비싼 가격에만 동의가 필요해요.", "Only a price increase needs your consent."
    ),
    "too_early": Text(
        "가격이 바뀌기 30일 전부터 동의할 수 있어요.",
        "You can agree from 30 days before the price changes.",
    ),
    "not_active": Text(
        "이용 중인 구독만 바꿀 수 있어요.", "Only an active subscription can be changed."
    ),
    "not_paid": Text(
        "결제가 끝나지 않아 환불할 수 없어요.",
        "The payment isn't complete, so it can't be refunded.",
    ),
    "not_paused": Text("멈춰 둔 구독이 아니에요.", "This subscription isn't paused."),
    "nothing_owed": Text("밀린 결제가 없어요.", "There is no outstanding payment."),
    "payment_open": Text(
        "결제를 확인하고 있어요. 두 번 결제되지 않으니 확인이 끝난 뒤에 다시 해 주세요.",
        "A payment is being confirmed. Please try again after that. You won't be charged twice.",
    ),
    "preview_changed": Text(
        "그사이 금액이 바뀌었어요. 금액을 다시 확인해 주세요.",
        "The amount has changed in the meantime. Please review it again.",
    ),
    "wrong_resolution": Text(
        "이 차이는 그렇게 처리할 수 없어요. 바뀐 것은 없어요.",
        "This difference can't be resolved that way. Nothing was changed.",
    ),
    "resolved_before": Text(
        "이미 다르게 처리했어요. 바뀐 것은 없어요.",
        "It was already resolved in another way. Nothing was changed.",
    ),
    "both_subscribed": Text(
        "두 계정에 모두 이용 중인 구독이 있어서 합칠 수 없어요. 한쪽 구독을 먼저 해지해 주세요.",
        "Both accounts have subscriptions, so they can't be merged. Cancel those of one first.",
    ),
    "both_linked": Text(
        "두 계정이 모두 가게의 회원이라서 합칠 수 없어요.",
        "Both accounts belong to members of the shop, so they can't be merged.",
    ),
    "not_linked": Text(
        "가게의 회원이 아니라서 합칠 수 없어요.",
        "Neither account belongs to a member of the shop, so they can't be merged.",
    ),
    "money_open": Text(
        "결제나 환불을 확인하고 있어요. 끝난 뒤에 합쳐 주세요.",
        "A payment or refund is being confirmed. Merge the accounts after that.",
    ),
    "registration_open": Text(
        "결제수단 등록을 확인하고 있어요. 끝난 뒤에 합쳐 주세요.",
        "A payment method is being registered. Merge the accounts after that.",
    ),
    "consent_open": Text(
        "가격에 동의할지 묻고 있어요. 먼저 답해 주세요.",
        "We asked whether you agree to a price. Please answer that first.",
    ),
    "cannot_resolve": Text(
        "토스의 지금 기록으로는 그렇게 처리할 수 없어요. 바뀐 것은 없어요.",
        "What Toss says now doesn't allow that. Nothing was changed.",
    ),
    "too_much": Text(
        "남은 금액보다 많이 환불할 수 없어요.", "The refund can't exceed the remaining amount."
    ),
    "price_exists": Text(
        "그날부터 적용되는 다른 가격이 이미 있어요.",
        "There is another price from that day on already.",
    ),
    "external_id_taken": Text(
        "그 회원 번호는 다른 고객이 쓰고 있어요.",
        "Another customer has this id of the shop.",
    ),
    "wrong_period": Text(
        "결제를 확인하고 있어요. 잠시 뒤 다시 확인해 주세요.",
        "A payment is being confirmed. Please check again in a moment.",
    ),
}
