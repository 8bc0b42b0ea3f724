"""What a customer reads when a wish about a subscription cannot be met, by our code."""

REFUSALS = {
    "already_subscribed": "이미 이용하고 있는 상품이에요.",
    "ended": "이미 끝난 구독이에요.",
    "in_use": "구독에 쓰고 있는 결제수단이에요. 먼저 다른 결제수단으로 바꿔 주세요.",
    "not_active": "이용 중인 구독만 바꿀 수 있어요.",
    "not_paid": "결제가 끝나지 않아 환불할 수 없어요.",
    "not_paused": "멈춰 둔 구독이 아니에요.",
    "nothing_owed": "밀린 결제가 없어요.",
    "payment_open": (
        "결제를 확인하고 있어요. 두 번 결제되지 않으니 확인이 끝난 뒤에 다시 해 주세요."
    ),
    "preview_changed": "그사이 금액이 바뀌었어요. 금액을 다시 확인해 주세요.",
    "refund_under_way": "앞서 요청한 환불을 처리하고 있어요.",
    "too_much": "남은 금액보다 많이 환불할 수 없어요.",
    "wrong_period": "결제를 확인하고 있어요. 잠시 뒤 다시 확인해 주세요.",
}
