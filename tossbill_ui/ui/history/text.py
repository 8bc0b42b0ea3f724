"""Words of the history."""

from tossbill_ui.core.actor import ActorKind
from tossbill_ui.events.types import EventType
from tossbill_ui.ui.shared.text import Text

TITLE = Text("결제 내역", "History")
LOADING = Text("내역을 불러오고 있어요", "Loading your history")
STALE = Text("새로 불러오지 못했어요", "It could not be brought up to date")
STALE_BODY = Text(
    "아래는 마지막으로 불러온 내역이에요. 이 화면에서 결제되는 금액은 없어요.",
    "Below is what was loaded last. Nothing is charged from this page.",
)
AGAIN = Text("다시 시도", "Try again")

EMPTY = Text("아직 결제한 내역이 없어요", "Nothing has been paid yet")
EMPTY_BODY = Text(
    "결제수단을 등록하거나 구독을 시작하면 여기에 모두 남아요.",
    "Payments, refunds and every change of a subscription will be kept here.",
)
EMPTY_FILTER = Text("이 조건에 맞는 내역이 없어요", "Nothing matches this choice")
CLEAR = Text("필터 지우기", "Clear the choice")

FILTER = Text("내역 고르기", "Choose what to see")
TOPIC = Text("종류", "Kind")
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
DAYS = Text("날짜 고르기", "Choose days")
SINCE = Text("시작일", "From")
UNTIL = Text("종료일", "To")
WRONG_ORDER = Text("시작일이 종료일보다 늦어요.", "The first day is later than the last one.")
SUBSCRIPTION = Text("구독", "Subscription")
EVERY_SUBSCRIPTION = Text("모든 구독", "All subscriptions")
SINCE_DAY = Text("{plan} ({day}부터)", "{plan} (since {day})")

NEWER = Text("최근 내역", "Newer")
OLDER = Text("지난 내역", "Older")
PAGES = Text("내역 넘기기", "More of the history")
CSV = Text("엑셀로 받기 (CSV)", "Download as CSV")
PRINT = Text("인쇄하기", "Print")
PRINTED = Text("{day} 인쇄", "Printed on {day}")
PRINTED_SCREEN = Text("화면에 보이는 {count}건만", "only the {count} lines on the screen")
PRINTED_FIRST = Text(
    "최근 {count}건만 인쇄해요. 나머지는 기간을 나누어 인쇄하거나 엑셀 파일로 받아 주세요.",
    "Only the newest {count} lines are here. For the rest, print shorter periods, or use the file.",
)
PRINTED_NONE = Text("이 조건에 맞는 내역이 없어요.", "Nothing matches this choice.")
PRINTED_SUM = Text("합계 (결제 완료, 환불 완료)", "Total of what was paid and refunded")
TO_REGISTER = Text("결제수단 등록하기", "Register a payment method")
TO_SUBSCRIPTION = Text("내 구독 보기", "See my subscriptions")

CHART = Text("최근 12개월 결제", "Paid in the last 12 months")
CHART_HOW = Text("환불을 뺀 금액이에요", "Refunds are taken off")
CHART_TABLE = Text("달마다 보기", "Month by month")
CHART_MONTH = Text("달", "Month")
CHART_AMOUNT = Text("결제 금액", "Paid")

PAYMENTS = {
    "first": Text("{plan} 첫 결제", "{plan}, first payment"),
    "renewal": Text("{plan} 정기 결제", "{plan}, renewal"),
    "change": Text("{plan} 상품 변경 결제", "{plan}, change of plan"),
    "resume": Text("{plan} 다시 시작 결제", "{plan}, started again"),
}
REFUND = Text("{plan} 환불", "{plan}, refund")
CHANGES = {
    EventType.TRIAL_STARTED: Text("{plan} 무료 체험 시작", "{plan}, free trial begun"),
    EventType.PLAN_CHANGED: Text("{plan} 상품으로 변경", "Moved to {plan}"),
    EventType.CHANGE_PLANNED: Text("{plan} 상품으로 변경 예약", "Move to {plan} planned"),
    EventType.CHANGE_DROPPED: Text("{plan} 상품 변경 취소", "{plan}, change of plan dropped"),
    EventType.PRICE_CONSENT_ASKED: Text(
        "{plan} 가격 변경 안내", "{plan}, asked about a higher price"
    ),
    EventType.PRICE_CONSENT_GIVEN: Text("{plan} 가격 변경 동의", "{plan}, higher price agreed to"),
    EventType.PRICE_CONSENT_REFUSED: Text("{plan} 가격 변경 거절", "{plan}, higher price refused"),
    EventType.METHOD_CHANGED: Text("{plan} 결제수단 변경", "{plan}, payment method changed"),
    EventType.PAUSED: Text("{plan} 일시 정지", "{plan} paused"),
    EventType.RESUMED: Text("{plan} 다시 시작", "{plan} started again"),
    EventType.CANCELED: Text("{plan} 해지 신청", "{plan}, cancellation asked for"),
    EventType.CANCEL_UNDONE: Text("{plan} 해지 취소", "{plan}, cancellation taken back"),
    EventType.SUBSCRIPTION_ENDED: Text("{plan} 구독 종료", "{plan} ended"),
}
CHANGES_OF_TRIAL = {
    EventType.PRICE_CONSENT_ASKED: Text(
        "{plan} 무료 체험 종료 안내", "{plan}, asked about the end of the trial"
    ),
    EventType.PRICE_CONSENT_GIVEN: Text(
        "{plan} 체험 뒤 이용 동의", "{plan}, agreed to go on after the trial"
    ),
    EventType.PRICE_CONSENT_REFUSED: Text(
        "{plan} 체험 뒤 이용 거절", "{plan}, to end with the trial"
    ),
}
CARD = Text("카드 등록", "Card registration")
ACCOUNT = Text("계좌 등록", "Account registration")

