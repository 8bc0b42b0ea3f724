"""Texts of the history."""

from tossbill_ui.core.actor import ActorKind
from tossbill_ui.events.types import EventType
from tossbill_ui.ui.shared.text import Text

TITLE = Text("결제 내역", "Payment history")
LOADING = Text("내역을 불러오고 있어요", "Loading your history")
STALE = Text("새로 불러오지 못했어요", "We couldn't refresh your history")
STALE_BODY = Text(
    "아래는 마지막으로 불러온 내역이에요. 이 화면에서 결제되는 금액은 없어요.",
    "Below is what was last loaded. Nothing is charged from this page.",
)
AGAIN = Text("다시 시도", "Try again")

EMPTY = Text("아직 결제한 내역이 없어요", "No payments yet")
EMPTY_BODY = Text(
    "결제수단을 등록하거나 구독을 시작하면 여기에 모두 남아요.",
    "Payments, refunds and subscription changes will all appear here.",
)
EMPTY_FILTER = Text("이 조건에 맞는 내역이 없어요", "No entries match these filters")
EMPTY_FILTER_BODY = Text("다른 종류나 기간을 고르면 볼 수 있어요.", "Try another type or period.")
CLEAR = Text("필터 지우기", "Clear filters")

FILTER = Text("내역 고르기", "Filter history")
TOPIC = Text("종류", "Type")
ALL = Text("전체", "All")
TOPICS = {
    "all": ALL,
    "payment": Text("결제", "Payments"),
    "refund": Text("환불", "Refunds"),
    "change": Text("변경", "Changes"),
    "card": Text("카드", "Cards"),
}
PERIOD = Text("기간", "Period")
ALL_TIME = Text("전체 기간", "All time")
DAYS = Text("날짜 고르기", "Custom dates")
SINCE = Text("시작일", "From")
UNTIL = Text("종료일", "To")
WRONG_ORDER = Text("시작일이 종료일보다 늦어요.", "The start date is later than the end date.")
SUBSCRIPTION = Text("구독", "Subscription")
EVERY_SUBSCRIPTION = Text("모든 구독", "All subscriptions")
SINCE_DAY = Text("{plan} ({day}부터)", "{plan} (since {day})")

NEWER = Text("최근 내역", "Newer")
OLDER = Text("지난 내역", "Older")
PAGES = Text("내역 넘기기", "History pages")
CSV = Text("엑셀로 받기 (CSV)", "Download as CSV")
PRINT = Text("인쇄하기", "Print")
PRINTED = Text("{day} 인쇄", "Printed on {day}")
PRINTED_SCREEN = Text("화면에 보이는 {count}건만", "only the {count} entries on the screen")
PRINTED_FIRST = Text(
    "최근 {count}건만 인쇄해요. 나머지는 기간을 나누어 인쇄하거나 엑셀 파일로 받아 주세요.",
    "Only the latest {count} entries are printed. For the rest, print shorter periods or "
    "download the CSV file.",
)
PRINTED_NONE = Text("이 조건에 맞는 내역이 없어요.", "No entries match these filters.")
PRINTED_SUM = Text("합계 (결제 완료, 환불 완료)", "Total")

CHART = Text("최근 12개월 결제", "Paid in the last 12 months")
CHART_HOW = Text("환불을 뺀 금액이에요", "Net of refunds")
CHART_TABLE = Text("달마다 보기", "Month by month")
CHART_MONTH = Text("달", "Month")
CHART_AMOUNT = Text("결제 금액", "Paid")

