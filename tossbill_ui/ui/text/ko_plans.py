"""Korean words of plans, subscribing and subscriptions; the rules of `ko` hold."""

WEEKDAYS = "월화수목금토일"
PERIODS = {"week": "주", "month": "월", "year": "연"}
PERIODS_COUNTED = {"week": "{}주마다", "month": "{}개월마다", "year": "{}년마다"}
PRICE = "{period}\u00a0{amount}"
PRICE_WITH_TAX = "(부가세\u00a0포함)"

HOME_TITLE = "어떤 구독을 시작할까요?"
HOME_BODY = "결제할 금액과 날짜를 다음 화면에서 확인하고 시작해요."
START_PLAN = "{name} 시작하기"
SEE_SUBSCRIPTION = "이용 중인 구독 보기"
CARD_ONLY = "카드만 등록하기"
WHEN_PAID = "오늘 결제하고, 다음 결제일은 {day}이에요."
WHEN_TRIAL = "오늘은 0원이고, {day}에 처음 결제해요."

TODAY, NEXT, FIRST, PLAN = "오늘 결제", "다음 결제", "첫 결제", "상품"
ON_DAY = "{day}\n{amount}"
CARD_FIRST_TITLE = "카드를 등록하고\n{name} 구독을 시작해요"
CARD_FIRST_BODY = (
    "카드를 등록하는 것만으로는 결제하지 않아요. 등록한 다음 금액을 확인하고 시작해요."
)
CONFIRM_TITLE = "{name} 구독을 시작할게요"
CONFIRM_BODY = "아래 버튼을 눌러야 시작해요. 그 전에는 결제하지 않아요."
CONSENT_PAID = (
    "버튼을 누르면 오늘 {amount}을 결제하고, 해지할 때까지 같은 결제수단으로 {price}을 "
    "자동결제하는 데 동의하는 거예요. 언제든 해지할\u00a0수\u00a0있어요."
)
CONSENT_TRIAL = (
    "버튼을 누르면 {day}부터 해지할 때까지 이 결제수단으로 {price}을 자동결제하는 데 동의하는 "
    "거예요. 그 전에 해지하면 결제하지 않아요."
)
PAY_WITH = "{method} {amount} 결제하고 시작하기"
TRY_WITH = "{method} 무료 체험 시작하기 (오늘\u00a0{amount})"
PAYING = "결제를 요청하고 있어요"
BY, BY_AFTER_CONSONANT = "로", "으로"
OTHER_CARD = "다른 카드 등록하기"

GONE_TITLE = "지금은 시작할 수 없는 상품이에요"
GONE_BODY = "판매가 끝났거나 주소가 바뀌었어요.\n결제된 금액은 없어요."
TO_PLANS = "상품 보기"
SUBSCRIBED_TITLE = "이미 이용하고 있는 상품이에요"
SUBSCRIBED_BODY = "한 번 더 결제하지 않았어요."
TO_SUBSCRIPTION = "내 구독 보기"
CHANGED = "그사이 상품이나 결제수단이 바뀌었어요. 이번에 결제된 금액은 없어요."
TO_CONFIRM = "금액 확인하고 시작하기"
ISSUED_FOR_PLAN = "아직 결제하지 않았어요.\n다음 화면에서 금액을 확인하고 시작해요."