PAYMENT_STATUS = {
    "pending": Text("결제 중", "Under way"),
    "unknown": Text("확인 중", "Being checked"),
    "refused": Text("결제 실패", "Not paid"),
}
REFUND_STATUS = {
    "pending": Text("환불 중", "On its way"),
    "unknown": Text("환불 중", "On its way"),
    "refused": Text("환불 안 됨", "Not refunded"),
}
REFUND_DONE = Text("환불 완료", "Refunded")
CARD_STATUS = {
    "active": Text("사용 중", "In use"),
    "removing": Text("지우는 중", "Being removed"),
    "removed": Text("지움", "Removed"),
    "issuing": Text("확인 중", "Being checked"),
    "unknown": Text("확인 중", "Being checked"),
    "failed": Text("등록 안 됨", "Not registered"),
    "abandoned": Text("멈춤", "Stopped"),
}
MINUS = Text("−{amount}", "−{amount}")

PAID = Text("{amount}을 결제했어요.", "{amount} was charged.")
NOT_PAID = Text("{reason} 결제된 금액은 없어요.", "{reason} Nothing was charged.")
NEVER_CHARGED = Text(
    "카드사의 답이 없었지만, 확인해 보니 결제되지 않았어요.",
    "There was no answer, and we found out that it was not charged.",
)
REFUND_REFUSED = Text(
    "아직 돌려드리지 못했어요. 가게에서 확인하고 있어요.",
    "It has not gone back yet. The shop is looking into it.",
)
UNPAID_ENDED = Text(
    "결제하지 못해 구독을 끝냈어요. 더 결제하지 않아요.",
    "It ended because it could not be paid. Nothing more is charged.",
)
UNPAID_PAUSED = Text(
    "결제하지 못해 구독을 멈췄어요. 더 결제하지 않아요.",
    "It was paused because it could not be paid. Nothing more is charged.",
)
NOT_AGREED = Text(
    "새 가격에 동의하지 않아 구독을 끝냈어요. 더 결제하지 않아요.",
    "It ended because the new price was not agreed to. Nothing more is charged.",
)
TRIAL_OVER = Text(
    "계속 이용한다는 답이 없어 무료 체험으로 끝냈어요. 결제된 금액은 없어요.",
    "It ended with the free trial, since nobody wanted to go on. Nothing was charged.",
)
NOT_STARTED = Text(
    "첫 결제를 하지 못해 시작하지 않았어요. 결제된 금액은 없어요.",
    "It did not start because the first payment failed. Nothing was charged.",
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
ASKED_AT = Text("요청 시각", "Asked for")
TRIED_AT = Text("시도한 시각", "Tried")
WHEN = Text("시각", "Time")
BACK_AT = Text("환불 시각", "Refunded")
METHOD = Text("결제수단", "Paid with")
BACK_TO = Text("돌려받는 곳", "Goes back to")
PERIOD_PAID = Text("이용 기간", "For")
FROM_TO = Text("{first} ~ {last}", "{first} – {last}")
PRICE = Text("상품 가격", "Price")
CREDIT = Text("지난 상품의 남은 금액", "Left of the earlier plan")
SUPPLIED = Text("공급가액", "Supply amount")
VAT = Text("부가세", "VAT")
TAX_FREE = Text("면세 금액", "Tax-free part")
ORDER = Text("주문번호", "Order number")
OF_PAYMENT = Text("원래 결제", "Of the payment")
ON_DAY = Text("{day} · {amount}", "{day} · {amount}")
BACK = Text("환불", "Refund")
BACK_ON = Text("{amount} · {day} · {status}", "{amount} · {day} · {status}")
CODE = Text("오류 코드", "Code")
RECEIPT = Text("매출전표 보기", "See the receipt")

REMOVE = Text("지우기", "Remove")
REMOVE_ASK = Text("이 결제수단을 지울까요?", "Remove this payment method?")
REMOVE_YES = Text("지울게요", "Remove it")
REMOVE_NO = Text("그대로 둘게요", "Keep it")
REMOVE_IN_DOUBT = Text(
    "지웠는지 확인하고 있어요. 확인되면 여기에 바로 보여요.",
    "We are checking whether it is removed. The result is shown here at once.",
)
REMOVE_REFUSED = Text(
    "지우지 못했어요. 결제수단은 그대로예요. 잠시 뒤 다시 시도해 주세요.",
    "It was not removed and is as before. Please try again later.",
)
REMOVE_DONE = Text("결제수단을 지웠어요.", "The payment method is removed.")

CSV_COLUMNS = (
    Text("날짜", "Date"),
    Text("시각", "Time"),
    Text("종류", "Kind"),
    Text("내용", "What"),
    Text("상태", "Status"),
    Text("결제수단", "Payment method"),
    Text("결제 금액(원)", "Charged (KRW)"),
    Text("환불 금액(원)", "Refunded (KRW)"),
    Text("공급가액(원)", "Supply amount (KRW)"),
    Text("부가세(원)", "VAT (KRW)"),
    Text("면세 금액(원)", "Tax-free part (KRW)"),
    Text("이용 시작일", "For, from"),
    Text("이용 종료일", "For, to"),
    Text("주문번호", "Order number"),
    Text("매출전표", "Receipt"),
    Text("설명", "Note"),
)
CSV_PAID = Text("결제 완료", "Paid")
CSV_DONE = Text("완료", "Done")