PAYMENTS = {
    "first": Text("{plan} 첫 결제", "{plan}, first payment"),
    "renewal": Text("{plan} 정기 결제", "{plan}, renewal"),
    "change": Text("{plan} 요금제 변경 결제", "{plan}, plan change"),
    "resume": Text("{plan} 다시 시작 결제", "{plan}, resumed"),
}
REFUND = Text("{plan} 환불", "{plan}, refund")
CHANGES = {
    EventType.TRIAL_STARTED: Text("{plan} 무료 체험 시작", "{plan}, free trial started"),
    EventType.PLAN_CHANGED: Text("{plan} 요금제로 변경", "Changed to {plan}"),
    EventType.CHANGE_PLANNED: Text("{plan} 요금제로 변경 예약", "Change to {plan} scheduled"),
    EventType.CHANGE_DROPPED: Text("{plan} 요금제 변경 취소", "{plan}, plan change canceled"),
    EventType.PRICE_CONSENT_ASKED: Text(
        "{plan} 가격 변경 안내", "{plan}, price increase announced"
    ),
    EventType.PRICE_CONSENT_GIVEN: Text("{plan} 가격 변경 동의", "{plan}, price increase accepted"),
    EventType.PRICE_CONSENT_REFUSED: Text(
        "{plan} 가격 변경 거절", "{plan}, price increase declined"
    ),
    EventType.PRICE_LOWERED: Text("{plan} 가격 인하", "{plan}, price lowered"),
    EventType.METHOD_CHANGED: Text("{plan} 결제수단 변경", "{plan}, payment method changed"),
    EventType.PAUSED: Text("{plan} 일시 정지", "{plan} paused"),
    EventType.RESUMED: Text("{plan} 다시 시작", "{plan} resumed"),
    EventType.CANCELED: Text("{plan} 해지 신청", "{plan}, cancellation requested"),
    EventType.CANCEL_UNDONE: Text("{plan} 해지 취소", "{plan}, cancellation undone"),
    EventType.SUBSCRIPTION_ENDED: Text("{plan} 구독 종료", "{plan} ended"),
}
CHANGES_OF_TRIAL = {
    EventType.PRICE_CONSENT_ASKED: Text(
        "{plan} 무료 체험 종료 안내", "{plan}, trial end announced"
    ),
    EventType.PRICE_CONSENT_GIVEN: Text(
        "{plan} 체험 뒤 이용 동의", "{plan}, continuing after the trial"
    ),
    EventType.PRICE_CONSENT_REFUSED: Text(
        "{plan} 체험 뒤 이용 거절", "{plan}, ending with the trial"
    ),
}
CARD = Text("카드 등록", "Card registration")
ACCOUNT = Text("계좌 등록", "Account registration")

PAYMENT_STATUS = {
    "pending": Text("결제 중", "In progress"),
    "unknown": Text("확인 중", "Being confirmed"),
    "refused": Text("결제 실패", "Failed"),
}
REFUND_STATUS = {
    "pending": Text("환불 중", "In progress"),
    "unknown": Text("환불 중", "In progress"),
    "refused": Text("환불 안 됨", "Not refunded"),
}
REFUND_DONE = Text("환불 완료", "Refunded")
CARD_STATUS = {
    "active": Text("등록됨", "Registered"),
    "removing": Text("지우는 중", "Being removed"),
    "removed": Text("지움", "Removed"),
    "returned": Text("등록 여부 묻는 중", "Waiting for a yes"),
    "issuing": Text("확인 중", "Being confirmed"),
    "unknown": Text("확인 중", "Being confirmed"),
    "failed": Text("등록 안 됨", "Not registered"),
    "abandoned": Text("멈춤", "Canceled"),
}
MINUS = Text("−{amount}", "−{amount}")

