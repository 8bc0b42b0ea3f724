"""Korean words of the subscription page; the rules of `ko` hold."""

TITLE = "내 구독"
LOADING = "구독을 불러오고 있어요"
EMPTY, EMPTY_BODY = (
    "아직 구독이 없어요",
    "상품을 고르면 여기에서 다음 결제일과 금액을 볼 수 있어요.",
)

CHECKING = "결제 확인 중"
STATUS = {
    "starting": CHECKING,
    "trialing": "무료 체험 중",
    "active": "이용 중",
    "past_due": "결제 실패",
    "paused": "일시 정지",
    "canceled": "해지 예약",
    "ended": "종료",
}

METHOD = "결제수단"
NEXT, FIRST, RETRY = "다음 결제", "첫 결제", "다음 결제 시도"
UNTIL, ENDED_ON, WORKS_UNTIL = "이용 기간", "끝난 날", "이용할 수 있는 날"
UNTIL_DAY = "{day}까지"
ON_DAY = "{day}\n{amount}"
MOVES_TO = "{day}\n{plan} 상품으로 바뀌어요"
WHEN_RESUMED = "다시 시작할 때 결제해요"
WAITS = "확인하고 있어요"
NOT_NOW = "지금은 이용할 수 없어요"

ASKING = "결제를 확인하고 있어요"
ASKING_BODY = "창을 닫아도 계속돼요. 두\u00a0번 결제되지 않아요."
IN_DOUBT = "{amount}이 결제됐는지 확인하고 있어요"
IN_DOUBT_BODY = (
    "카드사의 답이 늦어져 아직 결제됐는지 몰라요. 두\u00a0번 결제되지 않으니 기다려 주세요. "
    "확인되면 여기에 바로 보여요."
)
IN_DOUBT_CANCELED = "결제됐으면 모두 돌려드려요."
PAST_DUE = "{amount}을 결제하지 못했어요"
TRY_AGAIN_ON = "{day}에 다시 결제할게요."
NEEDS_CARD = "다른 카드로 바꾸면 바로 결제해요."
ACCESS_UNTIL = "{day}까지는 그대로 이용할\u00a0수\u00a0있어요."
NO_ACCESS = "결제할 때까지 이용할\u00a0수\u00a0없어요."
PAY_NOW = "지금 {amount} 결제하기"
CHANGE_AND_PAY = "카드 바꾸고 바로 결제하기"
FIRST_REFUSED = "첫 결제를 하지 못했어요"
FIRST_REFUSED_BODY = "결제된 금액은 없고, 카드는 그대로 등록돼 있어요."
PAY_WITH_OTHER = "다른 카드로 결제하기"
REFUND_ASKED = "{amount} 환불을 요청했어요"
REFUND_ASKED_BODY = "카드사에 따라 며칠 걸릴 수 있어요."
REFUNDED = "{amount}을 돌려드렸어요"
REFUNDED_BODY = "카드사에 따라 며칠 뒤에 보일 수 있어요."

CANCEL, UNDO, PAUSE, RESUME = "해지하기", "해지 예약 취소하기", "잠시 멈추기", "다시 시작하기"
CHANGE = "결제수단 바꾸기"

CANCEL_TITLE = "{plan}, 언제 끝낼까요?"
CANCEL_WAIT_WHEN = "{day}까지 이용"
CANCEL_WAIT = "{day}까지 쓰고 끝내기"
CANCEL_WAIT_REFUND = "환불 {amount}"
CANCEL_WAIT_HOW = "끝나는 날까지 이용하고 더 결제하지 않아요. 그 전에는 되돌릴\u00a0수\u00a0있어요."
CANCEL_NOW_WHEN = "오늘 바로 끝남"
CANCEL_NOW = "지금 끝내기"
CANCEL_NOW_REFUND = "지금 끝내고 {amount} 돌려받기"
CANCEL_NOW_BACK = "환불 {amount}"
CANCEL_NOW_HOW = (
    "{price} 가운데 오늘을 포함해 남은 {left}일치예요 ({days}일 중). 1원 아래는 올려요. "
    "바로 이용이 끝나고 되돌릴\u00a0수\u00a0없어요."
)
CANCEL_NOW_LESS = (
    "남은 {left}일치에서 앞서 돌려드린 금액을 뺐어요. "
    "바로 이용이 끝나고 되돌릴\u00a0수\u00a0없어요."
)
CANCEL_NOW_NOTHING = (
    "이번 기간에 결제한 금액이 없어요. 바로 이용이 끝나고 되돌릴\u00a0수\u00a0없어요."
)
KEEP = "계속 이용하기"

METHOD_TITLE = "어떤 결제수단으로 바꿀까요?"
METHOD_BODY = "다음 결제부터 써요. 지금 결제하는 금액은 없어요."
METHOD_OWED = "바꾸면 밀린 {amount}을 바로 결제해요."
METHOD_TO = "{method} 바꾸기"
METHOD_TO_AND_PAY = "{method} 바꾸고 {amount} 결제하기"
METHOD_NONE = "바꿀 수 있는 다른 결제수단이 없어요. 새로 등록한 다음 여기에서 바꿔 주세요."
METHOD_KEEP = "그대로 두기"

DONE_CANCELED = "해지를 예약했어요. 그날까지 이용하고 더 결제하지 않아요."
DONE_ENDED = "구독을 끝냈어요. 더 결제하지 않아요."
DONE_UNDONE = "해지 예약을 취소했어요."
DONE_PAUSED = "구독을 멈췄어요. 다시 시작할 때까지 결제하지 않아요."
DONE_RESUMED = "구독을 다시 시작해요."
DONE_METHOD = "결제수단을 바꿨어요."
DONE_METHOD_PAYING = "결제수단을 바꾸고 밀린 금액을 결제하고 있어요."
DONE_PAYING = "결제를 요청했어요. 결과는 여기에 바로 보여요."
NOT_YOURS = "이 구독이나 결제수단을 찾을 수 없어요. 바뀐 것과 결제된 금액은 없어요."
