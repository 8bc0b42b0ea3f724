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