PAID = Text("{amount}을 결제했어요.", "{amount} was charged.")
NOT_PAID = Text("{reason} 결제된 금액은 없어요.", "{reason} Nothing was charged.")
NEVER_CHARGED = Text(
    "카드사의 답이 없었지만, 확인해 보니 결제되지 않았어요.",
    "There was no answer, but we confirmed that nothing was charged.",
)
REFUNDED_AT_TOSS = Text("토스페이먼츠에서 환불했어요", "Refunded directly at Toss Payments")
NOTHING_LEFT = Text(
    "이미 모두 돌려드려서 더 환불하지 않았어요.",
    "Everything had been refunded already, so nothing more was refunded.",
)
REFUND_REFUSED = Text(
    "아직 돌려드리지 못했어요. 가게에서 확인하고 있어요.",
    "The refund hasn't gone through yet. The shop is looking into it.",
)
UNPAID_ENDED = Text(
    "결제하지 못해 구독을 끝냈어요. 더 결제하지 않아요.",
    "The subscription ended because the payment failed. Nothing more will be charged.",
)
UNPAID_PAUSED = Text(
    "결제하지 못해 구독을 멈췄어요. 더 결제하지 않아요.",
    "The subscription was paused because the payment failed. Nothing more will be charged.",
)
NOT_AGREED = Text(
    "새 가격에 동의하지 않아 구독을 끝냈어요. 더 결제하지 않아요.",
    "The subscription ended because you didn't agree to the new price. Nothing more will be "
    "charged.",
)
TRIAL_OVER = Text(
    "계속 이용한다는 답이 없어 무료 체험으로 끝냈어요. 결제된 금액은 없어요.",
    "The subscription ended with the free trial because you didn't choose to continue. "
    "Nothing was charged.",
)
NOT_STARTED = Text(
    "첫 결제를 하지 못해 시작하지 않았어요. 결제된 금액은 없어요.",
    "The subscription didn't start because the first payment failed. Nothing was charged.",
)
WHO = Text("누가", "By")
_AUTOMATICALLY, _THE_SHOP = Text("자동으로", "Automatically"), Text("가게에서", "The shop")
ACTORS = {
    ActorKind.CUSTOMER: Text("직접", "You"),
    ActorKind.ENGINE: _AUTOMATICALLY,
    ActorKind.TOSS: _AUTOMATICALLY,
    ActorKind.OPERATOR: _THE_SHOP,
    ActorKind.API_KEY: _THE_SHOP,
    ActorKind.COMMAND: _THE_SHOP,
}

PAID_AT = Text("결제 시각", "Charged")
ASKED_AT = Text("요청 시각", "Requested")
TRIED_AT = Text("시도한 시각", "Attempted")
WHEN = Text("시각", "Time")
BACK_AT = Text("환불 시각", "Refunded")
METHOD = Text("결제수단", "Payment method")
BACK_TO = Text("돌려받는 곳", "Refunded to")
PERIOD_PAID = Text("이용 기간", "Billing period")
FROM_TO = Text("{first} ~ {last}", "{first} – {last}")
PRICE = Text("요금제 가격", "Price")
CREDIT = Text("지난 요금제의 남은 금액", "Credit from previous plan")
SUPPLIED = Text("공급가액", "Net amount")
VAT = Text("부가세", "VAT")
TAX_FREE = Text("면세 금액", "Tax-free amount")
ORDER = Text("주문번호", "Order number")
OF_PAYMENT = Text("원래 결제", "Original payment")
ON_DAY = Text("{day} · {amount}", "{day} · {amount}")
BACK = Text("환불", "Refund")
BACK_ON = Text("{amount} · {day} · {status}", "{amount} · {day} · {status}")
CODE = Text("오류 코드", "Error code")


CSV_COLUMNS = (
    Text("날짜", "Date"),
    Text("시각", "Time"),
    Text("종류", "Type"),
    Text("내용", "Item"),
    Text("상태", "Status"),
    Text("결제수단", "Payment method"),
    Text("결제 금액(원)", "Charged (KRW)"),
    Text("환불 금액(원)", "Refunded (KRW)"),
    Text("공급가액(원)", "Net (KRW)"),
    Text("부가세(원)", "VAT (KRW)"),
    Text("면세 금액(원)", "Tax-free amount (KRW)"),
    Text("이용 시작일", "Period start"),
    Text("이용 종료일", "Period end"),
    Text("주문번호", "Order number"),
    Text("매출전표", "Receipt"),
    Text("설명", "Note"),
)
CSV_PAID = Text("결제 완료", "Paid")
CSV_DONE = Text("완료", "Done")
